"""What pages tell of tasks, in words and numbers."""

import collections
from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses
import re

from django.db.models import Count
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from rey_dashboard.tasks import estimates
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models
from rey_dashboard.tasks import orders
from rey_dashboard.tasks import planning
from rey_dashboard.tasks import telling

STATES = models.Task.State
#: What can be asked in an address.
ORDERS = (
    'start',
    'pause',
    'resume',
    'cancel',
    'retry',
    'undo',
    'assign',
    'comment',
)
#: Reasons to leave steps out, the commonest first.
MOST_REASONS = 5
#: Bootstrap's colour of each state.
COLOURS = {
    STATES.PLANNED: 'default',
    STATES.QUEUED: 'info',
    STATES.RUNNING: 'primary',
    STATES.PAUSED: 'warning',
    STATES.SUCCEEDED: 'success',
    STATES.PARTLY_FAILED: 'danger',
    STATES.FAILED: 'danger',
    STATES.CANCELLED: 'default',
}


_ADDRESS = re.compile(r'\b[a-z]+://[^\s)]+')


@dataclasses.dataclass(frozen=True)
class Progress:
    """Shares in percent of all steps.

    :param left: how long it will take, from tasks like it; none without any
    """

    done: float
    failed: float
    cancelled: float
    to_go: int
    colour: str
    is_live: bool
    left: estimates.Estimate | None


@dataclasses.dataclass(frozen=True)
class Button:
    """What can be asked.

    :param typed: what has to be typed before, since nothing takes it back
    """

    order: str
    label: str
    style: str = 'default'
    typed: str = ''


def progress(task: models.Task) -> Progress:
    left, parts = None, 0.0
    if task.to_go and task.state not in models.Task.ENDED:
        left, parts = _left(task), _parts(task)
    return Progress(
        done=_share(task.done + parts, task),
        failed=_share(task.failed, task),
        cancelled=_share(task.cancelled, task),
        to_go=task.to_go,
        colour=COLOURS[task.state],
        is_live=task.state in models.Task.LIVE,
        left=left,
    )


def took(task: models.Task) -> float | None:
    """Seconds from its start to its end."""
    if not task.started_at or not task.ended_at:
        return None
    return (task.ended_at - task.started_at).total_seconds()


def _parts(task):
    """Of steps under way, how much is done."""
    steps = task.steps.filter(state=models.Step.State.RUNNING)
    return steps.aggregate(done=Sum('progress'))['done'] or 0.0


def _left(task):
    try:
        return planning.estimate(task)
    except planning.NoKind:
        return None


def _share(steps, task):
    return 100 * steps / task.total if task.total else 0.0


def buttons(task: models.Task, kind: kinds.Kind) -> list[Button]:
    """What can be asked of it now."""
    may = orders.possible(task)
    found = []
    if orders.start in may:
        label = ngettext('Start: %d step', 'Start: %d steps', task.total)
        label %= task.total
        found.append(Button('start', label, 'primary', to_type(task, kind)))
    if orders.pause in may:
        found.append(Button('pause', _('Pause')))
    if orders.resume in may:
        found.append(Button('resume', _('Resume'), 'primary'))
    if orders.cancel in may:
        planned = task.state == STATES.PLANNED
        label = _('Drop it') if planned else _('Cancel the rest')
        found.append(Button('cancel', label))
    if orders.retry in may:
        found.append(Button('retry', _('Retry %d failed') % task.failed))
    is_over = task.state in models.Task.ENDED
    if is_over and task.done and kind.may_undo(task):
        found.append(Button('undo', _('Undo %d…') % task.done, 'warning'))
    return found


def to_type(task: models.Task, kind: kinds.Kind) -> str:
    """What is typed to start what cannot be undone: how much it changes."""
    can_go_back = kind.may_undo(task) or kind.leaves_nothing
    return '' if can_go_back else str(task.total)


@dataclasses.dataclass(frozen=True)
class Change:
    """What becomes of one name, in words or numbers.

    :param is_new: nothing is told of before
    :param remark: the kind's, as of now
    """

    name: str
    is_new: bool
    before: object
    after: object
    remark: str


def changes(
    step: models.Step, kind: kinds.Kind, remarks: Mapping[str, str]
) -> Iterator[Change]:
    """What a step changes.

    :param remarks: by name
    """
    for name, after in sorted(step.after.items()):
        told = kind.tells.get(name, telling.Told())
        is_new = name not in step.before
        yield Change(
            name=told.label or name,
            is_new=is_new,
            before=None if is_new else told.form(step.before[name]),
            after=told.form(after),
            remark=remarks.get(name, ''),
        )


def flags(step: models.Step, kind: kinds.Kind) -> list[tuple[str, str]]:
    """Pairs of what a flag means and what it is of."""
    told = (flag.partition(':') for flag in step.flags)
    return [(kind.flags.get(flag, flag), of) for flag, _, of in told]


def without_addresses(words: str) -> str:
    """Of a fault: where services are is for who sees the whole cloud."""
    return _ADDRESS.sub('…', words)


def preview(task: models.Task, kind: kinds.Kind) -> list[tuple[str, int]]:
    """Of a task that was not started: what to mind, and in how many steps."""
    if task.state != STATES.PLANNED:
        return []
    steps = task.steps.order_by()
    counts = collections.Counter()
    for told in steps.exclude(flags=[]).values_list('flags', flat=True):
        counts.update({flag.partition(':')[0] for flag in told})
    left_out = steps.filter(state=models.Step.State.REFUSED)
    reasons = left_out.values_list('error').annotate(steps=Count('pk'))
    return [
        *((kind.flags.get(flag, flag), n) for flag, n in counts.items()),
        *reasons.order_by('-steps', 'error')[:MOST_REASONS],
    ]
