"""A company of any size on paper: whose projects hold ten servers each.

All follows from a thing's number, so that two fillings are the same.
"""

import datetime
import functools
import hashlib

from django.utils import timezone

REGION = 'RegionOne'
#: Servers, or volumes, of twenty projects: ten each on average.
SIZES = (0, 1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 20, 30, 50)
FLAVORS = (('small', 1, 2048, 20), ('large', 4, 8192, 40), ('c8', 8, 16384, 0))
TYPES = ('__DEFAULT__', 'fast')
_WORDS = (
    ('Blue', 'data', 'EU', 'test', 'core', 'Müller', 'ml', 'web', 'old', 'x'),
    ('shop', 'lab', 'billing', 'CI', 'archive', 'API', 'mail', 'sandbox'),
)
_EXCLUDED = 'heat_user_domain'


class Company:
    """So many projects; a third of a percent of them is gone."""

    def __init__(self, projects: int):
        self.projects = range(projects)
        self.domains = range(20 + projects // 250)
        self.users = range(2 * projects)
        self.hosts = range(2 + projects // 10)
        # Whole seconds: all of it was made before.
        self.now = timezone.now().replace(microsecond=0)

    @functools.cached_property
    def ids(self) -> list[str]:
        """Of the projects, in the order of their numbers."""
        return [key('project', number) for number in self.projects]

    @functools.cached_property
    def user_ids(self) -> list[str]:
        return [key('user', number) for number in self.users]

    def domain_id(self, number: int) -> str:
        """Of a project; the first domains hold most."""
        return key('domain', _skewed(number, len(self.domains) - 1))

    def excluded_domain(self) -> str:
        """Its projects are of heat and stand on no page."""
        return key('domain', len(self.domains) - 1)

    def domain_name(self, number: int) -> str:
        if number == len(self.domains) - 1:
            return _EXCLUDED
        return name('domain', number)

    def servers(self) -> list[tuple[int, int]]:
        """Pairs of project and place, in the order of their making."""
        return self._things(0)

    def volumes(self) -> list[tuple[int, int]]:
        return self._things(7)

    def makers(self, project: int) -> list[str]:
        """One or two users who make the servers of a project."""
        several = 1 + project % 2
        return [self.user_ids[(2 * project + n) % len(self.users)]
                for n in range(several)]  # fmt: skip

    def ago(self, **span: int) -> str:
        """As every database takes it."""
        return moment(self.now - datetime.timedelta(**span))

    def day(self, back: int) -> datetime.date:
        return self.now.date() - datetime.timedelta(days=back)

    def _things(self, shift):
        most = max(SIZES)
        return [
            (project, place)
            for place in range(most)
            for project in self.projects
            if place < size(project, shift)
            and not (gone(project) and project % 2)
        ]


def size(project: int, shift: int = 0) -> int:
    """How many servers, or with a shift of 7 volumes, a project has."""
    return SIZES[(project + shift) % len(SIZES)]


def gone(project: int) -> bool:
    return project % 301 == 300


def key(kind: str, *numbers: int) -> str:
    return hashlib.md5(f'{kind} {numbers}'.encode()).hexdigest()  # noqa: S324


def name(kind: str, number: int) -> str:
    first, second = (words[number % len(words)] for words in _WORDS)
    return f'{first}-{second}-{kind[0]}{number * 7919 % 100_003}'


def moment(time: datetime.datetime) -> str:
    return f'{time:%Y-%m-%d %H:%M:%S}'


def _skewed(number, count):
    """A place in ``count``: half of all are in a tenth of them."""
    few = max(1, count // 10)
    return number // 2 % few if number % 2 else number // 2 % count
