"""The stages of a drill; see ``tasks/staged.py``."""

from collections.abc import Mapping

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from keystoneauth1 import exceptions as ks_exceptions

from rey_dashboard.backups import restoring
from rey_dashboard.cloud import backups
from rey_dashboard.cloud import faults
from rey_dashboard.cloud import restored
from rey_dashboard.tasks import staged

SWEEP, RESTORE, CHECK, STOP = 'sweep', 'restore', 'check', 'stop'
GONE = f'{staged.DELETE}volume'
LABELS = {
    SWEEP: _('Delete what an earlier try left'),
    RESTORE: _('Restore into the scratch project'),
    CHECK: _('Check what came of it'),
    STOP: _('Stop what is still restored'),
    GONE: _('Delete it'),
}


class Stages:
    """Of one step.

    :param owner: the scratch project's
    :param name: of the volume
    :param work: what is kept, with what was ``asked``; changed in place
    """

    def __init__(self, owner: backups.Owner, name: str, mark: str, work: dict):
        self._owner = owner
        self._name = name
        self._mark = mark
        self._asked: Mapping = work['asked']
        self._work = work

    def take(self, stage: str) -> bool:
        stages = {
            SWEEP: self._sweep,
            RESTORE: self._restore,
            CHECK: self._check,
            STOP: self._stop,
            GONE: self._is_gone,
        }
        return stages[stage]()

    def force(self, what: str) -> None:
        """Not while it is restored: see ``restored.stop``."""
        for row in self._found():
            if row['status'] not in restored.MAKING:
                restored.force_delete(self._owner, row['id'])

    def _found(self):
        return restored.found(self._owner, self._name, self._mark)

    def _sweep(self):
        return self._stop() and self._is_gone()

    def _restore(self):
        found = self._found()
        if not found:
            return self._make()
        status = found[0]['status']
        if status in restored.MAKING:
            return False
        if status != restored.READY:
            ids = found[0]['id'], self._asked['backup_id']
            words = restored.words(self._owner, ids)
            raise staged.Failed(
                f'The volume went to {status}. {words}'.strip(),
                _t('Look into the log of cinder-backup.'),
            )
        self._work['took_s'] = restoring.took_s(found[0])
        return True

    def _make(self):
        try:
            restoring.begin(
                self._owner,
                self._name,
                self._mark,
                self._asked['backup_id'],
                self._asked['gib'],
                self._asked['type'],
            )
        except ks_exceptions.NotFound as error:
            raise staged.Failed(
                faults.explain(error).words, self._not_found()
            ) from error
        return False

    def _not_found(self):
        """An administrator of the scratch project sees all backups."""
        if self._asked['project_id'] == self._asked['of_project_id']:
            return ''
        return (
            _t(
                'In the project %s the service user may not see backups of '
                'others. Choose another scratch project, or give it the role '
                'admin there.'
            )
            % self._asked['project_id']
        )

    def _check(self):
        """Names each thing that Cinder can tell, and what was found."""
        found = self._found()
        if not found:
            raise staged.Failed('The volume is not there any more.')
        row, asked = found[0], self._asked
        host = row.get('os-vol-host-attr:host') or ''
        self._work['back_end'] = host.partition('#')[0]
        checked = self._work['checked'] = {
            'status': row['status'],
            'size': f'{row["size"]} GiB',
        }
        told = (row.get('metadata') or {}).get('src_backup_id')
        if told:
            checked['restored from'] = told
        bad = (
            row['status'] != restored.READY
            or row['size'] != asked['gib']
            or told not in (None, asked['backup_id'])
        )
        for flag in ('bootable', 'encrypted'):
            self._compare(flag, row, checked)
        if bad:
            words = ', '.join(map(': '.join, checked.items()))
            raise staged.Failed(f'It is not as the backup: {words}')
        return True

    def _compare(self, flag, row, checked):
        """With the volume as it is now, which may have changed since."""
        is_so = _yes(row.get(flag))
        checked[flag] = is_so
        if 'volume' not in self._work:
            volume = self._owner.volume(self._asked['volume_id'])
            self._work['volume'] = volume and {
                name: _yes(volume.get(name))
                for name in ('bootable', 'encrypted')
            }
        of_volume = (self._work['volume'] or {}).get(flag, is_so)
        if of_volume != is_so:
            checked[flag] = f'{is_so}, the volume now: {of_volume}'

    def _stop(self):
        """Whether nothing is restored any more."""
        under_way = any(
            row['status'] in restored.MAKING for row in self._found()
        )
        if under_way:
            restoring.stop(self._owner, self._asked['backup_id'])
        return not under_way

    def _is_gone(self):
        found = self._found()
        for row in found:
            if row['status'] not in (*restored.MAKING, 'deleting'):
                self._owner.delete(restored.VOLUME, row['id'])
        return not found


def _yes(told):
    return 'yes' if told in (True, 'true', 'True') else 'no'
