"""How a turn leaves its task: ended, paused, or when to look again."""

from collections.abc import Mapping
import datetime

from django.db.models import Count
from django.db.models import Min
from django.db.models import Q
from django.db.models import Sum
from django.utils import timezone

from rey_dashboard.tasks import gates
from rey_dashboard.tasks import lanes as lanes_
from rey_dashboard.tasks import models

#: Longest time until somebody looks again.
LONGEST_WAIT_S = 60
#: The same when a step waits for a place of its lane: nobody tells it.
LANE_LOOK_S = 5

TASKS = models.Task.State
STEPS = models.Step.State
ORDERS = models.Task.Order


def settle(
    task: models.Task,
    gate_of: Mapping[str, gates.Gate],
    lanes: lanes_.Lanes,
) -> None:
    """To be called in the transaction that gives the lease back.

    :param gate_of: those of its services
    """
    if task.order == ORDERS.CANCEL:
        cancel_pending(task)
    left = count(task)
    task.note = ''
    if not left:
        end(task)
    elif task.order == ORDERS.PAUSE:
        task.state, task.due_at = TASKS.PAUSED, None
        task.order = ORDERS.NONE
    else:
        _rest(task, gate_of, lanes)
    task.save()


def cancel_pending(task: models.Task) -> None:
    task.steps.filter(state=STEPS.PENDING).update(
        state=STEPS.CANCELLED, ended_at=timezone.now()
    )


def count(task: models.Task) -> int:
    """Sets its counts; how many steps have not ended."""
    rows = task.steps.order_by().values('state')
    told = {
        row['state']: row
        for row in rows.annotate(steps=Count('id'), sizes=Sum('size'))
    }
    steps = {state: told.get(state, {}).get('steps', 0) for state in STEPS}
    task.done = steps[STEPS.DONE]
    task.failed = steps[STEPS.FAILED]
    task.cancelled = steps[STEPS.CANCELLED]
    task.size_done = told.get(STEPS.DONE, {}).get('sizes', 0)
    return sum(steps[state] for state in models.Step.OPEN)


def end(task: models.Task) -> None:
    task.ended_at, task.due_at = timezone.now(), None
    task.order = ORDERS.NONE
    if task.cancelled:
        task.state = TASKS.CANCELLED
    elif not task.failed:
        task.state = TASKS.SUCCEEDED
    elif task.done:
        task.state = TASKS.PARTLY_FAILED
    else:
        task.state = TASKS.FAILED


def _rest(task, gate_of, lanes):
    """Until somebody must look again."""
    now = timezone.now()
    steps = task.steps.filter(state__in=models.Step.OPEN).order_by()
    due = Q(not_before=None) | Q(not_before__lte=now)
    lanes.look()
    free = lanes.free(steps.filter(due))
    services = free.values_list('service', flat=True).distinct()
    waits = [gate_of[service].shut_for() for service in services]
    first = steps.exclude(due).aggregate(at=Min('not_before'))['at']
    if first:
        waits.append((first - now).total_seconds())
    full = lanes.note(steps.filter(due))
    if full:
        lanes.ask(steps.filter(due))
        waits.append(LANE_LOOK_S)
    wait_s = min([*waits, LONGEST_WAIT_S])
    words = [note(gate_of), full if wait_s > 0 else '']
    task.state, task.note = TASKS.RUNNING, ' '.join(filter(None, words))
    task.due_at = timezone.now() + datetime.timedelta(seconds=wait_s)
    if steps.filter(state=STEPS.RUNNING).exists():
        # The cloud works on it meanwhile.
        task.worked_s += max(wait_s, 0)


def note(gate_of: Mapping[str, gates.Gate]) -> str:
    """What services say that are away."""
    words = {gate.words for gate in gate_of.values() if gate.words}
    return ' '.join(sorted(words))
