"""One worker's turn at one task: calls, and rounds that store what ended.

A round is one short transaction, whatever number of calls ended since the
last. A step is stored as starting before its call goes out. So after a crash
at any instruction each step is known as ended, as not begun, or as one that
may be in effect: that one is started again, and its kind looks first.
"""

from collections.abc import Callable
import contextlib
import logging
import math
import time

from django.db.models import F
from django.db.models import Q
from django.utils import timezone

from rey_dashboard.inventory import store
from rey_dashboard.tasks import calls as calls_
from rey_dashboard.tasks import ending
from rey_dashboard.tasks import gates
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import lanes
from rey_dashboard.tasks import lease as lease_
from rey_dashboard.tasks import models
from rey_dashboard.tasks import verdict

LOG = logging.getLogger(__name__)

#: Time between two rounds.
ROUND_S = 0.5
#: Steps of a service that are taken at once, at most.
MOST_TAKEN = 200

STATES = models.Step.State


class Turn:
    """Made for one turn, with the lease taken.

    :param gate_of: a service
    :param goes_on: asked now and then; the turn ends when it says no
    """

    def __init__(
        self,
        task: models.Task,
        kind: kinds.Kind,
        lease: lease_.Lease,
        calls: calls_.Calls,
        gate_of: Callable[[str], gates.Gate],
        goes_on: Callable[[], bool],
    ):
        self._task = task
        self._kind = kind
        self._lease = lease
        self._calls = calls
        self._gate_of = gate_of
        self._goes_on = goes_on
        self._lanes = lanes.Lanes(task)
        self._services = set(
            task.steps.order_by().values_list('service', flat=True).distinct()
        )
        #: Taken, and not stored as ended since.
        self._taken: dict[int, models.Step] = {}
        self._landed: list[models.Step] = []
        #: Steps of each service that landed since the last round.
        self._pace = dict.fromkeys(self._services, 0)
        self._round_at = time.monotonic()
        self._halted = False

    def take(self) -> None:
        """Works until there is nothing to do now, or the turn is over.

        :raises lease.Lost: somebody else has the task
        :raises db.Error: what ended since the last round is not stored; the
            next turn finds it again
        """
        try:
            lanes.make(self._task)
            while True:
                if not self._goes_on():
                    self._halt()
                if self._calls.feed():
                    self._land(self._round_at + ROUND_S - time.monotonic())
                    if self._is_round_due():
                        self._round()
                elif not self._round():
                    break
            self._end()
        finally:
            self._calls.halt()
            with contextlib.suppress(lease_.Lost):
                while self._calls.feed():
                    self._calls.land(lease_.RENEW_S)

    def _halt(self):
        self._halted = True
        self._calls.halt()

    def _land(self, patience_s):
        for landing in self._calls.land(patience_s):
            step = landing.step
            self._pace[step.service] += 1
            if landing.outcome or landing.met:
                verdict.apply(landing)
                self._landed.append(step)
            else:
                # As if this worker had died: it stays as it is stored.
                del self._taken[step.pk]
        if self._calls.lost:
            self._halted = True

    def _is_round_due(self):
        since_s = time.monotonic() - self._round_at
        if since_s >= ROUND_S:
            return True
        # A service will soon have nothing to do, though there may be more.
        return since_s >= ROUND_S / 10 and any(
            pace and self._calls.waiting(service) <= pace / 8
            for service, pace in self._pace.items()
        )

    def _round(self):
        """Stores what ended and takes more; how many were taken."""
        landed, self._landed = self._landed, []
        now = time.monotonic()
        worked_s, self._round_at = now - self._round_at, now
        with self._lease.writing(
            worked_s=F('worked_s') + worked_s,
            note=ending.note(self._gates()),
            **_counted(landed),
        ) as task:
            store.upsert(models.Step, landed)
            for step in landed:
                del self._taken[step.pk]
            if task.order:
                self._obey(task.order)
            claimed = [] if self._halted else self._claim(task.order)
        self._taken.update((step.pk, step) for step in claimed)
        self._calls.add(claimed)
        self._mirror(landed)
        return len(claimed)

    def _obey(self, order):
        if order == models.Task.Order.PAUSE:
            self._halt()
        elif any(
            step.state == STATES.PENDING for step in self._taken.values()
        ):
            # Those that did not begin yet must not; the others go on.
            self._halt()

    def _claim(self, order):
        """Under way first: those of an earlier turn, and those to poll."""
        now = timezone.now()
        steps = self._task.steps.filter(
            Q(not_before=None) | Q(not_before__lte=now)
        )
        claimed = []
        begun = steps.filter(state__in=models.Step.UNDER_WAY)
        fresh = []
        self._lanes.look()
        for service in self._services:
            room = self._room(service)
            if not room:
                continue
            there = list(
                begun.filter(service=service)
                .exclude(pk__in=list(self._taken))
                .order_by('not_before', 'number')[:room]
            )
            claimed += there
            if order or len(there) >= room:
                continue
            new = steps.filter(service=service, state=STATES.PENDING)
            fresh += self._lanes.find(new, room - len(there))
        fresh = self._lanes.take(fresh)
        if fresh:
            models.Step.objects.filter(
                pk__in=[step.pk for step in fresh]
            ).update(state=STATES.STARTING)
        self._pace = dict.fromkeys(self._services, 0)
        return claimed + fresh

    def _room(self, service):
        """What the service can take until the next round, as it seems."""
        wanted = self._gate_of(service).appetite()
        if wanted > 1:
            wanted = max(wanted, math.ceil(1.5 * self._pace[service]))
        return max(0, min(wanted, MOST_TAKEN) - self._calls.waiting(service))

    def _mirror(self, landed):
        done = [step for step in landed if step.state == STATES.DONE]
        if not done:
            return
        try:
            with lease_.turn():
                self._kind.mirror(self._task.region, done)
        except Exception:  # a kind's code; the next collection tells the same
            LOG.exception('Task %s: the inventory is behind', self._task.pk)

    def _end(self):
        """The last round: gives back what was not begun, and the lease."""
        self._land(0.001)
        landed, self._landed = self._landed, []
        worked_s = time.monotonic() - self._round_at
        back = [
            step.pk
            for step in self._calls.left()
            if step.state == STATES.PENDING
        ]
        with self._lease.writing(
            worked_s=F('worked_s') + worked_s, **lease_.FREE
        ) as task:
            store.upsert(models.Step, landed)
            models.Step.objects.filter(pk__in=back).update(
                state=STATES.PENDING
            )
            ending.settle(task, self._gates(), self._lanes)
        self._mirror(landed)

    def _gates(self):
        return {service: self._gate_of(service) for service in self._services}


def _counted(landed):
    """What changes with them in the task's columns."""
    done = [step for step in landed if step.state == STATES.DONE]
    failed = sum(step.state == STATES.FAILED for step in landed)
    return {
        'done': F('done') + len(done),
        'failed': F('failed') + failed,
        'size_done': F('size_done') + sum(step.size for step in done),
    }
