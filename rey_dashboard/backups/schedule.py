"""When backups are due: cron's five fields, in the time of one place.

``cronsim`` reads them as Debian's cron does. What is due at told hours is due
once when clocks are set: right after an hour that is left out, and in the
first of two that are alike. Debian (and cronsim 2.8) does so only when neither
the minutes nor the hours begin with a star, and would lose or double
``*/30 2`` and ``0 */2``; here that holds for all but what is due in every
hour, which goes by the hours that pass.

Times come in UTC: Python compares those of one zone by their clocks alone.
"""

from collections.abc import Iterator
import datetime
import itertools
import zoneinfo

import cronsim
from django.utils.translation import gettext as _

#: Between two times, at least; else a run would hardly end before the next.
LEAST = datetime.timedelta(minutes=5)
#: In the database of zones for machines' sake, or by an offset alone.
_NO_PLACES = ('Factory', 'localtime', 'posixrules')
_NO_AREAS = ('Etc', 'SystemV', 'posix', 'right')
_MINUTES, _HOURS = 0, 1
_STARS = {_MINUTES: '0-59', _HOURS: '0-23'}
_EVERY_HOUR = set(range(24))
#: A day has so many times that are the least apart, and clocks are set once.
_LOOKED_AT = 24 * 12


class Wrong(Exception):
    """It is no schedule; the words are for people."""


class WrongZone(Wrong):
    """There is no such time zone here."""


def zones() -> set[str]:
    """Names of those that people go by, and UTC."""
    return {
        name
        for name in zoneinfo.available_timezones()
        if name not in _NO_PLACES and name.partition('/')[0] not in _NO_AREAS
    }


def check(cron: str, time_zone: str) -> None:
    """:raises Wrong: it cannot be used"""
    zone = _zone(time_zone)
    # A winter's day: no clocks are set in those that follow.
    begin = datetime.datetime(2025, 1, 6, tzinfo=zone)
    times = list(itertools.islice(_times(cron, begin), _LOOKED_AT))
    if not times:
        raise Wrong(_('There is no such day.'))
    if any(b - a < LEAST for a, b in itertools.pairwise(times)):
        raise Wrong(_('Let five minutes lie between two times, at least.'))


def after(
    cron: str, time_zone: str, at: datetime.datetime
) -> Iterator[datetime.datetime]:
    """The times later than ``at``, without an end.

    :raises Wrong: the schedule cannot be used
    """
    for found in _times(cron, at.astimezone(_zone(time_zone))):
        yield found.astimezone(datetime.UTC)


def between(
    cron: str,
    time_zone: str,
    first: datetime.datetime,
    last: datetime.datetime,
) -> Iterator[datetime.datetime]:
    """Those later than ``first``, up to ``last``.

    :raises Wrong: as ``after``
    """
    return itertools.takewhile(
        lambda at: at <= last, after(cron, time_zone, first)
    )


def following(
    cron: str, time_zone: str, at: datetime.datetime
) -> datetime.datetime | None:
    """The first one later than ``at``; None when there is none any more.

    :raises Wrong: as ``after``
    """
    return next(after(cron, time_zone, at), None)


def local(at: datetime.datetime, time_zone: str) -> datetime.datetime:
    """The same moment as clocks show it there.

    :raises WrongZone: it is none
    """
    return at.astimezone(_zone(time_zone))


def _zone(name):
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise WrongZone(_('There is no time zone of this name.')) from None


def _times(cron, begin):
    # 5 fields alone: a sixth would be seconds.
    fields = cron.split()
    if len(fields) != 5:
        raise Wrong(
            _(
                'Five fields are needed: minute, hour, day of the month, '
                'month, day of the week.'
            )
        )
    try:
        told = cronsim.CronSim(cron, begin)
        if told.hours == _EVERY_HOUR:
            fields[_HOURS] = '*'
        else:
            for place, every in _STARS.items():
                fields[place] = _without_star(fields[place], every)
        return cronsim.CronSim(' '.join(fields), begin)
    except cronsim.CronSimError as error:
        raise Wrong(_in_words(error)) from None


def _without_star(field, every):
    return every + field[1:] if field.startswith('*') else field


def _in_words(error):
    labels = {
        'Bad minute': _('The minute is none: 0 to 59.'),
        'Bad hour': _('The hour is none: 0 to 23.'),
        'Bad day-of-month': _('The day of the month is none: 1 to 31, or L.'),
        'Bad month': _('The month is none: 1 to 12, or JAN to DEC.'),
        'Bad day-of-week': _('The day of the week is none: 0 to 7, or SUN.'),
    }
    return labels.get(str(error), _('Cron would not understand it.'))
