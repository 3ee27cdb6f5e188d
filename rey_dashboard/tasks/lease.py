"""One worker at a time for a task: compare and swap in the database."""

from collections.abc import Iterator
import contextlib
import datetime
import time

from django.db import connection
from django.db import transaction
from django.db.models import F
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from rey_dashboard.inventory import one_writer
from rey_dashboard.tasks import models

#: A lease holds for so long after the longest call that its owner may have
#: sent before he died.
MARGIN_S = 30
#: Time between two renewals, at most.
RENEW_S = 5

STATES = models.Task.State


class Lost(Exception):
    """It ran out since its owner stood still; another may have the task."""


class Lease:
    """The right to work on one task, as long as its number stands there.

    :param longest_call_s: that the owner makes
    """

    def __init__(self, task: models.Task, owner: str, longest_call_s: float):
        self.task_id = task.pk
        self._number = task.lease_number
        self._owner = owner
        self._holds_s = longest_call_s + MARGIN_S
        self._renewed = _clocks()

    def take(self) -> bool:
        """False when another worker has it, or took it a moment ago."""
        now = timezone.now()
        free = (
            Q(lease_until=None)
            | Q(lease_until__lt=now)
            | Q(lease_owner=self._owner)
        )
        clocks = _clocks()
        with turn():
            taken = (
                self._rows()
                .filter(free, state__in=models.Task.LIVE, due_at__lte=now)
                .update(
                    lease_number=F('lease_number') + 1,
                    state=STATES.RUNNING,
                    lease_owner=self._owner,
                    lease_until=self._until(now),
                    ticked_at=now,
                    started_at=Coalesce('started_at', now),
                )
            )
        if taken:
            self._number += 1
            self._renewed = clocks
        return bool(taken)

    @contextlib.contextmanager
    def writing(self, **columns: object) -> Iterator[models.Task]:
        """A transaction in which nobody else can take or change the task.

        :param columns: of the task, written with the renewal
        :raises Lost: somebody else has it
        :raises db.Error: also since another has taken it on another node of
            a Galera cluster
        """
        clocks = _clocks()
        until = self._until(timezone.now())
        with turn(), transaction.atomic():
            columns = {'lease_until': until, **columns}
            if not self._rows().update(**columns):
                raise Lost
            yield self._rows().get()
        self._renewed = clocks

    def check(self) -> None:
        """To be called before each call to the cloud.

        :raises Lost: it could run out before the call does
        """
        elapsed = map(_elapsed, self._renewed, _clocks())
        if max(elapsed) >= MARGIN_S:
            raise Lost

    def _until(self, now):
        return now + datetime.timedelta(seconds=self._holds_s)

    def _rows(self):
        return models.Task.objects.filter(
            pk=self.task_id, lease_number=self._number
        )


#: Columns of a task that give its lease back.
FREE = {'lease_owner': '', 'lease_until': None}


def turn() -> contextlib.AbstractContextManager:
    """Threads of a process share SQLite's only place for a writer."""
    if connection.vendor == 'sqlite':
        return one_writer.turn()
    return contextlib.nullcontext()


def _clocks():
    """The one stands still with a suspended machine, the other may be set."""
    return time.monotonic(), time.time()


def _elapsed(begin, end):
    return end - begin
