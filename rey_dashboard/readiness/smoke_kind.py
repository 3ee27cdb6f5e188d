"""The kind of task that tries the cloud as its users do, and cleans up."""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
import time

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rey_dashboard.cloud import scratch
from rey_dashboard.policy import install
from rey_dashboard.readiness import smoke_commands
from rey_dashboard.readiness import smoke_stages as stages
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models as tasks
from rey_dashboard.tasks import trouble

KIND = 'smoke_test'
#: A stage is looked at again after a quarter of what it took so far, at most.
LOOK_S = 2
#: A stage that takes longer has failed. Backups may be slow.
PATIENCE_S = 600
PATIENCE_OF = {'backup': 1800, 'restore': 1800, 'detach': 180}
#: So many faults of which trying again may help; then the stage has failed.
TRIES = 5
#: A deletion that does not come about for so long is forced, and again.
FORCE_AFTER_S = 120
#: An answer may also lack what every service tells.
_FALLS = (*trouble.TOLD, LookupError, TypeError, ValueError)


class SmokeTest(kinds.Kind):
    """One step, since each of its stages needs the one before.

    Parameters: ``project_id`` and ``project_name``; ``image`` and ``flavor``
    (name or id; empty for the smallest); ``zone`` (``zone:host`` for one
    host). Stages and their seconds stand in the step's ``work``. A stage that
    fails, and a cancelled task, lead to the stages that delete.
    """

    label = _('Smoke test')
    rule = install.ACT
    can_undo = False
    leaves_nothing = True
    fewest_steps = 1

    def plan(
        self, region: str, parameters: Mapping
    ) -> Iterator[kinds.Planned]:
        yield kinds.Planned(
            target=parameters['project_id'],
            target_name=parameters['project_name'][:255],
            service='compute',
            after=dict.fromkeys(_names(), 'to do'),
        )

    def start(self, context: kinds.Context, step) -> kinds.Outcome:
        """Makes nothing yet: what is made is stored as running before."""
        work = {'seconds': {}, 'skipped': {}, 'left': {}}
        return kinds.Running(0, work=_begun(work, stages.ORDER[0]), progress=0)

    def poll(self, context: kinds.Context, step) -> kinds.Outcome:
        work = {key: _copied(value) for key, value in step.work.items()}
        if work['stage'] == stages.END:
            return _ended(work)
        if not _is_cleaning(work) and _is_cancelled(step):
            work['cancelled'] = True
            return _running(_begun(work, 'detach'))
        made = _stages(context, step, work)
        try:
            is_done = made.take(work['stage'])
        except stages.Skipped as why:
            work['skipped'][work['stage']] = str(why)
            return _next(work)
        except _FALLS as error:
            return _fell(work, error, made)
        work['tries'] = 0
        if is_done:
            return _next(work)
        return _wait(work, made)

    def commands(self, step) -> list[str]:
        return smoke_commands.of(step)

    def remarks(self, region: str, steps: Iterable) -> Mapping:
        return {step.pk: dict(_remarks(step)) for step in steps}


def told(work: Mapping) -> Iterator[tuple[str, object, float | None, str]]:
    """Name, label, seconds and a word of each stage that is known of."""
    for stage in stages.ORDER:
        seconds = work.get('seconds', {}).get(stage)
        word = work.get('skipped', {}).get(stage, '')
        word = word or work.get('left', {}).get(stage, '')
        if stage == work.get('failed'):
            word = work.get('words', '')
        if seconds is not None or word:
            yield stage, stages.LABELS[stage], seconds, word


def _names():
    """As the page shows them, in their order."""
    return [
        f'{number:02} {stage}' for number, stage in enumerate(stages.ORDER, 1)
    ]


def _copied(value):
    return dict(value) if isinstance(value, dict) else value


def _stages(context, step, work):
    return stages.Stages(
        _scratch(context, step.target),
        f'rey-smoke-{step.task_id}-{step.pk}',
        step.request_id,
        step.task.parameters,
        work,
    )


def _scratch(context, project_id):
    key = 'scratch', project_id
    if key not in context.kept:
        made = scratch.Scratch(context.cloud, context.session, project_id)
        context.kept.setdefault(key, made)
    return context.kept[key]


def _is_cleaning(work):
    """What is made is being deleted."""
    return stages.ORDER.index(work['stage']) >= stages.CLEANING


def _is_cancelled(step):
    rows = tasks.Task.objects.filter(pk=step.task_id)
    return rows.filter(order=tasks.Task.Order.CANCEL).exists()


def _begun(work, stage):
    now = time.time()
    fresh = {'since': now, 'forced': now, 'tries': 0, 'trouble': ''}
    return {**work, **fresh, 'stage': stage}


def _took(work):
    return round(max(0, time.time() - work['since']), 1)


def _running(work, look_again_s=0):
    done = stages.ORDER.index(work['stage']) / len(stages.ORDER)
    return kinds.Running(look_again_s, work=work, progress=done)


def _next(work):
    stage = work['stage']
    if stage not in work['skipped']:
        work['seconds'][stage] = _took(work)
    return _following(work)


def _following(work):
    """Stored once more at the end: what raises a fault stores nothing."""
    following = stages.ORDER.index(work['stage']) + 1
    if following == len(stages.ORDER):
        return kinds.Running(0, work={**work, 'stage': stages.END}, progress=1)
    return _running(_begun(work, stages.ORDER[following]))


def _wait(work, made):
    """Until the stage has taken too long."""
    stage = work['stage']
    if _took(work) > PATIENCE_OF.get(stage, PATIENCE_S):
        return _failed(work, f'It was not done after {_took(work):.0f} s.', '')
    waits_s = time.time() - work['forced']
    if stage.startswith('delete ') and waits_s > FORCE_AFTER_S:
        work['forced'] = time.time()
        try:
            made.force(stage.removeprefix('delete '))
        except _FALLS as error:
            work['trouble'] = str(error)[:1000]
    return _running(work, min(LOOK_S, max(0.2, _took(work) / 4)))


def _fell(work, error, made):
    """Deleting is tried for as long as there is patience."""
    met = trouble.judge(error)
    work['tries'] += 1
    work['trouble'] = met.words
    if _is_cleaning(work):
        return _wait(work, made)
    if met.again and work['tries'] < TRIES:
        return _running(work, max(LOOK_S, met.pause_s))
    return _failed(work, met.words, met.remedy)


def _failed(work, words, remedy):
    stage = work['stage']
    if stage.startswith('delete '):
        work['left'][stage] = work.get('trouble') or words
        return _following(work)
    work['seconds'][stage] = _took(work)
    if 'failed' not in work:
        work.update(failed=stage, words=words, remedy=remedy)
    if _is_cleaning(work):
        return _following(work)
    if stages.ORDER.index(stage) < stages.MAKING:
        return kinds.Running(0, work={**work, 'stage': stages.END})
    return _running(_begun(work, 'detach'))


def _ended(work):
    if work['left']:
        left = '; '.join(map(': '.join, work['left'].items()))
        raise kinds.Refused(
            ' '.join((*_why(work), _t('Not done: %s') % left)),
            _t('Retry it, and it begins with deleting.'),
        )
    if 'failed' in work:
        raise kinds.Refused(' '.join(_why(work)), work['remedy'])
    if work.get('cancelled'):
        return kinds.Stopped(work)
    after = {name: _result(work, name.partition(' ')[2]) for name in _names()}
    return kinds.Done(after, work)


def _why(work):
    if 'failed' not in work:
        return
    yield f'{work["failed"]}: {work["words"].rstrip(".")}.'
    is_made = stages.ORDER.index(work['failed']) >= stages.MAKING
    if is_made and not work['left']:
        yield _t('All that was made is deleted.')


def _result(work, stage):
    if stage in work['skipped']:
        return f'not tried: {work["skipped"][stage]}'
    return f'{work["seconds"][stage]} s'


def _remarks(step):
    if step.state == tasks.Step.State.DONE:
        return
    numbers = {name.partition(' ')[2]: name for name in _names()}
    for stage, _label, seconds, word in told(step.work):
        took = '' if seconds is None else _t('%s s') % seconds
        yield numbers[stage], ' '.join(filter(None, (took, word)))
    is_running = step.state == tasks.Step.State.RUNNING
    if is_running and step.work.get('stage') in numbers:
        yield numbers[step.work['stage']], _t('under way')
