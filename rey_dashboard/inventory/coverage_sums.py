"""The coverage of volumes added up: by project now, and day by day."""

import collections
from collections.abc import Iterable
from collections.abc import Iterator
import dataclasses
import datetime

from rey_dashboard.inventory import days
from rey_dashboard.inventory import levels
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import store

STATES = models.VolumeCoverage.State
#: Not looked at for the share: nobody expects a backup of them (yet).
NOT_COUNTED = (STATES.EXCLUDED, STATES.NEW)


class Sums:
    """Adds volumes up by project, without keeping the volumes."""

    def __init__(self, region: str):
        self._region = region
        self._projects = {}

    def added(self, rows: Iterable) -> Iterator:
        """Hands on rows of ``VolumeCoverage`` and takes them into account."""
        for row in rows:
            project = self._projects.get(row.project_id)
            if project is None:
                project = self._projects[row.project_id] = _Project()
            project.add(row)
            yield row

    def projects(self) -> Iterator[models.ProjectCoverage]:
        """One row for each project that has volumes."""
        for project_id, project in self._projects.items():
            yield project.row(self._region, project_id)

    def states(self) -> Iterator[tuple]:
        """Project id, state and ``State``, of each that has volumes."""
        for project_id, project in self._projects.items():
            for state, amounts in project.states.items():
                yield project_id, state, amounts

    def sample(self, keep_days: int, now: datetime.datetime) -> None:
        """Adds one sample of every project to today; drops days too old.

        Nothing is a sample unless volumes and backups were both read well by
        the collection that ends. To be called in a transaction.
        """
        kept = models.CoverageDay.objects.filter(region=self._region)
        today = days.of(now)
        dropped, _of_tables = kept.filter(
            day__lt=today - days.ONE * keep_days
        ).delete()
        # The first sample of a day moves the spans of all levels.
        moved = dropped or not kept.filter(day=today).exists()
        if _are_read(self._region):
            sampled = kept.filter(day=today)
            counted = (
                key for key, row in self._projects.items() if row.counted
            )
            for project_ids in store.batches(counted, store.BATCH):
                self._add(sampled, project_ids, today, not moved)
        if moved:
            levels.record(self._region, today)
        levels.add_up_domains(self._region)

    def _add(self, sampled, project_ids, today, to_levels):
        rows = sampled.filter(project_id__in=project_ids)
        known = {row.project_id: row for row in rows}
        if to_levels:
            levels.add(
                self._region,
                {
                    key: {
                        'within': self._projects[key].within,
                        'counted': self._projects[key].counted,
                        'known': key not in known,
                    }
                    for key in project_ids
                },
            )
        store.upsert(
            models.CoverageDay,
            [self._day(known, key, today) for key in project_ids],
        )

    def _day(self, known, project_id, today):
        day = known.get(project_id) or models.CoverageDay(
            region=self._region,
            project_id=project_id,
            day=today,
            samples=0,
            counted=0,
            within=0,
        )
        sums = self._projects[project_id]
        day.samples += 1
        day.counted += sums.counted
        day.within += sums.within
        return day


@dataclasses.dataclass(slots=True)
class State:
    """Volumes in one state, and those of them within their target."""

    volumes: int = 0
    gib: int = 0
    within: int = 0
    within_gib: int = 0

    def add(self, row) -> None:
        """Takes a row of ``VolumeCoverage`` into account."""
        self.volumes += 1
        self.gib += row.size_gib
        if row.within:
            self.within += 1
            self.within_gib += row.size_gib


class _Project:
    """Sums over the volumes of one project."""

    __slots__ = (
        'at_risk',
        'at_risk_gib',
        'backups',
        'counted',
        'failing_since',
        'failures_7d',
        'gib',
        'held_gib',
        'oldest_good_at',
        'reasons',
        'snapshots',
        'states',
        'targets',
        'within',
        'within_gib',
    )

    def __init__(self):
        self.gib = self.held_gib = 0
        self.backups = self.snapshots = self.failures_7d = 0
        self.counted = self.within = self.within_gib = 0
        self.at_risk = self.at_risk_gib = 0
        self.oldest_good_at = self.failing_since = None
        self.reasons = collections.Counter()
        self.states = collections.defaultdict(State)
        self.targets = set()

    def add(self, row):
        self.states[row.state].add(row)
        self.gib += row.size_gib
        self.held_gib += row.held_gib
        self.backups += row.backups
        self.snapshots += row.snapshots
        self.failures_7d += row.failures_7d
        if row.state != STATES.EXCLUDED:
            self.targets.add((row.target_h, row.target_source))
        if row.state not in NOT_COUNTED:
            self._count(row)
        if row.state in models.VolumeCoverage.AT_RISK:
            self._note_risk(row)

    def _count(self, row):
        self.counted += 1
        if row.within:
            self.within += 1
            self.within_gib += row.size_gib
        self.oldest_good_at = _earlier(self.oldest_good_at, row.last_good_at)

    def _note_risk(self, row):
        self.at_risk += 1
        self.at_risk_gib += row.size_gib
        if row.failing_since:
            self.reasons[row.fail_reason] += 1
            self.failing_since = _earlier(
                self.failing_since, row.failing_since
            )

    def row(self, region, project_id):
        shared = len(self.targets) == 1
        hours, source = next(iter(self.targets)) if shared else (None, '')
        counted = self.counted
        return models.ProjectCoverage(
            region=region,
            project_id=project_id,
            volumes=sum(state.volumes for state in self.states.values()),
            gib=self.gib,
            counted=counted,
            within=self.within,
            within_gib=self.within_gib,
            percent=100 * self.within / counted if counted else None,
            at_risk=self.at_risk,
            at_risk_gib=self.at_risk_gib,
            oldest_good_at=self.oldest_good_at,
            failing_since=self.failing_since,
            fail_reason=self._commonest_reason(),
            failures_7d=self.failures_7d,
            backups=self.backups,
            held_gib=self.held_gib,
            snapshots=self.snapshots,
            target_h=hours,
            target_source=source,
            **{
                str(name): state.volumes for name, state in self.states.items()
            },
        )

    def _commonest_reason(self):
        """The same whatever order the volumes come in."""
        found = ((number, text) for text, number in self.reasons.items())
        return max(found, default=(0, ''))[1]


def _earlier(one, other):
    return min(filter(None, (one, other)), default=None)


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
