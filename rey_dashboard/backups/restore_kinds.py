"""The kind of task that restores backups to new volumes: one step a backup."""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
import time

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rey_dashboard.backups import commands
from rey_dashboard.backups import owners
from rey_dashboard.backups import restore_plan as plans
from rey_dashboard.backups import restore_rates
from rey_dashboard.backups import restore_undo
from rey_dashboard.backups import restoring
from rey_dashboard.cloud import restored
from rey_dashboard.inventory import coverage_again
from rey_dashboard.inventory import models
from rey_dashboard.inventory import quotas
from rey_dashboard.policy import operate
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models as tasks
from rey_dashboard.tasks import orders
from rey_dashboard.tasks import telling

STEPS = tasks.Step.State


class RestoreBackup(kinds.Kind):
    """Parameters are told in ``restore_plan.Asked``.

    The volume belongs to the backup's project. While it is restored it has a
    name by which the step finds it again, and gets its own in the end. One
    that goes to error is deleted again, and so is one whose task is
    cancelled. Undoing deletes what was made, if nobody has used it since.
    """

    label = _('Restore backups to new volumes')
    rule = operate.ACT
    can_redo = False
    fewest_steps = 1
    flags = {
        plans.VOLUME_GONE: _('the volume itself is gone'),
        plans.DEFAULT_TYPE: _('with the default type of Cinder'),
    }
    tells = {plans.GIB: telling.SIZE, plans.DATA: telling.TIME}

    def plan(
        self, region: str, parameters: Mapping
    ) -> Iterator[kinds.Planned]:
        return plans.steps(region, plans.read(parameters))

    def start(self, context: kinds.Context, step) -> kinds.Outcome:
        owner = owners.of(context, step.work['project_id'])
        if plans.is_undoing(step):
            return restore_undo.delete(owner, step)
        # Of an earlier try, or of this one if its answer was lost.
        found = restored.found(owner, owners.name_of(step), step.request_id)
        if found:
            # Its id is stored before it gets another name.
            return kinds.Running(0, work=_begun(step, found[0]['id']))
        return _make(owner, step)

    def poll(self, context: kinds.Context, step) -> kinds.Outcome:
        owner = owners.of(context, step.work['project_id'])
        if plans.is_undoing(step):
            return restore_undo.delete(owner, step)
        volume_id = step.work.get('volume_id')
        if not volume_id:
            if orders.is_cancelled(step):
                return kinds.Stopped(step.work)
            return self.start(context, step)
        volume = owner.volume(volume_id)
        name, mark = owners.name_of(step), step.request_id
        found = [
            row
            for row in restored.found(owner, name, mark)
            if row['id'] != volume_id
        ]
        if volume:
            found.insert(0, volume)
        if not found:
            return _gone(step)
        work = {**step.work, 'volume_id': found[0]['id']}
        return _look(owner, step, work, found)

    def undo(self, region: str, steps: Iterable) -> Iterator[kinds.Planned]:
        return restore_undo.undone(region, steps)

    def commands(self, step) -> list[str]:
        if not step.after:
            return []
        if plans.is_undoing(step):
            return [commands.delete_volume(step.target)]
        return commands.restore(
            step.target,
            step.after[plans.NAME],
            step.after[plans.GIB],
            step.after[plans.TYPE] or '',
            step.work['project_id'],
        )

    def estimate(self, past, size):
        """By what restores took, or not at all: see ``forecast``."""

    def forecast(self, task: tasks.Task):
        return None if task.undo_of_id else restore_rates.forecast(task)

    def remarks(self, region: str, steps: Iterable) -> Mapping:
        return restore_rates.remarks(region, steps, plans.GIB)

    def links(self, step) -> Iterator[kinds.Link]:
        volume_id = step.work.get('volume_id')
        if step.state == STEPS.DONE and volume_id:
            yield from restoring.to_volume(volume_id)

    def mirror(self, region: str, steps: Iterable) -> None:
        steps = list(steps)
        made = [step.work['row'] for step in steps if 'row' in step.work]
        coverage_again.told(region, 'volumes', made)
        gone = [step.target for step in steps if plans.is_undoing(step)]
        quotas.drop(models.Volume, region, gone)
        coverage_again.record(region, [*(row['id'] for row in made), *gone])


def _asked(step):
    """What the plan said, and nothing of an earlier try."""
    return {name: step.work[name] for name in ('project_id', 'back_end')}


def _begun(step, volume_id):
    return {**_asked(step), 'volume_id': volume_id, 'since': time.time()}


def _make(owner, step):
    after = step.after
    volume_id = restoring.begin(
        owner,
        owners.name_of(step),
        step.request_id,
        step.target,
        after[plans.GIB],
        after[plans.TYPE] or '',
    )
    if not volume_id:
        return kinds.Running(restoring.LONGEST_LOOK_S, work=_asked(step))
    return kinds.Running(restoring.LOOK_S, work=_begun(step, volume_id))


def _look(owner, step, work, found):
    """How far the volume is; an answer that was lost may have made two."""
    volume, *others = found
    is_cancelled = orders.is_cancelled(step)
    for row in others:
        if row['status'] not in (*restored.MAKING, 'deleting'):
            restored.delete(owner, row)
    if is_cancelled or 'failed' in work:
        return _take_back(owner, step, work, volume)
    if volume['status'] in restored.MAKING or others:
        return kinds.Running(restoring.look_again_s(work), work=work)
    if volume['status'] == restored.READY:
        return _done(owner, step, work, restoring.took_s(volume))
    words = restored.words(owner, (volume['id'], step.target))
    told = _t('The volume went to %s.') % volume['status']
    work['failed'] = f'{told} {words}'.strip()
    return kinds.Running(0, work=work)


def _done(owner, step, work, took_s):
    restored.name(
        owner,
        work['volume_id'],
        step.after[plans.NAME],
        _t('Restored from backup %(id)s, data of %(time)s')
        % {'id': step.target, 'time': step.after[plans.DATA]},
        step.request_id,
    )
    row = owner.volume(work['volume_id'])
    if row is None:
        return _gone(step)
    after = {**step.after, plans.TYPE: row.get('volume_type')}
    host = row.get('os-vol-host-attr:host') or ''
    return kinds.Done(
        after,
        {
            **work,
            'row': owners.kept(row),
            'mark': step.request_id,
            'updated_at': row.get('updated_at'),
            restore_rates.TOOK: took_s,
            restore_rates.BACK_END: host.partition('#')[0],
        },
    )


def _take_back(owner, step, work, volume):
    """Deletes what is not to be; a restore under way is stopped before."""
    if volume['status'] in restored.MAKING:
        restoring.stop(owner, step.target)
    elif volume['status'] == restored.DELETION_FAILED and 'forced' in work:
        raise kinds.Refused(
            ' '.join(
                (
                    work.get('failed', ''),
                    _t('And Cinder could not delete the volume %s.')
                    % volume['id'],
                )
            ).strip(),
            _t('Look whether its back end answers, and retry.'),
        )
    elif volume['status'] != 'deleting':
        if volume['status'] == restored.DELETION_FAILED:
            work['forced'] = True
        restored.delete(owner, volume)
    return kinds.Running(restoring.LOOK_S, work=work)


def _gone(step):
    if 'failed' in step.work:
        raise kinds.Refused(
            _t('%s It is deleted again.') % step.work['failed'],
            _t('Look into the log of cinder-backup, and retry.'),
        )
    if orders.is_cancelled(step):
        return kinds.Stopped(step.work)
    raise kinds.Refused(
        _t('The volume is gone: somebody has deleted it meanwhile.')
    )
