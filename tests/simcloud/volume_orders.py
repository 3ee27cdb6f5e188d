"""How the simulated Cinder takes orders for volumes, also of a backup.

What it refuses, and in which words, is Cinder 29's (code, ``volume/api.py``
and ``volume/flows/api/create_volume.py``).
"""

from tests.simcloud import admission
from tests.simcloud import cinder_quotas
from tests.simcloud import rows
from tests.simcloud import service

_DELETABLE = (
    *('available', 'error', 'error_restoring', 'error_extending'),
    'error_managing',
)
_UNDELETABLE = (
    'must not be migrating, attached, belong to a group, have snapshots, '
    'awaiting a transfer, or be disassociated from snapshots after volume '
    'transfer.'
)


def new_volume(
    cloud, call, size: int, told: dict, type_name: str = ''
) -> rows.Row:
    """It is ``creating`` until the caller sees to it."""
    type_name = type_name or cloud.default_type
    project_id = cloud.keystone.project_of(call.token)
    sizes = {'volumes': 1, 'gigabytes': size}
    sizes |= {f'volumes_{type_name}': 1, f'gigabytes_{type_name}': size}
    cinder_quotas.charge(cloud, project_id, 'volumes', sizes)
    row_id = cloud.add_volume(
        project_id,
        size,
        user_id=cloud.service_user.id,
        status='creating',
        volume_type=type_name,
        host=_host(cloud, type_name),
        **told,
    )
    return cloud.tables['volumes'].get(row_id)


def rename(cloud, call, row) -> None:
    told = {
        name: call.body['volume'][name]
        for name in ('name', 'description')
        if name in call.body['volume']
    }
    admission.check(told, set(told))
    cloud.change('volumes', row.id, **told)


def _host(cloud, type_name):
    """The pool of the type's name, or just any."""
    names = [row.name for row in cloud.tables['pools']]
    wanted = [name for name in names if name.endswith(f'#{type_name}')]
    return (wanted or names)[0]


def make_volume(cloud, call) -> dict:
    """Also of a backup, whose status is ``restoring`` meanwhile."""
    asked = call.body['volume']
    told = {
        'name': (asked.get('name') or '').strip(),
        'description': asked.get('description'),
    }
    admission.check(told, set(told))
    told['metadata'] = asked.get('metadata') or {}
    backup = None
    if asked.get('backup_id'):
        backup = admission.row(cloud, call, 'backups', asked['backup_id'])
    type_name = _type(cloud, asked.get('volume_type'))
    size = _size(asked, backup)
    volume = new_volume(cloud, call, size, told, type_name)
    if backup and cloud.cinder_backup.runs('enabled'):
        cloud.cinder_backup.begin_restore(backup, volume)
    else:
        why = 'Service cinder-backup could not be found.' if backup else ''
        cloud.cinder_backup.begin(
            'make volume', size, volume_id=volume.id, why=why
        )
    call.status = 202
    return call.service.shown(call, 'volumes', volume)


def _type(cloud, asked):
    if not asked:
        return ''
    for row in cloud.tables['types']:
        if asked in (row.id, row.name):
            return row.name
    raise service.Refusal(
        404, f'Volume type with name {asked} could not be found.'
    )


def _size(asked, backup):
    """Without one it is the backup's."""
    if backup and backup['status'] != 'available':
        raise admission.bad(
            'backup',
            "Originating backup status must be one of 'available' values",
        )
    size = asked.get('size')
    if size is None:
        size = backup['size'] if backup else 0
    size = int(size)
    if size <= 0:
        raise admission.bad(
            'input received',
            f"Volume size '{size}' must be an integer and greater than 0",
        )
    if backup and size < backup['size']:
        raise admission.bad(
            'input received',
            f'Volume size {size}GB cannot be smaller than the backup size '
            f'{backup["size"]}GB. It must be >= backup size.',
        )
    return size


def delete_volume(cloud, call, row, force: bool = False) -> None:
    has_snapshots = any(
        snapshot['volume_id'] == row.id
        for snapshot in cloud.tables['snapshots'].of_project(row.project_id)
    )
    if (
        has_snapshots
        or row['attachments']
        or not (force or row['status'] in _DELETABLE)
    ):
        status = ' or '.join(() if force else _DELETABLE)
        status = status and f'status must be {status} and '
        raise admission.bad('volume', f'Volume {status}{_UNDELETABLE}')
    cloud.change('volumes', row.id, status='deleting')
    cloud.cinder_backup.begin('delete volume', row['size'], volume_id=row.id)
    call.status = 202
