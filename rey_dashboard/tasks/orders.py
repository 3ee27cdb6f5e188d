"""What people ask of a task; the worker that has it does it.

Each function is one transaction that begins with the task's row, as those of
the worker do, and changes steps only that no worker changes.
"""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
import contextlib

from django.db import transaction
from django.utils import timezone

from rey_dashboard.tasks import ending
from rey_dashboard.tasks import models
from rey_dashboard.tasks import planning
from rey_dashboard.tasks import records

STATES = models.Task.State
STEPS = models.Step.State
ORDERS = models.Task.Order
WHAT = models.Record.What


class NotNow(Exception):
    """The task is not in a state in which this can be asked."""


def possible(task: models.Task) -> list[Callable]:
    """Those of this module's functions that can be asked now."""
    return [order for order, may in _MAY.items() if may(task)]


def start(task: models.Task, actor: records.Actor) -> None:
    """:raises NotNow: it was started, or has nothing to do"""
    told = planning.estimate(task)
    with _asking(task, start, actor, WHAT.STARTED) as row:
        _queue(row)
        row.estimate_s = told.seconds if told else None


def pause(task: models.Task, actor: records.Actor) -> None:
    """Nothing more begins; what the cloud works on goes on there.

    :raises NotNow: it does not run
    """
    with _asking(task, pause, actor, WHAT.PAUSED) as row:
        row.order, row.due_at = ORDERS.PAUSE, timezone.now()


def resume(task: models.Task, actor: records.Actor) -> None:
    """:raises NotNow: it is not paused"""
    with _asking(task, resume, actor, WHAT.RESUMED) as row:
        row.order = ORDERS.NONE
        if row.state == STATES.PAUSED:
            _queue(row)
            _begin_anew(row.steps.filter(state__in=models.Step.OPEN))


def cancel(task: models.Task, actor: records.Actor) -> None:
    """What has not begun never does; what has ends, and stays.

    :raises NotNow: it has ended
    """
    with _asking(task, cancel, actor, WHAT.CANCELLED) as row:
        if row.state == STATES.PLANNED:
            ending.cancel_pending(row)
            ending.count(row)
            ending.end(row)
            row.state = STATES.CANCELLED
        else:
            row.order, row.due_at = ORDERS.CANCEL, timezone.now()


def is_cancelled(step: models.Step) -> bool:
    """Whether its task is to be cancelled, while a worker has it."""
    rows = models.Task.objects.filter(pk=step.task_id)
    return rows.filter(order=ORDERS.CANCEL).exists()


def retry(task: models.Task, actor: records.Actor) -> None:
    """Those that failed, alone.

    :raises NotNow: none failed, or it is being cancelled
    """
    with _asking(task, retry, actor, WHAT.RETRIED) as row:
        failed = row.steps.filter(state=STEPS.FAILED)
        _begin_anew(failed)
        failed.update(
            state=STEPS.PENDING, ended_at=None, started_at=None, progress=None
        )
        ending.count(row)
        if row.state in models.Task.ENDED:
            _queue(row)
        elif row.state != STATES.PAUSED:
            row.due_at = timezone.now()


def assign(
    task: models.Task, actor: records.Actor, assignee_id: str, name: str
) -> None:
    """Nobody, with an empty id."""
    with transaction.atomic():
        models.Task.objects.filter(pk=task.pk).update(
            assignee_id=assignee_id, assignee_name=name
        )
        records.add(
            task, actor, WHAT.ASSIGNED, assignee_id=assignee_id, name=name
        )
    task.refresh_from_db()


def comment(task: models.Task, actor: records.Actor, text: str) -> None:
    with transaction.atomic():
        models.Comment.objects.create(
            task=task,
            at=timezone.now(),
            who_id=actor.id,
            who_name=actor.name,
            text=text,
        )
        records.add(task, actor, WHAT.COMMENTED)


@contextlib.contextmanager
def _asking(task, order, actor, what) -> Iterator[models.Task]:
    """The task's row, locked; stored at the end with a record of it."""
    with transaction.atomic():
        rows = models.Task.objects.select_for_update().filter(pk=task.pk)
        # On a Galera cluster a row's lock holds on one node; a change is seen
        # on all, and one of two transactions that change it fails.
        row = rows.get()
        if not _MAY[order](row):
            raise NotNow
        yield row
        row.save()
        records.add(row, actor, what)
    task.refresh_from_db()


def _queue(row):
    row.state, row.order, row.note = STATES.QUEUED, ORDERS.NONE, ''
    row.ended_at = row.seen_at = row.told_at = None
    row.due_at = row.ticked_at = timezone.now()


def _begin_anew(steps: Iterable):
    steps.update(not_before=None, failing_since=None, attempts=0)


def _may_pause(task):
    runs = task.state in (STATES.QUEUED, STATES.RUNNING)
    return runs and not task.order


def _may_resume(task):
    if task.order == ORDERS.CANCEL:
        return False
    return task.state == STATES.PAUSED or task.order == ORDERS.PAUSE


def _may_cancel(task):
    return task.state not in models.Task.ENDED and task.order != ORDERS.CANCEL


def _may_retry(task):
    may = task.state in (*models.Task.ENDED, *models.Task.LIVE)
    return may and task.failed > 0 and task.order != ORDERS.CANCEL


_MAY = {
    start: lambda task: task.state == STATES.PLANNED and task.total > 0,
    pause: _may_pause,
    resume: _may_resume,
    cancel: _may_cancel,
    retry: _may_retry,
}
