"""What a policy will do in the coming week, reckoned from what is there.

Sizes are those of the volumes, as quotas count a backup, incremental ones
too: what Cinder really writes is not known before. What is held begins with
all backups that these volumes have now; what will be deleted of the policy's
own is reckoned from its runs so far, a chain as long as any of it is kept.
"""

import collections
from collections.abc import Iterable
from collections.abc import Iterator
import dataclasses
import datetime
import itertools

from django.db.models import Count
from django.db.models import OuterRef
from django.db.models import Subquery
from django.db.models import Sum

from rey_dashboard.backups import models
from rey_dashboard.backups import policies
from rey_dashboard.backups import rates
from rey_dashboard.backups import schedule
from rey_dashboard.inventory import models as inventory

WEEK = datetime.timedelta(days=7)
#: Runs that are shown: as many hours has a week.
MOST = 168
#: More runs than two a day are shown by their days.
MOST_BY_ONE = 14
#: Runs so far that are looked at.
PAST = 1000


@dataclasses.dataclass(frozen=True)
class Run:
    """One of the coming ones.

    :ivar at: in the policy's own time zone
    :ivar gib: sizes of its volumes
    :ivar seconds: it takes; none where nothing was measured
    :ivar held_gib: after it, when what need not be kept is deleted
    """

    at: datetime.datetime
    volumes: int
    full: int
    gib: int
    seconds: float | None
    held_gib: int

    @property
    def incremental(self) -> int:
        return self.volumes - self.full


@dataclasses.dataclass(frozen=True)
class Day:
    """Runs of one day in the policy's own time zone, added up.

    :ivar at: of its first run
    :ivar volumes: backups of them: each counts once a run
    :ivar held_gib: after its last run
    """

    at: datetime.datetime
    number: int
    volumes: int
    full: int
    incremental: int
    gib: int
    seconds: float | None
    held_gib: int


@dataclasses.dataclass(frozen=True)
class Week:
    """The coming one.

    :ivar runs: the first so many
    :ivar number: of all of them
    :ivar held_gib: by all backups of these volumes now
    :ivar sample: backups that the times are from; 0 when none is known
    """

    runs: tuple[Run, ...]
    number: int
    held_gib: int
    sample: int

    @property
    def gib(self) -> int:
        return sum(run.gib for run in self.runs)

    @property
    def is_untimed(self) -> bool:
        """It backs something up, and nobody knows how long that takes."""
        return any(run.volumes for run in self.runs) and all(
            run.seconds is None for run in self.runs
        )

    @property
    def days(self) -> list[Day]:
        """Those that have runs; none where few runs are shown one by one."""
        if len(self.runs) <= MOST_BY_ONE:
            return []
        days = itertools.groupby(self.runs, lambda run: run.at.date())
        return [_day(list(runs)) for _date, runs in days]


def of(
    region: str,
    told: policies.Told,
    domain_id: str,
    now: datetime.datetime,
    policy: models.BackupPolicy | None = None,
) -> Week:
    """As if it were enabled, and nothing changed meanwhile.

    :param policy: whose runs so far count; none of one that is new
    :raises schedule.Wrong: its schedule cannot be used
    """
    times = list(schedule.between(told.cron, told.time_zone, now, now + WEEK))
    rows = policies.reached(region, told.scope, domain_id)
    groups = _groups(region, rows, told, _past(policy))
    held = rows.aggregate(held=Sum('held_gib', default=0))['held']
    known = rates.of(
        region,
        (
            (group.back_end, method)
            for group in groups
            for method in (rates.FULL, rates.INCREMENTAL)
        ),
    )
    runs = tuple(_runs(times[:MOST], groups, told, known, held))
    week = Week(runs, len(times), held, 0)
    if week.is_untimed:
        return week
    sample = sum(rate.backups for rate in known.values())
    return dataclasses.replace(week, sample=sample)


def _day(runs):
    def added(name):
        return sum(getattr(run, name) for run in runs)

    is_known = all(run.seconds is not None for run in runs)
    return Day(
        at=runs[0].at,
        number=len(runs),
        volumes=added('volumes'),
        full=added('full'),
        incremental=added('incremental'),
        gib=added('gib'),
        seconds=added('seconds') if is_known else None,
        held_gib=runs[-1].held_gib,
    )


def _runs(times, groups, told, known, held) -> Iterator[Run]:
    before = sum(group.held_gib for group in groups)
    for at in times:
        full = sum(group.volumes for group in groups if group.run(at))
        after = sum(group.held_gib for group in groups)
        yield Run(
            at=schedule.local(at, told.time_zone),
            volumes=sum(group.volumes for group in groups),
            full=full,
            gib=sum(group.gib for group in groups),
            seconds=_seconds(groups, known, told.at_once),
            held_gib=held + after - before,
        )


def _seconds(groups, known, at_once):
    """Back ends work side by side, each with so many at once."""
    if any(group.key not in known for group in groups):
        return None
    return rates.side_by_side(
        (
            group.back_end,
            known[group.key].seconds_for(group.gib),
            group.volumes,
            at_once,
        )
        for group in groups
    )


class _Group:
    """Volumes of one back end whose chains are as long.

    :ivar key: of the rate of the run that was told last
    """

    def __init__(self, back_end, depth, volumes, gib, told, past):
        self.back_end, self.volumes, self.gib = back_end, volumes, gib
        self.key = None
        self._depth, self._told = depth, told
        self._chains = collections.deque(_chains(depth, told, past))
        self._kept = sum(number for number, _latest in self._chains)
        if past:
            self._prune(past[0])

    @property
    def held_gib(self) -> int:
        return self._kept * self.gib

    def run(self, at) -> bool:
        """Goes through one; whether it is a full one."""
        full = self._is_full()
        self.key = self.back_end, rates.FULL if full else rates.INCREMENTAL
        if full or not self._chains:
            self._chains.append((1, at))
        else:
            number, _latest = self._chains.pop()
            self._chains.append((number + 1, at))
        self._depth = 0 if full else self._depth + 1
        self._kept += 1
        self._prune(at)
        return full

    def _is_full(self):
        most = self._told.full_every
        return (
            self._told.method == rates.FULL
            or self._depth is None
            or bool(most and self._depth + 1 >= most)
        )

    def _prune(self, now):
        """Whole chains, the oldest first: the younger one is the longer kept.

        A chain is kept as long as its latest is.
        """
        if self._told.keeps_all:
            return
        oldest = now - datetime.timedelta(days=self._told.keep_days)
        while len(self._chains) > 1:
            number, latest = self._chains[0]
            younger = self._kept - number
            if younger < self._told.keep_last or latest > oldest:
                return
            self._chains.popleft()
            self._kept = younger


def _groups(region, rows, told, past) -> list[_Group]:
    chains = inventory.BackupChain.objects.filter(
        region=region, backup_id=OuterRef('last_good_id')
    )
    found = (
        rows.order_by()
        .annotate(depth=Subquery(chains.values('depth')[:1]))
        .values_list('back_end', 'depth')
        .annotate(Count('volume_id'), Sum('size_gib'))
    )
    return [
        _Group(*sums, told, past if sums[1] is not None else ())
        for sums in found
    ]


def _past(policy) -> list[datetime.datetime]:
    """When its runs so far were due, the latest first."""
    if policy is None:
        return []
    runs = policy.runs.filter(task__done__gt=0).order_by('-due_at')
    return list(runs.values_list('due_at', flat=True)[:PAST])


def _chains(depth, told, past: Iterable) -> list[tuple]:
    """Number and latest of each chain that the past has left, in order."""
    if depth is None:
        return []
    if told.method == rates.FULL:
        return [(1, at) for at in reversed(past)]
    left, found = iter(past), []
    lengths = itertools.chain(
        [depth + 1], itertools.repeat(told.full_every or PAST)
    )
    for length in lengths:
        chain = list(itertools.islice(left, length))
        if not chain:
            return found[::-1]
        found.append((len(chain), chain[0]))
    return found
