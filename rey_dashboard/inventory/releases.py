"""The releases of OpenStack: ``releases.csv``, which holds no rule of ours.

Where the numbers come from: each release's own code and release notes. Where
the dates and states come from stands in each row, with the day they are of.
What a row says comes next is a plan; from that day on it is taken for done.
"""

import csv
import dataclasses
import datetime
import functools
from importlib import resources

from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

#: Services that tell by their numbers which release they are of.
PROJECTS = {
    'nova': 'Nova',
    'cinder': 'Cinder',
    'placement': 'Placement',
    'keystone': 'Keystone',
    'glance': 'Glance',
    'manila': 'Manila',
    'ironic': 'Ironic',
}


class Status(models.TextChoices):
    """As releases.openstack.org has them."""

    FUTURE = 'future', _('planned')
    DEVELOPMENT = 'development', _('in development')
    MAINTAINED = 'maintained', _('maintained')
    UNMAINTAINED = 'unmaintained', _('unmaintained')
    ENDED = 'end of life', _('end of life')


#: Nobody mends it any more, or whoever wants to.
LEFT = frozenset({Status.UNMAINTAINED, Status.ENDED})


@dataclasses.dataclass(frozen=True)
class Release:
    """One row; what is not known is None, or nothing.

    :param id: also in the addresses of the documentation
    :param place: in time, from 0
    :param is_slurp: the next such release can be reached from it directly
    :param numbers: by project the newest microversion, or API version, that
        it has; it may be one of several
    :param maintained_until: the first day on which it is not any more
    :param as_of: the day that status and dates are of
    """

    id: str
    name: str
    place: int
    is_slurp: bool
    status: Status
    released: datetime.date | None
    maintained_until: datetime.date | None
    next_status: Status | None
    next_date: datetime.date | None
    end_of_life: datetime.date | None
    numbers: dict[str, tuple[tuple[int, ...], ...]] = dataclasses.field(
        compare=False
    )
    source: str
    as_of: datetime.date

    def __str__(self):
        # Up to Zed they have no number.
        is_named = self.name.lower() == self.id
        return self.name if is_named else f'{self.id} {self.name}'

    def status_on(self, day: datetime.date) -> Status:
        """What was planned up to that day is taken for done."""
        status = self.status
        if self.next_date and self.next_date <= day:
            status = self.next_status
        if self.end_of_life and self.end_of_life <= day:
            return Status.ENDED
        if status in (Status.FUTURE, Status.DEVELOPMENT) and (
            self.released and self.released <= day
        ):
            return Status.MAINTAINED
        return status

    def words_on(self, day: datetime.date) -> str:
        """Its state, with the day on which that ends or began."""
        status = self.status_on(day)
        turn = self.maintained_until
        if status == Status.ENDED:
            turn = self.end_of_life or turn
        if status not in (Status.MAINTAINED, *LEFT):
            return str(status.label)
        told = {
            'state': status.label,
            'day': turn and date_format(turn, 'Y-m-d'),
        }
        if status == Status.MAINTAINED:
            if turn:
                return _t('%(state)s until %(day)s') % told
            return _t('%(state)s, until when is not known') % told
        if not turn:
            return str(status.label)
        if turn > self.as_of:
            return _t('%(state)s since %(day)s, as it was planned') % told
        return _t('%(state)s since %(day)s') % told


@functools.cache
def all_() -> tuple[Release, ...]:
    """The oldest first."""
    file = resources.files(__package__) / 'releases.csv'
    with file.open(encoding='utf-8', newline='') as lines:
        rows = list(csv.DictReader(lines))
    return tuple(_release(place, row) for place, row in enumerate(rows))


def by_id(release_id: str) -> Release | None:
    return next((row for row in all_() if row.id == release_id), None)


def after(release: Release, count: int = 2) -> tuple[Release, ...]:
    """Those that come next."""
    return all_()[release.place + 1 :][:count]


def numbers(text: str) -> tuple[int, ...] | None:
    """``2.100`` as what compares right; None for what is no such number."""
    parts = text.strip().removeprefix('v').split('.')
    if not all(part.isascii() and part.isdigit() for part in parts):
        return None
    return tuple(map(int, parts))


def _release(place, row):
    return Release(
        id=row['release'],
        name=row['name'],
        place=place,
        is_slurp=row['slurp'] == 'yes',
        status=Status(row['status']),
        released=_day(row['released']),
        maintained_until=_day(row['maintained_until']),
        next_status=Status(row['next_status']) if row['next_status'] else None,
        next_date=_day(row['next_date']),
        end_of_life=_day(row['end_of_life']),
        numbers={
            project: tuple(map(numbers, row[project].split('|')))
            for project in PROJECTS
            if row[project]
        },
        source=row['source'],
        as_of=_day(row['as_of']),
    )


def _day(text):
    return datetime.date.fromisoformat(text) if text else None
