"""Which release the endpoints mean, by the numbers that they tell anybody.

No API of OpenStack tells its release. A number that several releases share
means any of them; which of them, only the other services may decide.
"""

from collections.abc import Iterable
from collections.abc import Sequence
import dataclasses
import enum
import functools

from django.utils.translation import gettext as _t

from rey_dashboard.inventory import models
from rey_dashboard.inventory import releases

#: Types in the catalog -> the project.
TYPES = {
    'baremetal': 'ironic',
    'block-storage': 'cinder',
    'block-store': 'cinder',
    'compute': 'nova',
    'identity': 'keystone',
    'image': 'glance',
    'placement': 'placement',
    'share': 'manila',
    'shared-file-system': 'manila',
    'sharev2': 'manila',
    'volume': 'cinder',
    'volumev3': 'cinder',
}
#: They have no microversions: the version of the API counts.
BY_VERSION = frozenset({'keystone', 'glance'})
#: So many are named one by one.
FEW = 3
_NEWER, _OLDER, _BETWEEN = 'newer', 'older', 'between'


@dataclasses.dataclass(frozen=True)
class Meaning:
    """What the number of one endpoint means.

    :param project: nothing where the service has no numbers that we know
    :param told: the number; nothing where it told none
    :param meant: the releases that have this number
    :param beyond: of a number that none has: ``newer`` than all, ``older``,
        or ``between`` two, as in a build from the midst of a cycle
    :param around: of what is between, the last before and the first after
    """

    project: str = ''
    told: str = ''
    meant: tuple[releases.Release, ...] = ()
    beyond: str = ''
    around: tuple[releases.Release, ...] = ()

    @property
    def label(self) -> str:
        return releases.PROJECTS.get(self.project, '')

    @property
    def is_known(self) -> bool:
        return bool(self.meant or self.beyond)

    @property
    def could_be(self) -> frozenset[str]:
        """Ids of releases; also what is newer or older than all we know.

        Whoever has the last number that we know may be newer as well.
        """
        if not self.is_known or self.beyond == _BETWEEN:
            return frozenset()
        known = _known(self.project)
        could = {row.id for row in self.meant}
        if self.beyond == _NEWER or known[-1] in self.meant:
            could.add(_NEWER)
        if self.beyond == _OLDER or known[0] in self.meant:
            # Of some projects the first releases' numbers are not known.
            first = known[0].place
            could.update(row.id for row in releases.all_()[:first])
            could.add(_OLDER)
        return frozenset(could)

    def __str__(self):
        known = _known(self.project)
        if self.beyond == _NEWER:
            return _t('newer than %s') % known[-1]
        if self.beyond == _OLDER:
            return _t('older than %s') % known[0]
        if self.beyond:
            first, last = self.around
            return _t('between %(first)s and %(last)s') % {
                'first': first,
                'last': last,
            }
        return named(self.meant) or _t('not known')


def named(found: Sequence[releases.Release]) -> str:
    """All where they are few, else the first and the last."""
    if len(found) > FEW:
        ends = {'first': found[0], 'last': found[-1]}
        return _t('%(first)s to %(last)s') % ends
    return _t(' or ').join(map(str, found))


class Fit(enum.StrEnum):
    """Whether one release fits all that the services told."""

    ONE = 'one'
    SEVERAL = 'several'
    MIXED = 'mixed'
    NEWER = 'newer'
    OLDER = 'older'
    UNKNOWN = 'unknown'


@dataclasses.dataclass(frozen=True)
class Told:
    """What the endpoints of one region mean together.

    :param services: each meaning once, with its service
    :param fitting: the releases that fit all of them
    """

    services: tuple[Meaning, ...]
    fitting: tuple[releases.Release, ...]
    fit: Fit

    @property
    def release(self) -> releases.Release | None:
        """The one, where exactly one fits."""
        return self.fitting[0] if self.fit == Fit.ONE else None

    @property
    def oldest(self) -> releases.Release | None:
        """That from which an update starts; with mixed ones the least."""
        if self.fitting:
            return self.fitting[0]
        newest = [row.meant[-1] for row in self.services if row.meant]
        return min(newest, key=lambda row: row.place, default=None)

    def __str__(self):
        if self.fit == Fit.MIXED:
            return '; '.join(
                f'{row.label}: {row}' for row in self.services if row.could_be
            )
        first, last = _known('nova')[0], _known('nova')[-1]
        return {
            Fit.NEWER: _t('newer than %s') % last,
            Fit.OLDER: _t('older than %s') % first,
            Fit.UNKNOWN: _t('not known'),
        }.get(self.fit) or named(self.fitting)


def of(region: str) -> Told:
    """What the endpoints of the region mean; two queries."""
    return judge(region, endpoints(region))


def endpoints(region: str) -> list[models.Endpoint]:
    """All that its collector knows, with ``probe`` and ``meaning``."""
    probes = {
        row.id: row
        for row in models.EndpointProbe.objects.filter(region=region)
    }
    found = list(
        models.Endpoint.objects.filter(region=region, enabled=True).order_by(
            'service_type', 'in_region', 'interface', 'id'
        )
    )
    for row in found:
        row.probe = probes.get(row.probe_id)
        row.meaning = meaning(row.service_type, row.probe)
    return found


def meaning(service_type: str, probe: models.EndpointProbe | None) -> Meaning:
    project = TYPES.get(service_type, '')
    if not project:
        return Meaning()
    told = ''
    if probe and project in BY_VERSION:
        told = probe.version
    elif probe:
        told = probe.most_microversion
    return of_number(project, told)


def of_number(project: str, told: str) -> Meaning:
    number = releases.numbers(told)
    if number is None:
        return Meaning(project)
    known = _known(project)
    same = tuple(row for row in known if number in row.numbers[project])
    if same:
        return Meaning(project, told, same)
    before = [row for row in known if max(row.numbers[project]) < number]
    if len(before) == len(known):
        return Meaning(project, told, beyond=_NEWER)
    if not before:
        return Meaning(project, told, beyond=_OLDER)
    around = before[-1], known[len(before)]
    return Meaning(project, told, beyond=_BETWEEN, around=around)


def judge(region: str, rows: Iterable[models.Endpoint]) -> Told:
    """Of the region's own endpoints; where it has none, of all."""
    rows = list(rows)
    own = [row for row in rows if row.in_region in (region, '')] or rows
    services = tuple(
        sorted(
            {row.meaning for row in own if row.meaning.is_known},
            key=lambda one: (one.label, one.told),
        )
    )
    could = [one.could_be for one in services if one.could_be]
    if not could:
        return Told(services, (), Fit.UNKNOWN)
    shared = frozenset.intersection(*could)
    fitting = tuple(row for row in releases.all_() if row.id in shared)
    return Told(services, fitting, _fit(shared, fitting))


def _fit(shared, fitting):
    if len(fitting) == 1:
        return Fit.ONE
    if fitting:
        return Fit.SEVERAL
    if _NEWER in shared:
        return Fit.NEWER
    return Fit.OLDER if _OLDER in shared else Fit.MIXED


@functools.cache
def _known(project):
    """Releases whose number of the project we know, without a gap.

    Of Nova it is known of all that have any.
    """
    return tuple(row for row in releases.all_() if project in row.numbers)
