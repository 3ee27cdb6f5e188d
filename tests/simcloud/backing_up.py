"""How the simulated Cinder takes orders for backups and restores.

What it refuses, and in which words, is Cinder 29's (code, ``backup/api.py``).
All that is made belongs to the project of the token, whose quota pays.
"""

from tests.simcloud import admission
from tests.simcloud import cinder_quotas
from tests.simcloud import copies
from tests.simcloud import rows
from tests.simcloud import service
from tests.simcloud import volume_orders

_BACKUP = {'volume_id', 'container', 'description', 'incremental', 'force'}
_BACKUP |= {'name', 'snapshot_id'}
_NO_SERVICE = 'Service not found for creating backup.'
_NO_BASE = 'No backups available to do an incremental backup.'


def make_backup(cloud, call) -> dict:
    asked = call.body['backup']
    _check(call, asked)
    project_id = cloud.keystone.project_of(call.token)
    volume = admission.row(cloud, call, 'volumes', asked['volume_id'])
    snapshot = _snapshot(cloud, call, asked, volume)
    sizes = {'backups': 1, 'backup_gigabytes': volume['size']}
    cinder_quotas.charge(cloud, project_id, 'backups', sizes)
    parent = None
    if _is_true(asked.get('incremental')):
        parent = _parent(cloud, project_id, volume.id, snapshot)
    backup = _new_backup(cloud, project_id, asked, volume, snapshot, parent)
    cloud.cinder_backup.begin(
        'backup',
        volume['size'],
        began=backup.created,
        backup_id=backup.id,
        volume_id=volume.id,
        snapshot_id=backup['snapshot_id'],
        how='incremental' if parent else '',
        told={'status': volume['status']},
        why='' if backup['service'] else _NO_SERVICE,
    )
    if snapshot:
        cloud.change('snapshots', snapshot.id, status='backing-up')
    else:
        cloud.change('volumes', volume.id, status='backing-up')
    call.status = 202
    return {'backup': {'id': backup.id, 'name': backup.name, 'links': []}}


def _check(call, asked):
    known = set(_BACKUP)
    if call.version >= (3, 43):
        known.add('metadata')
    if call.version >= (3, 51):
        known.add('availability_zone')
    admission.check(asked, known)


def _new_backup(cloud, project_id, asked, volume, snapshot, parent):
    # Until a cinder-backup takes it on, it is no driver's.
    can = cloud.cinder_backup.runs('enabled')
    told = {'data_timestamp': snapshot.created} if snapshot else {}
    row_id = cloud.add_backup(
        volume.id,
        project_id=project_id,
        user_id=cloud.service_user.id,
        name=(asked.get('name') or '').strip(),
        description=asked.get('description'),
        metadata=asked.get('metadata') or {},
        container=asked.get('container') or copies.BACKUP['container'],
        status='creating',
        object_count=0,
        snapshot_id=snapshot and snapshot.id,
        parent_id=parent and parent.id,
        content=(snapshot or volume)['content'],
        service=copies.BACKUP['service'] if can else None,
        **told,
    )
    return cloud.tables['backups'].get(row_id)


def _is_true(value):
    return str(value).lower() in ('true', '1', 't', 'y', 'yes', 'on')


def _snapshot(cloud, call, asked, volume):
    """The one to back up; the volume's status counts only without it."""
    if asked.get('snapshot_id'):
        found = admission.row(cloud, call, 'snapshots', asked['snapshot_id'])
        if found['volume_id'] != volume.id:
            raise admission.bad(
                'volume',
                f'Volume {volume.id} does not match with snapshot.volume_id '
                f'{found["volume_id"]}.',
            )
        if found['status'] != 'available':
            raise admission.bad(
                'snapshot',
                'Snapshot to be backed up must be available, but the current '
                f'status is "{found["status"]}".',
            )
        return found
    if volume['status'] not in ('available', 'in-use'):
        raise admission.bad(
            'volume',
            'Volume to be backed up must be available or in-use, but the '
            f'current status is "{volume["status"]}".',
        )
    if volume['status'] == 'in-use' and not _is_true(asked.get('force')):
        raise admission.bad(
            'volume', 'Backing up an in-use volume must use the force flag.'
        )
    return None


def _parent(cloud, project_id, volume_id, snapshot):
    """The newest of the caller's own, by the time of the data."""

    def age(row):
        time = row['data_timestamp'] or row.created
        if row['status'] != 'available' or (
            snapshot and time >= snapshot.created
        ):
            return rows.NEVER
        return time

    found = [
        row
        for row in cloud.tables['backups'].of_project(project_id)
        if row['volume_id'] == volume_id
    ]
    latest = max(reversed(found), key=age, default=None)
    if latest is None or latest['status'] != 'available':
        raise admission.bad('backup', _NO_BASE)
    return latest


def delete_backup(cloud, call, row, force: bool = False) -> None:
    """Those that build on it count only when they are the caller's own."""
    if not force and row['status'] not in ('available', 'error'):
        raise admission.bad(
            'backup', 'Backup status must be available or error'
        )
    if force and not cloud.cinder_backup.can_force:
        raise service.Refusal(405, 'Operation not supported: force delete.')
    project_id = cloud.keystone.project_of(call.token)
    for other in cloud.tables['backups'].of_project(project_id):
        if other['parent_id'] == row.id:
            raise admission.bad(
                'backup', 'Incremental backups exist for this backup.'
            )
    cloud.cinder_backup.need()
    cloud.change('backups', row.id, status='deleting')
    cloud.cinder_backup.begin(
        'delete', row['size'], backup_id=row.id, volume_id=row['volume_id']
    )
    call.status = 202


def restore(cloud, call, row) -> dict:
    """Without a volume into a new one of the caller's and the default type."""
    asked = call.body['restore'] or {}
    if row['status'] != 'available':
        raise admission.bad('backup', 'Backup status must be available')
    if asked.get('volume_id'):
        volume = admission.row(cloud, call, 'volumes', asked['volume_id'])
    else:
        told = {
            'name': asked.get('name') or f'restore_backup_{row.id}',
            'description': 'auto-created_from_restore_from_backup',
        }
        volume = volume_orders.new_volume(cloud, call, row['size'], told)
        cloud.change('volumes', volume.id, status='available')
    if volume['status'] != 'available':
        raise admission.bad(
            'volume', 'Volume to be restored to must be available'
        )
    if row['size'] > volume['size']:
        raise admission.bad(
            'volume',
            f'volume size {volume["size"]} is too small to restore backup of '
            f'size {row["size"]}.',
        )
    # After the new volume was made, which stays.
    cloud.cinder_backup.need()
    cloud.change('volumes', volume.id, status='restoring-backup')
    cloud.cinder_backup.begin_restore(row, volume)
    call.status = 202
    told = {'backup_id': row.id, 'volume_id': volume.id}
    return {'restore': {**told, 'volume_name': volume.name}}
