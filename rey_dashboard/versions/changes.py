"""What a release drops or requires that can be seen in what is collected.

``changes.csv`` holds the facts, each with its source. A kind of them is a
function here, which looks for what it hits.
"""

from collections.abc import Callable
from collections.abc import Iterable
import csv
import dataclasses
import datetime
import functools
from importlib import resources

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import releases
from rey_dashboard.inventory import resources as limited
from rey_dashboard.inventory import told_releases
from rey_dashboard.versions import hypervisors

#: So many releases are looked ahead.
AHEAD = 2
#: What types of the catalog and of hypervisors are to people.
_NAMES = {
    'application-catalog': 'Murano',
    'clustering': 'Senlin',
    'data-processing': 'Sahara',
    'hyperv': 'Hyper-V',
    'powervm': 'PowerVM',
    'volumev2': _('Cinder’s API v2'),
}


@dataclasses.dataclass(frozen=True)
class Change:
    """One row of the file.

    :param name: of the hypervisor's type, the catalog's type or the agent
    :param least: version of the hypervisor; nothing where it plays no part
    :param libvirt: which goes with it, and is not seen here
    """

    release: releases.Release
    kind: str
    name: str
    least: str
    libvirt: str
    source: str
    as_of: datetime.date

    @property
    def words(self) -> str:
        name = _NAMES.get(self.name, self.name)
        told = {'name': name, 'least': self.least, 'libvirt': self.libvirt}
        return str(_WORDS[self.kind]) % told


@dataclasses.dataclass(frozen=True)
class Row:
    """A change, and what of this cloud it hits.

    :param seen: how many; None where that was not read
    """

    change: Change
    seen: int | None
    names: tuple[str, ...]

    @property
    def order(self) -> tuple:
        """What hits the most stands first, what is not known behind it."""
        rank = 1 if self.seen is None else 0 if self.seen else 2
        return rank, self.change.release.place

    @property
    def place(self) -> int:
        return self.change.release.place

    @property
    def release(self) -> str:
        return str(self.change.release)

    @property
    def words(self) -> str:
        return self.change.words


class Seen:
    """What a region has of that which changes may hit."""

    def __init__(self, region: str):
        self._region = region

    @functools.cached_property
    def _read(self):
        rows = models.PartState.objects.filter(region=self._region)
        read = rows.exclude(last_good_at=None)
        return set(read.values_list('name', flat=True))

    @functools.cached_property
    def _hosts(self):
        return hypervisors.hosts(self._region)

    @functools.cached_property
    def _services(self):
        rows = models.CatalogService.objects.filter(
            region=self._region, enabled=True
        )
        return list(rows.order_by('name', 'id').values_list('type', 'name'))

    @functools.cached_property
    def _agents(self):
        rows = models.Service.objects.filter(
            region=self._region, service=limited.NETWORK
        )
        return list(rows.order_by('host').values_list('name', 'host'))

    def older(self, change: Change) -> list[str] | None:
        """Hosts whose hypervisor is older than what is asked for."""
        found = self._of_type(change)
        if found is None or any(row.version is None for row in found):
            return None
        least = hypervisors.number(change.least)
        return [row.name for row in found if row.version < least]

    def of_type(self, change: Change) -> list[str] | None:
        found = self._of_type(change)
        return None if found is None else [row.name for row in found]

    def _of_type(self, change):
        # Hosts that were read before their types were.
        untold = not any(row.type for row in self._hosts)
        if parts.HOSTS not in self._read or (self._hosts and untold):
            return None
        wanted = change.name.casefold()
        return [row for row in self._hosts if row.type.casefold() == wanted]

    def services(self, change: Change) -> list[str] | None:
        if parts.CATALOG not in self._read:
            return None
        return [
            name or type_
            for type_, name in self._services
            if type_ == change.name
        ]

    def agents(self, change: Change) -> list[str] | None:
        if parts.NETWORK_AGENTS not in self._read:
            return None
        return [host for name, host in self._agents if name == change.name]


_WORDS = {
    'hypervisor_least': _(
        'Nova requires %(name)s %(least)s or newer, and libvirt %(libvirt)s, '
        'which is not seen here: nova-compute does not start with an older '
        'one.'
    ),
    'hypervisor_announced': _(
        'Nova announces that a later release will require %(name)s %(least)s '
        'and libvirt %(libvirt)s; not before this one.'
    ),
    'hypervisor_dropped': _('Nova has no driver for %(name)s any more.'),
    'service_dropped': _('%(name)s is no part of it any more.'),
    'agent_dropped': _('Neutron has no %(name)s any more.'),
}
_LOOKS: dict[str, Callable[[Seen, Change], list[str] | None]] = {
    'hypervisor_least': Seen.older,
    'hypervisor_announced': Seen.older,
    'hypervisor_dropped': Seen.of_type,
    'service_dropped': Seen.services,
    'agent_dropped': Seen.agents,
}


def starts(told: told_releases.Told) -> tuple[releases.Release, ...]:
    """From which releases an update may start, as far as that is known."""
    if 0 < len(told.fitting) <= told_releases.FEW:
        return told.fitting
    return (told.oldest,) if told.oldest else ()


def before_going_on(region: str, told: told_releases.Told) -> list[Row]:
    """Of the next releases, what hits this region first; four queries.

    Nothing where it is not known from which release an update starts.
    """
    ahead = {
        release
        for start in starts(told)
        for release in releases.after(start, AHEAD)
    }
    seen = Seen(region)
    rows = [_row(seen, change) for change in all_() if change.release in ahead]
    return sorted(rows, key=lambda row: row.order)


def hits(rows: Iterable[Row]) -> int:
    """How many of them hit anything."""
    return sum(bool(row.seen) for row in rows)


def _row(seen, change):
    names = _LOOKS[change.kind](seen, change)
    return Row(
        change, None if names is None else len(names), tuple(names or ())
    )


@functools.cache
def all_() -> tuple[Change, ...]:
    file = resources.files(__package__) / 'changes.csv'
    with file.open(encoding='utf-8', newline='') as lines:
        return tuple(_change(row) for row in csv.DictReader(lines))


def _change(row):
    return Change(
        **{
            **row,
            'release': releases.by_id(row['release']),
            'as_of': datetime.date.fromisoformat(row['as_of']),
        }
    )


def way(release: releases.Release) -> str:
    """Where an update from it may go, in words; nothing where none is."""
    ahead = releases.after(release)
    if not ahead:
        return ''
    told = {'release': release, 'next': ahead[0], 'second': ahead[-1]}
    if release.is_slurp and ahead[-1].is_slurp:
        return (
            _t(
                'From %(release)s an update may go to %(next)s, or leave that '
                'out and go to %(second)s: both ends are SLURP releases.'
            )
            % told
        )
    return _t('From %(release)s an update goes to %(next)s only.') % told
