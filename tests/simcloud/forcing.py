"""What administrators do to stuck volumes and backups, as Cinder 29 does it.

Resetting a backup does not mend its volume (code,
``api/contrib/admin_actions.py``), nor one that no cinder-backup ever took on
(``backup/manager.py``): that answer is 202, and nothing happens.
"""

from tests.simcloud import admission
from tests.simcloud import backing_up
from tests.simcloud import service
from tests.simcloud import volume_orders

_OF_VOLUMES = frozenset(
    {'creating', 'available', 'deleting', 'error', 'error_deleting'}
    | {'error_managing', 'managing', 'attaching', 'in-use', 'detaching'}
    | {'maintenance', 'restoring-backup', 'error_restoring', 'reserved'}
    | {'awaiting-transfer', 'backing-up', 'error_backing-up', 'extending'}
    | {'error_extending', 'downloading', 'uploading', 'retyping'}
)
_OF_BACKUPS = ['available', 'error']


def action(cloud, call, kind: str, row) -> None:
    ((name, told),) = call.body.items()
    act = _ACTIONS.get((name, kind))
    if act is None:
        raise service.Refusal(400, f'There is no such action: {name}')
    verb = name.removeprefix('os-')
    rule = f'volume_extension:{kind[:-1]}_admin_actions:{verb}'
    if name == 'os-reset_status' and kind == 'backups':
        # The schema comes before the policy.
        _check_backup(told)
    admission.need_admin(cloud, call, rule)
    act(cloud, call, row, told)
    call.status = 202


def _check_backup(told):
    status = told['status']
    if status.lower() not in _OF_BACKUPS:
        raise service.Refusal(
            400,
            'Invalid input for field/attribute status. Value: '
            f'{status}. Backup status: {status} is invalid, valid statuses '
            f'are: {_OF_BACKUPS}.',
        )


def _reset_backup(cloud, call, row, told):
    cloud.cinder_backup.need()
    if row['service'] is not None:
        cloud.change('backups', row.id, status=told['status'].lower())


def _reset_snapshot(cloud, call, row, told):
    cloud.change('snapshots', row.id, status=told['status'].lower())


def _reset_volume(cloud, call, row, told):
    status = (told.get('status') or '').lower()
    attach_status = (told.get('attach_status') or '').lower()
    words = ''
    if not status and not attach_status:
        words = "Must specify 'status', 'attach_status' or 'migration_status'"
    elif status and status not in _OF_VOLUMES:
        words = f'Volume status: {status} is invalid'
    elif status == 'deleting':
        words = 'Cannot reset-state to deleting'
    elif status == 'in-use' and not row['attachments']:
        words = (
            'Cannot reset-state to in-use because volume does not have any '
            'attachments.'
        )
    elif attach_status not in ('', 'attached', 'detached'):
        words = f'Volume attach status: {attach_status} is invalid'
    if words:
        raise service.Refusal(400, words)
    if status:
        cloud.change('volumes', row.id, status=status)
    if attach_status == 'detached':
        cloud.change('volumes', row.id, attachments=())


def _force_backup(cloud, call, row, told):
    backing_up.delete_backup(cloud, call, row, force=True)


def _force_volume(cloud, call, row, told):
    volume_orders.delete_volume(cloud, call, row, force=True)


_ACTIONS = {
    ('os-reset_status', 'backups'): _reset_backup,
    ('os-reset_status', 'snapshots'): _reset_snapshot,
    ('os-reset_status', 'volumes'): _reset_volume,
    ('os-force_delete', 'backups'): _force_backup,
    ('os-force_delete', 'volumes'): _force_volume,
}
