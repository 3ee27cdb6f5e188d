"""What a policy will do in the coming week, reckoned from what is there.

Sizes are those of the volumes, as quotas count a backup, incremental ones
too: what Cinder really writes is not known before. What is held begins with
all backups that these volumes have now; what will be deleted of the policy's
own is reckoned from its runs so far (``chained``).
"""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import datetime
import itertools

from django.db.models import Count
from django.db.models import OuterRef
from django.db.models import Subquery
from django.db.models import Sum

from rey_dashboard.backups import chained
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

#: How many, and their GiB.
Volumes = tuple[int, int]


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
    :ivar growth: of a volume, backups more than now at the end of each of the
        runs, before any is deleted after it; of one run now where none is
        due. There are few ways to grow, by the lengths of chains
    :ivar owned: of each project its volumes, by their place in ``growth``
    """

    runs: tuple[Run, ...]
    number: int
    held_gib: int
    sample: int
    growth: Sequence[Sequence[int]]
    owned: Mapping[str, Mapping[int, Volumes]]

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
    sums = _sums(region, rows)
    begin = chained.beginner(told, policy)
    groups = _groups(sums, begin)
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
    growing = _growing(sums, begin, times[:MOST] or [now])
    week = Week(runs, len(times), held, 0, **growing)
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


def _sums(region, rows) -> list[tuple]:
    """Project, back end and depth of the chain; number of volumes, and GiB."""
    chains = inventory.BackupChain.objects.filter(
        region=region, backup_id=OuterRef('last_good_id')
    )
    found = (
        rows.order_by()
        .annotate(depth=Subquery(chains.values('depth')[:1]))
        .values_list('project_id', 'back_end', 'depth')
        .annotate(Count('volume_id'), Sum('size_gib'))
    )
    return list(found)


def _groups(sums, begin) -> list[chained.Group]:
    found = {}
    for _project, back_end, depth, volumes, gib in sums:
        _add(found, (back_end, depth), volumes, gib)
    return [begin(*key, *numbers) for key, numbers in found.items()]


def _growing(sums, begin, times) -> dict:
    """How it grows, and whose volumes grow so: see ``Week``."""
    place_of, places = {}, {}
    for depth in {depth for _project, _end, depth, *_numbers in sums}:
        growth = tuple(chained.growth(begin('', depth, 1, 1), times))
        place_of[depth] = places.setdefault(growth, len(places))
    owned = {}
    for project_id, _back_end, depth, volumes, gib in sums:
        of_project = owned.setdefault(project_id, {})
        _add(of_project, place_of[depth], volumes, gib)
    return {'growth': tuple(places), 'owned': owned}


def _add(found, key, volumes, gib):
    before = found.get(key, (0, 0))
    found[key] = before[0] + volumes, before[1] + gib
