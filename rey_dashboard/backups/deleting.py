"""Deletes one backup as a step of a task, and tells when it is gone."""

from django.utils.translation import gettext as _t

from rey_dashboard.backups import holds
from rey_dashboard.backups import owners
from rey_dashboard.cloud import backups
from rey_dashboard.tasks import kinds

#: Statuses in which Cinder deletes one.
DELETABLE = ('available', 'error')
ON_ITS_WAY = ('deleting', 'deleted')


def delete(owner: backups.Owner, step) -> kinds.Outcome:
    """Of ``work['backup_id']``; looks first whether it is gone.

    :raises kinds.Conflict: others build on it by now, or it is on hold
    :raises kinds.Refused: Cinder cannot delete it
    """
    row = owner.backup(step.work['backup_id'])
    if row is None or row['status'] in ON_ITS_WAY:
        return _look(owner, step, row)
    holds.refuse(step.task.region, row['id'])
    if row['status'] == 'error_deleting':
        raise _failed(row)
    if row['has_dependent_backups']:
        raise kinds.Conflict(_t('Others build on it by now.'))
    if row['status'] not in DELETABLE:
        raise kinds.Conflict(_t('The backup is %s.') % row['status'])
    base = [one['id'] for one in owners.base_of(owner, row)]
    owner.delete('backup', row['id'])
    return kinds.Running(owners.LOOK_S, work={**step.work, 'base': base})


def poll(owner: backups.Owner, step) -> kinds.Outcome:
    """How far it is, once it was ordered.

    ``work['rows']`` of one that is done has what it built on, as Cinder tells
    that then.

    :raises kinds.Refused: it is still there, and not being deleted any more
    """
    return _look(owner, step, owner.backup(step.work['backup_id']))


def _look(owner, step, row):
    if row is None or row['status'] == 'deleted':
        return kinds.Done(work=_with_base(owner, step))
    if row['status'] == 'deleting':
        return kinds.Running(owners.look_again_s(step), work=step.work)
    raise _failed(row)


def _failed(row):
    """Cinder 29 leaves it in ``error`` (``backup/manager.py``)."""
    return kinds.Refused(
        row.get('fail_reason') or _t('Cinder could not delete it.'),
        _t('Look whether the backup storage answers, and retry.'),
    )


def _with_base(owner, step):
    found = map(owner.backup, step.work.get('base', ()))
    return {**step.work, 'rows': [owners.kept(row) for row in found if row]}
