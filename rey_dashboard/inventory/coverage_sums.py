"""The coverage of volumes added up: by project now, and day by day."""

import collections
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
import datetime

from rey_dashboard.inventory import days
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import store

STATES = models.VolumeCoverage.State
#: Not looked at for the share: nobody expects a backup of them (yet).
NOT_COUNTED = (STATES.EXCLUDED, STATES.NEW)


def by_project(
    region: str, rows: Iterable[models.VolumeCoverage]
) -> Iterator[models.ProjectCoverage]:
    """One row for each project that has volumes."""
    for project_id, volumes in _grouped(rows).items():
        yield _project(region, project_id, volumes)


def _grouped(rows):
    grouped = collections.defaultdict(list)
    for row in rows:
        grouped[row.project_id].append(row)
    return grouped


def _project(region, project_id, volumes):
    counted = [row for row in volumes if row.state not in NOT_COUNTED]
    within = [row for row in counted if row.within]
    at_risk = [
        row for row in volumes if row.state in models.VolumeCoverage.AT_RISK
    ]
    failing = [row for row in at_risk if row.failing_since]
    reasons = collections.Counter(row.fail_reason for row in failing)
    wanted = {
        (row.target_h, row.target_source)
        for row in volumes
        if row.state != STATES.EXCLUDED
    }
    hours, source = wanted.pop() if len(wanted) == 1 else (None, '')
    return models.ProjectCoverage(
        region=region,
        project_id=project_id,
        volumes=len(volumes),
        gib=_sum(volumes, 'size_gib'),
        counted=len(counted),
        within=len(within),
        within_gib=_sum(within, 'size_gib'),
        percent=100 * len(within) / len(counted) if counted else None,
        at_risk=len(at_risk),
        at_risk_gib=_sum(at_risk, 'size_gib'),
        oldest_good_at=min(
            (row.last_good_at for row in counted if row.last_good_at),
            default=None,
        ),
        failing_since=min(
            (row.failing_since for row in failing), default=None
        ),
        fail_reason=reasons.most_common(1)[0][0] if reasons else '',
        target_h=hours,
        target_source=source,
        **{
            name: _sum(volumes, name)
            for name in ('failures_7d', 'backups', 'held_gib', 'snapshots')
        },
        **collections.Counter(str(row.state) for row in volumes),
    )


def _sum(rows, name):
    return sum(getattr(row, name) for row in rows)


def sample(
    region: str,
    rows: Sequence[models.VolumeCoverage],
    keep_days: int,
    now: datetime.datetime,
) -> None:
    """Adds one sample of every project to today, and drops days too old.

    Nothing is a sample unless volumes and backups were both read well by the
    collection that ends.
    """
    kept = models.CoverageDay.objects.filter(region=region)
    today = days.of(now)
    kept.filter(day__lt=today - days.ONE * keep_days).delete()
    if not _are_read(region):
        return
    known = {row.project_id: row for row in kept.filter(day=today)}
    written = []
    for project_id, volumes in _grouped(rows).items():
        counted = [row for row in volumes if row.state not in NOT_COUNTED]
        if not counted:
            continue
        day = known.get(project_id) or models.CoverageDay(
            region=region,
            project_id=project_id,
            day=today,
            samples=0,
            counted=0,
            within=0,
        )
        day.samples += 1
        day.counted += len(counted)
        day.within += sum(row.within for row in counted)
        written.append(day)
    store.upsert(models.CoverageDay, written)


def _are_read(region):
    begun = models.Collector.objects.get(region=region).started_at
    wanted = (parts.VOLUMES, parts.BACKUPS)
    well = models.PartState.objects.filter(
        region=region,
        name__in=wanted,
        started_at__gte=begun,
        ended_at__gte=begun,
        failing_since=None,
    )
    return well.count() == len(wanted)
