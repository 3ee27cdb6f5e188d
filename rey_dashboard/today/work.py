"""Tasks that run or have ended lately, as the page tells them."""

from collections.abc import Sequence
import dataclasses
import datetime

from django.db.models import Case
from django.db.models import Q
from django.db.models import QuerySet
from django.db.models import Value
from django.db.models import When
from django.utils import timezone

from rey_dashboard.inventory import scope as scope_
from rey_dashboard.policy import tasks as rules
from rey_dashboard.tasks import models
from rey_dashboard.tasks import planning
from rey_dashboard.tasks import seeing
from rey_dashboard.tasks import showing

#: Of each kind of row; the list of tasks has all.
MOST = 5
#: What ended longer ago is nothing of today.
LATELY = datetime.timedelta(days=2)
#: What can still be asked of a task that has ended.
_AFTERWARDS = ('retry', 'undo')


@dataclasses.dataclass(frozen=True)
class Work:
    """Tasks, each with its ``progress``; ended ones with ``buttons``."""

    running: Sequence[models.Task]
    ended: Sequence[models.Task]

    @property
    def is_live(self) -> bool:
        return any(task.progress.is_live for task in self.running)


def of(request, mine_first: bool) -> Work | None:
    """Those that the user may look at; None when he may look at no tasks."""
    if not scope_.is_open(request, rules.READ):
        return None
    tasks = seeing.of(request)
    user = request.user.id
    mine = Q(asked_by_id=user) | Q(assignee_id=user)
    if mine_first:
        tasks = tasks.annotate(
            place=Case(When(mine, then=Value(0)), default=Value(1))
        )
    else:
        tasks = tasks.annotate(place=Value(0))
    return Work(
        running=[_with_progress(request, task) for task in _running(tasks)],
        ended=[_with_buttons(request, task) for task in _ended(tasks)],
    )


def _running(tasks: QuerySet):
    live = tasks.exclude(
        state__in=(*models.Task.ENDED, models.Task.State.PLANNED)
    )
    return live.order_by('place', '-planned_at')[:MOST]


def _ended(tasks: QuerySet):
    ended = tasks.filter(
        state__in=models.Task.ENDED,
        ended_at__gte=timezone.now() - LATELY,
    ).exclude(started_at=None)
    return ended.order_by('place', '-ended_at')[:MOST]


def _with_progress(request, task):
    task.note = seeing.note(request, task)
    task.progress = showing.progress(task)
    task.took = showing.took(task)
    return task


def _with_buttons(request, task):
    offered = []
    if seeing.may_act(request, task):
        offered = showing.buttons(task, planning.find(task.kind))
    task.buttons = [row for row in offered if row.order in _AFTERWARDS]
    return _with_progress(request, task)
