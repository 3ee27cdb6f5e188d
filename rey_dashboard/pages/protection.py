"""How well volumes are backed up, as one sentence and one bar."""

import dataclasses

from django.db.models import Count
from django.db.models import Q
from django.db.models import QuerySet
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from rey_dashboard.inventory import coverage_sums
from rey_dashboard.inventory import models

STATES = models.VolumeCoverage.State
#: As the bar has them, from well to ill.
ORDER = (
    STATES.PROTECTED,
    STATES.IN_PROGRESS,
    STATES.NEW,
    STATES.STALE,
    STATES.NEVER,
    STATES.FAILING,
    STATES.STUCK,
    STATES.EXCLUDED,
)
#: Where a target is from, or what excludes a volume.
SOURCES = {
    'default': _('default'),
    'domain': _('domain'),
    'project': _('project'),
    'volume_type': _('volume type'),
    'policy': _('policy'),
    'metadata': _('of the volume'),
    'type': _('volume type'),
    'name': _('its name'),
}
#: Percent of the bar that a single volume has at least, to be seen.
LEAST = 0.4


@dataclasses.dataclass(frozen=True)
class Part:
    """The volumes in one state.

    :param x: where it begins in the bar, in percent, for SVG
    :param width: in percent, for SVG
    """

    state: str
    label: str
    volumes: int
    gib: int
    x: str
    width: str


@dataclasses.dataclass(frozen=True)
class Protection:
    """The volumes together; ``within`` is of those that are counted."""

    volumes: int
    gib: int
    counted: int
    within: int
    within_gib: int
    parts: tuple[Part, ...]

    @property
    def not_counted(self) -> int:
        return self.volumes - self.counted


def of_volumes(rows: QuerySet) -> Protection:
    """Adds up rows of ``VolumeCoverage`` in the database."""
    return _of(
        rows,
        all_volumes=Count('volume_id'),
        all_gib=Sum('size_gib'),
        young=Count('volume_id', filter=Q(within=True)),
        young_gib=Sum('size_gib', filter=Q(within=True), default=0),
    )


def of_domains(rows: QuerySet) -> Protection:
    """Adds up rows of ``DomainCoverage``."""
    return _of(
        rows,
        all_volumes=Sum('volumes'),
        all_gib=Sum('gib'),
        young=Sum('within'),
        young_gib=Sum('within_gib'),
    )


def _of(rows, **sums):
    found = {
        row['state']: row
        for row in rows.order_by().values('state').annotate(**sums)
    }
    counted = [
        row
        for state, row in found.items()
        if state not in coverage_sums.NOT_COUNTED
    ]
    return Protection(
        volumes=sum(row['all_volumes'] for row in found.values()),
        gib=sum(row['all_gib'] for row in found.values()),
        counted=sum(row['all_volumes'] for row in counted),
        within=sum(row['young'] for row in counted),
        within_gib=sum(row['young_gib'] for row in counted),
        parts=tuple(_parts([found[key] for key in ORDER if key in found])),
    )


def _parts(rows):
    volumes = sum(row['all_volumes'] for row in rows)
    shares = [max(LEAST, 100 * row['all_volumes'] / volumes) for row in rows]
    x, whole = 0.0, sum(shares)
    for row, share in zip(rows, shares, strict=True):
        width = 100 * share / whole
        yield Part(
            row['state'],
            STATES(row['state']).label,
            row['all_volumes'],
            row['all_gib'],
            f'{x:.3f}',
            f'{width:.3f}',
        )
        x += width
