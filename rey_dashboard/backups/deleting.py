"""Deletes one backup as a step of a task, and tells when it is gone."""

from django.utils.translation import gettext as _t

from rey_dashboard.backups import owners
from rey_dashboard.cloud import backups
from rey_dashboard.tasks import kinds

#: Statuses in which Cinder deletes one.
DELETABLE = ('available', 'error')


def delete(owner: backups.Owner, step) -> kinds.Outcome:
    """Of ``work['backup_id']``; looks first whether it is gone.

    ``work['rows']`` of one that is done has what it built on, as Cinder tells
    that then.

    :raises kinds.Conflict: others build on it by now
    :raises kinds.Refused: Cinder cannot delete it
    """
    row = owner.backup(step.work['backup_id'])
    if row is None or row['status'] == 'deleted':
        return kinds.Done(work=_with_base(owner, step))
    if row['status'] == 'deleting':
        return kinds.Running(owners.look_again_s(step), work=step.work)
    if row['status'] == 'error_deleting':
        raise kinds.Refused(
            row.get('fail_reason') or _t('Cinder could not delete it.'),
            _t('Look whether the backup storage answers, and retry.'),
        )
    if row['has_dependent_backups']:
        raise kinds.Conflict(_t('Others build on it by now.'))
    if row['status'] not in DELETABLE:
        raise kinds.Conflict(_t('The backup is %s.') % row['status'])
    base = [one['id'] for one in owners.base_of(owner, row)]
    owner.delete('backup', row['id'])
    return kinds.Running(owners.LOOK_S, work={**step.work, 'base': base})


def _with_base(owner, step):
    found = map(owner.backup, step.work.get('base', ()))
    return {**step.work, 'rows': [owners.kept(row) for row in found if row]}
