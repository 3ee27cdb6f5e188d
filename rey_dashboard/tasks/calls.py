"""The calls of one turn at a task, side by side, service by service."""

import collections
from collections.abc import Callable
from collections.abc import Iterable
from concurrent import futures
import dataclasses
import datetime
import itertools
import json
import logging
import queue
import time

from django.db import connection
from django.utils import timezone

from rey_dashboard.cloud import caller
from rey_dashboard.tasks import gates
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import lease
from rey_dashboard.tasks import models
from rey_dashboard.tasks import trouble

LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Landing:
    """How a call went: an outcome, a fault, or neither (it was not made).

    :param own: the fault may be of this step alone
    """

    step: models.Step
    begun: datetime.datetime
    ended: datetime.datetime
    outcome: kinds.Outcome | None = None
    met: trouble.Trouble | None = None
    own: bool = False


class Calls:
    """Threads of a pool take one waiting step after the other.

    So the thread that writes into the database delays no call.

    :param do: what is called with a step
    :param may_call: raises ``lease.Lost`` when no call may go out any more
    """

    def __init__(
        self,
        pool: futures.Executor,
        gate_of: Callable[[str], gates.Gate],
        do: Callable[[models.Step], kinds.Outcome],
        may_call: Callable[[], None],
    ):
        self._pool = pool
        self._gate_of = gate_of
        self._do = do
        self._may_call = may_call
        self._waiting = collections.defaultdict(collections.deque)
        self._landed: queue.SimpleQueue = queue.SimpleQueue()
        self._threads = collections.Counter()
        self._halted = False
        self.lost = False

    def add(self, steps: Iterable[models.Step]) -> None:
        for step in steps:
            self._waiting[step.service].append(step)

    def waiting(self, service: str) -> int:
        return len(self._waiting[service])

    def left(self) -> list[models.Step]:
        """Those that were not begun; to be asked when no thread runs."""
        return list(itertools.chain.from_iterable(self._waiting.values()))

    def feed(self) -> int:
        """Has threads take what waits; how many there are."""
        for service, steps in self._waiting.items():
            room = 0 if self._halted else self._gate_of(service).room()
            # One too many ends at once.
            for _ in range(min(room, len(steps))):
                self._threads[service] += 1
                self._pool.submit(self._work, service)
        return self._threads.total()

    def halt(self) -> None:
        """Nothing new begins; what is under way ends."""
        self._halted = True

    def land(self, patience_s: float) -> list[Landing]:
        """Those that ended; waits for one if there is none yet."""
        landed = []
        try:
            landed.append(self._landed.get(timeout=max(patience_s, 0.001)))
            while True:
                landed.append(self._landed.get_nowait())
        except queue.Empty:
            pass
        ended = [service for service in landed if isinstance(service, str)]
        self._threads.subtract(ended)
        return [one for one in landed if isinstance(one, Landing)]

    def _work(self, service):
        gate = self._gate_of(service)
        try:
            while not self._halted and gate.enter():
                try:
                    step = self._waiting[service].popleft()
                except IndexError:
                    gate.leave()
                    return
                self._landed.put(self._call(gate, step))
        finally:
            # A kind that looked something up has a connection of this thread.
            if connection.connection is not None:
                connection.close()
            self._landed.put(service)

    def _call(self, gate, step):
        begun, entered = timezone.now(), time.monotonic()
        outcome, met, own = None, None, False
        try:
            with caller.calling(step.request_id, self._may_call):
                self._may_call()
                outcome = _storable(self._do(step))
            gate.answered()
        except lease.Lost:
            self.lost = self._halted = True
            gate.leave()
        except Exception as error:  # the outermost frame of a kind's code
            met, own = self._fell(gate, step, entered, error)
        return Landing(step, begun, timezone.now(), outcome, met, own)

    def _fell(self, gate, step, entered, error):
        met = trouble.judge(error)
        if met.again:
            return met, gate.fell(entered, met)
        gate.answered()
        if not isinstance(error, trouble.TOLD):
            LOG.exception('Step %s of task %s broke', step, step.task_id)
        return met, True


def _storable(outcome):
    """One that could not be stored would stop its whole task."""
    if not isinstance(outcome, kinds.Outcome):
        raise TypeError(f'The kind gave {outcome!r} and no outcome.')
    json.dumps(vars(outcome), default=dict)
    return outcome
