"""Works on tasks, a turn at a time: the one that waited longest comes next."""

from collections.abc import Callable
from collections.abc import Mapping
from concurrent import futures
import datetime
import logging
import os
import socket
import threading
import time
import uuid

from django.db.models import Q
from django.utils import timezone

from rey_dashboard import conf
from rey_dashboard.tasks import calls
from rey_dashboard.tasks import gates
from rey_dashboard.tasks import kinds as kinds_
from rey_dashboard.tasks import lease as lease_
from rey_dashboard.tasks import models
from rey_dashboard.tasks import turn

LOG = logging.getLogger(__name__)

#: How long a turn takes when others wait.
TURN_S = 3
#: Threads for calls, of all services together.
THREADS = 64
#: What kinds keep between turns (connections, a token) is made anew after so
#: long: the entry of clouds.yaml may be another by then.
KEEP_S = 300
#: Until somebody looks whether a kind is installed by now.
NO_KIND_S = 60


class _Missing(kinds_.Kind):
    """Of a task whose kind this worker does not have."""

    label = rule = ''

    def plan(self, region, parameters):
        return ()

    def start(self, context, step):
        raise kinds_.Refused(
            f'{_not_installed(step.task.kind)} It may be in effect.',
            'Look at it in the cloud.',
        )


def _not_installed(kind):
    return (
        f'The kind of task {kind!r} is not installed where the worker runs '
        f'({socket.gethostname()}).'
    )


class Engine:
    """One thread's. Several, of any process and host, may share a database.

    :param kinds: those that can be worked on; all that are installed
    :param stop: when set, a turn ends as soon as the calls under way do
    """

    def __init__(
        self,
        region: str,
        settings: conf.Settings,
        stop: threading.Event | None = None,
        kinds: Mapping[str, kinds_.Kind] | None = None,
    ):
        self._region = region
        self._settings = settings
        self._stop = stop or threading.Event()
        self._kinds = kinds_.installed() if kinds is None else kinds
        self._owner = (
            f'{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex}'
        )
        self._pool = futures.ThreadPoolExecutor(THREADS, 'task')
        self._gates: dict[str, gates.Gate] = {}
        self._contexts: dict[str, kinds_.Context] = {}
        self._contexts_made = 0.0

    def tick(self) -> bool:
        """A turn at the task that waited longest; whether there was one.

        :raises db.Error: the database is away; nothing is lost
        """
        return any(
            self.advance(task) for task in self._due().order_by('ticked_at')
        )

    def advance(self, task: models.Task) -> bool:
        """A turn at this one, short, and safe to kill at any instruction.

        :returns: False when another worker has it, or there is nothing to do
        :raises db.Error: as ``tick``
        """
        kind = self._kinds.get(task.kind)
        if not kind and task.order:
            # It can be paused and cancelled nevertheless.
            kind = _Missing()
        if not kind:
            self._wait_for_kind(task)
            return False
        lease = lease_.Lease(task, self._owner, self._settings.CALL_TIMEOUT_S)
        if not lease.take():
            return False
        try:
            self._turn(task, kind, lease).take()
        except lease_.Lost:
            LOG.warning(
                'Task %s: this worker stood still, and another may have it',
                task.pk,
            )
        return True

    def close(self) -> None:
        self._pool.shutdown()

    def _turn(self, task, kind, lease):
        context = self._context(task.kind)

        def do(step):
            is_running = step.state == models.Step.State.RUNNING
            return (kind.poll if is_running else kind.start)(context, step)

        return turn.Turn(
            task,
            kind,
            lease,
            calls.Calls(self._pool, self._gate_of, do, lease.check),
            self._gate_of,
            self._goes_on(task),
        )

    def _goes_on(self, task) -> Callable[[], bool]:
        """A turn is over when its time is, and another task waits."""
        until = time.monotonic() + TURN_S

        def goes_on():
            nonlocal until
            if self._stop.is_set():
                return False
            now = time.monotonic()
            if now > until:
                until = now + TURN_S
                return not self._due().exclude(pk=task.pk).exists()
            return True

        return goes_on

    def _due(self):
        now = timezone.now()
        free = (
            Q(lease_until=None)
            | Q(lease_until__lt=now)
            | Q(lease_owner=self._owner)
        )
        return models.Task.objects.filter(
            free, region=self._region, due_at__lte=now
        )

    def _wait_for_kind(self, task):
        at = timezone.now() + datetime.timedelta(seconds=NO_KIND_S)
        self._due().filter(pk=task.pk).update(
            due_at=at,
            note=_not_installed(task.kind),
        )

    def _gate_of(self, service: str) -> gates.Gate:
        if service not in self._gates:
            made = gates.Gate(self._settings.PARALLEL_CALLS)
            self._gates.setdefault(service, made)
        return self._gates[service]

    def _context(self, kind):
        now = time.monotonic()
        if now - self._contexts_made > KEEP_S:
            self._contexts.clear()
            self._contexts_made = now
        if kind not in self._contexts:
            self._contexts[kind] = kinds_.Context(self._settings)
        return self._contexts[kind]
