"""What policies say, in words for people."""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from rey_dashboard.backups import policies
from rey_dashboard.backups import rates
from rey_dashboard.inventory import scope as inventory_scope
from rey_dashboard.templatetags import rey

#: Values of a scope that are named; the policy's page has all.
NAMED = 3
METHODS = {rates.FULL: _('full'), rates.INCREMENTAL: _('incremental')}
_NAMED_IN = {
    policies.Reach.DOMAIN: inventory_scope.Scope.domains,
    policies.Reach.PROJECT: inventory_scope.Scope.projects,
    policies.Reach.LIST: inventory_scope.Scope.volumes,
}


def names(
    seen: inventory_scope.Scope, scopes: Iterable[policies.Scope]
) -> Mapping[str, str]:
    """Id -> name, of what the scopes name by id.

    :param seen: by who reads it: a list may have ids of what is others'
    """
    wanted = {}
    for scope in scopes:
        wanted.setdefault(scope.kind, set()).update(scope.values)
    found = {}
    for kind, rows_of in _NAMED_IN.items():
        if wanted.get(kind):
            rows = rows_of(seen).filter(id__in=wanted[kind])
            found.update(rows.values_list('id', 'name'))
    return found


def scope(told: policies.Scope, known: Mapping[str, str], most: int) -> str:
    """For example ``projects: shop, mail and 3 more``."""
    label = str(policies.Reach(told.kind).label)
    if told.kind == policies.Reach.ALL:
        return label
    words = some([known.get(value) or value for value in told.values], most)
    return f'{label}: {words}'


def some(values: Sequence[str], most: int) -> str:
    """The first ones, and how many there are besides."""
    words = ', '.join(values[:most])
    more = len(values) - most
    if more <= 0:
        return words
    return _t('%(names)s and %(more)d more') % {'names': words, 'more': more}


def method(told: policies.Told) -> str:
    if told.method == rates.FULL:
        return str(METHODS[rates.FULL])
    if not told.full_every:
        return _t('incremental, never full again by itself')
    return _t('incremental, full after %d in a chain') % told.full_every


def keep(told: policies.Told) -> str:
    words = []
    if told.keep_last:
        words.append(_t('the last %d') % told.keep_last)
    if told.keep_days:
        words.append(
            ngettext(
                'those of the last %d day',
                'those of the last %d days',
                told.keep_days,
            )
            % told.keep_days
        )
    return _t(', and ').join(words) or _t('all')


def window(told: policies.Told) -> str:
    if not told.window_min:
        return _t('no limit')
    return rey.lasting(60 * told.window_min)


def target(told: policies.Told) -> str:
    return rey.target(told.target_h) if told.target_h else _t('none')


def all_of(told: policies.Told, known: Mapping[str, str]) -> Iterator[tuple]:
    """Pairs of what and how, of all that a policy says."""
    yield _t('Name'), told.name
    yield _t('Enabled'), _t('yes') if told.enabled else _t('no')
    yield from how(told, known)


def how(told: policies.Told, known: Mapping[str, str]) -> Iterator[tuple]:
    """The same without its name and whether it is enabled."""
    yield _t('Scope'), scope(told.scope, known, policies.MOST_VALUES)
    yield _t('Schedule'), f'{told.cron} ({told.time_zone})'
    yield _t('Window'), window(told)
    yield _t('Method'), method(told)
    yield _t('Target'), target(told)
    yield _t('Container'), told.container or _t('that of the service')
    yield _t('Kept'), keep(told)
    yield _t('At once on each back end'), str(told.at_once)


def changes(
    old: policies.Told, new: policies.Told, known: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    """What, old, new: of what differs."""
    pairs = zip(all_of(old, known), all_of(new, known), strict=True)
    return [
        (label, before, after)
        for (label, before), (_label, after) in pairs
        if before != after
    ]
