"""Places of lanes: so many steps of one are under way at once, of all tasks.

Two workers that have a task each must not both take a lane's last place. So
who takes places reads the numbers of their lanes, counts what is under way,
and then changes those numbers, if nobody else did meanwhile. That compare and
swap holds whatever the database lets a transaction see of others, and on a
Galera cluster, where one of two that change a row on two nodes fails.

Who has a place would take the next one, too, as he is there when it gets free.
So it is kept for a task that has none and asked first.
"""

import collections
from collections.abc import Iterable
import datetime
import itertools

from django.db.models import F
from django.db.models import Q
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from rey_dashboard.inventory import store
from rey_dashboard.tasks import lease
from rey_dashboard.tasks import models

#: Steps that are looked at together.
BATCH = 200
#: A place is kept so long for who asked last time: tasks look within seconds,
#: unless many are due.
KEPT = datetime.timedelta(seconds=60)

STATES = models.Step.State


def make(task: models.Task) -> None:
    """Rows for its lanes, which stay; not in a transaction that claims.

    One that made them would hold what others wait for until it ends.
    """
    if not task.has_lanes:
        return
    steps = task.steps.filter(state=STATES.PENDING, lane_limit__gt=0)
    names = steps.order_by('lane').values_list('lane', flat=True).distinct()
    for batch in store.batches(names, store.BATCH):
        there = models.Lane.objects.filter(region=task.region, name__in=batch)
        missing = set(batch).difference(there.values_list('name', flat=True))
        if missing:
            with lease.turn():
                models.Lane.objects.bulk_create(
                    [
                        models.Lane(region=task.region, name=name)
                        for name in sorted(missing)
                    ],
                    # MariaDB may take two names for one, as it compares them.
                    ignore_conflicts=True,
                )


class Lanes:
    """As a task's worker sees them; a task without any costs no query here."""

    def __init__(self, task: models.Task):
        self._task = task
        #: Steps that are under way in each, of whatever task.
        self._taken = collections.Counter()
        #: Where one of the task's is to be tried again later: those behind it
        #: do not overtake it.
        self._held_up: list[str] = []
        #: Those whose next place is another task's.
        self._kept: set[str] = set()

    def look(self) -> None:
        """To be called in each transaction before all else."""
        if not self._task.has_lanes:
            return
        self._taken = self._count()
        kept = self._rows().filter(kept_until__gt=timezone.now())
        others = kept.exclude(kept_for=self._task.pk)
        self._kept = set(others.values_list('name', flat=True))
        later = self._task.steps.filter(
            state=STATES.PENDING,
            lane_limit__gt=0,
            not_before__gt=timezone.now(),
        )
        lanes = later.order_by().values_list('lane', flat=True)
        self._held_up = list(lanes.distinct())

    def free(self, steps: QuerySet) -> QuerySet:
        """Without those that must wait for a place."""
        if not self._task.has_lanes:
            return steps
        held_up = Q(lane__in=self._held_up, lane_limit__gt=0)
        waits = Q(state=STATES.PENDING) & (self._no_place() | held_up)
        return steps.exclude(waits)

    def find(self, waiting: QuerySet, most: int) -> list[models.Step]:
        """The first ones for which there seems to be a place."""
        waiting = waiting.order_by('number')
        if not self._task.has_lanes:
            return list(waiting[:most])
        found: list[models.Step] = []
        last = 0
        while len(found) < most:
            behind = waiting.filter(number__gt=last)
            steps = list(self.free(behind)[:BATCH])
            placed = filter(self._has_place, steps)
            found += itertools.islice(placed, most - len(found))
            if len(steps) < BATCH:
                break
            last = steps[-1].number
        return found

    def take(self, found: Iterable[models.Step]) -> list[models.Step]:
        """Those that got a place; the transaction must store that they begin.

        To be called once in it, with those of all services: lanes are locked
        in one order.
        """
        found = list(found)
        names = {step.lane for step in found if step.lane_limit}
        if not names:
            return found
        lanes = self._rows().filter(name__in=names)
        seen = list(lanes.order_by('pk').values_list('pk', 'number'))
        self._taken = self._count()
        placed = [step for step in found if self._has_place(step)]
        if _swap(seen):
            got = {step.lane for step in placed}
            mine = lanes.filter(kept_for=self._task.pk, name__in=got)
            mine.update(kept_until=None)
            return placed
        # Somebody else took one of them: the next round sees what is left.
        return [step for step in placed if not step.lane_limit]

    def note(self, steps: QuerySet) -> str:
        """What the first of the steps waits for; nothing when none does."""
        if not self._task.has_lanes:
            return ''
        waiting = steps.filter(self._no_place(), state=STATES.PENDING)
        first = waiting.order_by('number').first()
        if not first:
            return ''
        if first.lane in self._kept:
            told = _t('The next place of %s is kept for a task that has none.')
            return told % first.lane
        return ngettext(
            '%(number)d of %(number)d place of %(lane)s is taken.',
            '%(number)d of %(number)d places of %(lane)s are taken.',
            first.lane_limit,
        ) % {'number': first.lane_limit, 'lane': first.lane}

    def ask(self, steps: QuerySet) -> None:
        """For the next place of each lane where one of the steps waits.

        Where the task has none, nobody asked before, and the next is enough:
        places of a larger limit are not left empty for a smaller one.
        """
        if not self._task.has_lanes:
            return
        waiting = steps.filter(self._full(), state=STATES.PENDING)
        limits = waiting.order_by().values_list('lane', 'lane_limit')
        wanted = {
            lane
            for lane, limit in limits.distinct()
            if limit >= self._taken[lane]
        }
        here = self._task.steps.filter(state__in=models.Step.UNDER_WAY)
        wanted.difference_update(here.values_list('lane', flat=True))
        wanted.difference_update(self._held_up)
        now = timezone.now()
        unasked = (
            Q(kept_until=None)
            | Q(kept_until__lte=now)
            | Q(kept_for=self._task.pk)
        )
        rows = self._rows().filter(unasked, name__in=wanted)
        locked = rows.order_by('pk').select_for_update()
        models.Lane.objects.filter(pk__in=[row.pk for row in locked]).update(
            kept_for=self._task.pk, kept_until=now + KEPT
        )

    def _rows(self):
        return models.Lane.objects.filter(region=self._task.region)

    def _count(self):
        """In Python, which takes no two names for one."""
        under_way = models.Step.objects.filter(
            task__region=self._task.region,
            state__in=models.Step.UNDER_WAY,
            lane__gt='',
        )
        return collections.Counter(under_way.values_list('lane', flat=True))

    def _no_place(self):
        return self._full() | Q(lane__in=self._kept, lane_limit__gt=0)

    def _full(self):
        lanes_with = collections.defaultdict(list)
        for lane, taken in self._taken.items():
            lanes_with[taken].append(lane)
        full = Q(pk__in=())
        for taken, lanes in lanes_with.items():
            full |= Q(lane__in=lanes, lane_limit__range=(1, taken))
        return full

    def _has_place(self, step):
        """Counts it, too, if it has one."""
        is_full = self._taken[step.lane] >= step.lane_limit
        if step.lane_limit and (is_full or step.lane in self._kept):
            return False
        self._taken[step.lane] += 1
        return True


def _swap(seen):
    lanes = models.Lane.objects.filter(pk__in=[pk for pk, _number in seen])
    locked = lanes.order_by('pk').select_for_update()
    if list(locked.values_list('pk', 'number')) != seen:
        return False
    lanes.update(number=F('number') + 1)
    return True
