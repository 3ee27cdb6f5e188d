"""What chart.js draws of a project's hours and history, as plain JSON types.

Names of users are any text: chart.js never takes them for HTML.
"""

import collections
from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from rey_dashboard.inventory import days
from rey_dashboard.inventory import history
from rey_dashboard.inventory import resources
from rey_dashboard.pages import periods

#: Users with a colour of their own; more could not be told apart.
NAMED = 7


def of_hours(rows: QuerySet, period: periods.Period) -> dict:
    """The vCPU hours of each day by user, those with most hours first.

    Empty, so that no chart is drawn, when the period has none.

    :param rows: of ``UsageDay``, with ``user_name`` added
    """
    by_user = collections.defaultdict(collections.Counter)
    # Without the names: the database would look one up for every row.
    for user_id, day, hours in rows.order_by().values_list(
        'user_id', 'day', 'vcpu_hours'
    ):
        by_user[user_id][day] += hours
    if not any(hours.total() for hours in by_user.values()):
        return {}
    order = sorted(by_user, key=lambda id_: (-by_user[id_].total(), id_))
    named, others = order[:NAMED], order[NAMED:]
    series = list(
        zip(
            _names(rows, named),
            (by_user[user_id] for user_id in named),
            strict=True,
        )
    )
    if others:
        rest = sum(
            (by_user[user_id] for user_id in others), collections.Counter()
        )
        series.append((_others(), rest))
    wanted = _days_of(period)
    return {
        'kind': 'hours',
        'language': _language(),
        'days': [day.isoformat() for day in wanted],
        'series': [
            {'name': name, 'values': [round(hours[day], 2) for day in wanted]}
            for name, hours in series
        ],
        'has_others': bool(others),
        'labels': {'axis': _('vCPU hours'), 'total': _('Together')},
    }


def of_history(
    points: Iterable[history.Point], resource: resources.Resource
) -> dict:
    """One resource day by day; null where nothing is known of a day.

    ``mean`` is of the days that we read, ``nova`` of those that only nova's
    hours tell. Empty, so that no chart is drawn, when no day is known.

    :param points: in the order of their days
    """
    points = list(points)
    if all(point.mean is None for point in points):
        return {}

    def shown(values):
        return [_shown(value, resource.unit) for value in values]

    own, nova = history.OWN, history.NOVA
    return {
        'kind': 'history',
        'language': _language(),
        'days': [point.day.isoformat() for point in points],
        'mean': shown(p.mean if p.source == own else None for p in points),
        'nova': shown(p.mean if p.source == nova else None for p in points),
        'minimum': shown(point.minimum for point in points),
        'maximum': shown(point.maximum for point in points),
        'labels': {
            'axis': str(resource.label),
            'mean': _('Mean'),
            'nova': _('Mean, from Nova’s server hours'),
            'band': _('Minimum to maximum'),
            'minimum': _('Minimum'),
            'maximum': _('Maximum'),
            'unknown': _('not known'),
        },
    }


def _names(rows, user_ids):
    """Of each user; who shares a name has the id beside it.

    ECharts takes series with one name for one.
    """
    found = dict(
        rows.order_by()
        .filter(user_id__in=user_ids)
        .values_list('user_id', 'user_name')
        .distinct()
    )
    # Space is joined: a legend would break its line at a line's end.
    names = [' '.join((found[id_] or '').split()) or id_ for id_ in user_ids]
    taken = collections.Counter([*names, _others(), _unknown()])
    return [
        _unknown()
        if not id_
        else f'{name} ({id_})'
        if taken[name] > 1
        else name
        for name, id_ in zip(names, user_ids, strict=True)
    ]


def _others():
    return _('others')


def _unknown():
    return _('unknown')


def _days_of(period):
    count = (period.last - period.first).days + 1
    return [period.first + days.ONE * place for place in range(count)]


def _shown(value, unit):
    """In the unit that the resource's label names: GiB for MiB."""
    if value is None:
        return None
    return round(value / 1024 if unit == 'mib' else value, 2)


def _language():
    """For numbers: Horizon's pages do not tell theirs."""
    return translation.get_language() or 'en'
