"""Makes tasks of plans: what the preview shows is what runs."""

from collections.abc import Iterable
from collections.abc import Mapping
import datetime

from django import db
from django.db import transaction
from django.db.models import F
from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from rey_dashboard.tasks import estimates
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models
from rey_dashboard.tasks import records

BATCH = 500
#: How long a plan waits for its start.
UNSTARTED = datetime.timedelta(days=1)

STATES = models.Step.State


class NoKind(Exception):
    """No package that is installed here has this kind."""


class CannotUndo(Exception):
    """The kind cannot bring back what was, or nothing was done."""


def plan(
    kind: str,
    region: str,
    parameters: Mapping,
    title: str,
    token: str,
    actor: records.Actor,
    domain_id: str = '',
    steps: Iterable[kinds.Planned] | None = None,
) -> models.Task:
    """A planned task; the one that there is when the form was sent twice.

    Whether the actor passes the kind's rule is for the caller to ask.

    :param domain_id: of all that it changes, so that those who may act there
        may see and steer it; empty: only who may act in the whole cloud
    :param token: of the form, 64 characters at most
    :param steps: those of a plan that needs more than the task may keep
    :raises NoKind: there is no such kind
    """
    if steps is None:
        steps = find(kind).plan(region, parameters)
    task = models.Task(
        region=region,
        kind=kind,
        title=title,
        parameters=dict(parameters),
        domain_id=domain_id,
        token=token,
    )
    return _make(task, steps, actor, models.Record.What.PLANNED)


def plan_undo(
    task: models.Task, title: str, token: str, actor: records.Actor
) -> models.Task:
    """A planned task that brings back what the done steps of another changed.

    What somebody changed since is a refused step of it.

    :raises NoKind: as ``plan``
    :raises CannotUndo: of this kind, or since nothing is done
    """
    kind = find(task.kind)
    done = task.steps.filter(state=STATES.DONE).order_by('-number')
    if not kind.may_undo(task) or not done.exists():
        raise CannotUndo
    undo = models.Task(
        region=task.region,
        kind=task.kind,
        title=title,
        parameters=task.parameters,
        domain_id=task.domain_id,
        token=token,
        undo_of=task,
    )
    steps = kind.undo(task.region, done.iterator(BATCH))
    return _make(undo, steps, actor, models.Record.What.UNDO)


def forget_unstarted() -> None:
    """Plans that nobody started for a day; their records stay."""
    with transaction.atomic():
        # Who starts one now waits, and finds it gone.
        rows = models.Task.objects.select_for_update().filter(
            state=models.Task.State.PLANNED,
            planned_at__lt=timezone.now() - UNSTARTED,
        )
        models.Task.objects.filter(pk__in=[row.pk for row in rows]).delete()


def find(kind: str) -> kinds.Kind:
    """:raises NoKind: there is no such kind"""
    try:
        return kinds.installed()[kind]
    except KeyError:
        raise NoKind(kind) from None


def estimate(task: models.Task) -> estimates.Estimate | None:
    """How long what is left of a task takes; none when nobody can know."""
    kind = find(task.kind)
    told = kind.forecast(task)
    if told:
        return told
    past = estimates.measured(task.region, task.kind, kind.fewest_steps)
    left = task.steps.filter(state__in=models.Step.OPEN).aggregate(
        size=Sum(F('size') * (1 - Coalesce('progress', 0.0)))
    )
    return kind.estimate(past, left['size'] or 0)


def _make(task, planned, actor, what):
    task.asked_by_id, task.asked_by_name = actor.id, actor.name
    task.planned_at = timezone.now()
    same = models.Task.objects.filter(
        region=task.region, asked_by_id=actor.id, token=task.token
    )
    there = same.first()
    if there:
        return there
    try:
        with transaction.atomic():
            task.save(force_insert=True)
            _add_steps(task, planned)
            records.add(task, actor, what, undo_of=task.undo_of_id)
    except db.IntegrityError:
        # The other click was quicker.
        there = same.first()
        if not there:
            raise
        return there
    return task


def _add_steps(task: models.Task, planned: Iterable[kinds.Planned]) -> None:
    steps = [
        models.Step(
            task=task,
            number=number,
            target=one.target,
            target_name=one.target_name,
            service=one.service,
            state=STATES.REFUSED if one.refused else STATES.PENDING,
            before=dict(one.before),
            after=dict(one.after),
            flags=list(one.flags),
            error=one.refused,
            remedy=one.remedy,
            size=one.size,
            work=dict(one.work),
            lane=one.lane,
            lane_limit=one.at_once if one.lane else 0,
        )
        for number, one in enumerate(planned, 1)
    ]
    models.Step.objects.bulk_create(steps, batch_size=BATCH)
    runs = [step for step in steps if step.state != STATES.REFUSED]
    task.total = len(runs)
    task.size = sum(step.size for step in runs)
    task.has_lanes = any(step.lane_limit for step in runs)
    task.save()
