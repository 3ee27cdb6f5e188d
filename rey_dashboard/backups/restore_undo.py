"""Takes a restore back: deletes its volume, if nobody has used it since."""

from collections.abc import Iterable
from collections.abc import Iterator

from django.utils.translation import gettext as _t

from rey_dashboard.backups import restore_plan
from rey_dashboard.backups import restoring
from rey_dashboard.cloud import backups
from rey_dashboard.cloud import restored
from rey_dashboard.inventory import models
from rey_dashboard.inventory import store
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models as tasks

STEPS = tasks.Step.State


def undone(region: str, made: Iterable) -> Iterator[kinds.Planned]:
    """Deletes what was made, while it is as it was made."""
    for batch in store.batches(made, store.BATCH):
        ids = [step.work.get('volume_id') for step in batch]
        rows = models.Volume.objects.filter(region=region, id__in=ids)
        known = {row.id: row for row in rows}
        for step in batch:
            if restore_plan.is_undoing(step):
                yield _deleted(step)
            else:
                yield _undone(step, known.get(step.work['volume_id']))


def _undone(step, row):
    refused = ''
    if row and row.server_ids:
        refused = _t('It is attached to a server by now.')
    elif row and row.status != restored.READY:
        refused = _t('The volume is %s by now.') % row.status
    return kinds.Planned(
        target=step.work['volume_id'],
        target_name=step.after[restore_plan.NAME] or step.work['volume_id'],
        service=step.service,
        before={restore_plan.STATUS: restored.READY},
        after={restore_plan.STATUS: restore_plan.DELETED},
        refused=refused,
        size=0,
        work={
            name: step.work[name]
            for name in ('project_id', 'mark', 'updated_at')
        },
    )


def _deleted(step):
    return kinds.Planned(
        target=step.target,
        target_name=step.target_name,
        service=step.service,
        refused=_t('It is deleted.'),
        remedy=_t('Restore the backup anew.'),
    )


def delete(owner: backups.Owner, step: tasks.Step) -> kinds.Outcome:
    """Looks first whether it is gone, and whether it is as it was made."""
    row = owner.volume(step.target)
    if row is None:
        return kinds.Done()
    if row['status'] == 'deleting':
        return kinds.Running(restoring.LOOK_S, work=step.work)
    failed = row['status'] == restored.DELETION_FAILED
    if failed and step.state == STEPS.RUNNING:
        raise kinds.Refused(
            _t('Cinder could not delete it.'),
            _t('Look whether its back end answers, and retry.'),
        )
    if not restored.is_marked(row, step.work['mark']):
        raise kinds.Conflict(_t('It does not bear our mark any more.'))
    if not failed and _is_changed(row, step):
        raise kinds.Conflict(
            _t('Somebody has used or changed it since; it is %s.')
            % row['status'],
            _t('Delete it by hand if nobody needs it.'),
        )
    restored.delete(owner, row)
    return kinds.Running(restoring.LOOK_S, work=step.work)


def _is_changed(row, step):
    is_ready = row['status'] == restored.READY
    return not is_ready or row.get('updated_at') != step.work['updated_at']
