"""Export and import of backups' records, as Cinder 29 does it.

Between them a test may lose the row with ``cloud.forget_backup``. What is
imported belongs to the caller's project, and its quota pays.
"""

import base64
import binascii
import datetime
import json

from tests.simcloud import admission
from tests.simcloud import cinder_quotas
from tests.simcloud import clock
from tests.simcloud import copies
from tests.simcloud import service

#: Of no volume, until the record is read.
NO_VOLUME = '00000000-0000-0000-0000-000000000000'
_NEEDED = {
    *('display_name', 'display_description', 'container', 'size'),
    *('service_metadata', 'object_count', 'id'),
}
#: A row's column and its name in a record.
_COLUMNS = {
    'name': 'display_name',
    'description': 'display_description',
    'dependents': 'num_dependent_backups',
} | {
    name: name
    for name in (
        *('container', 'size', 'object_count', 'volume_id', 'snapshot_id'),
        *('parent_id', 'metadata', 'restore_volume_id'),
    )
}


def export(cloud, call, row) -> dict:
    admission.need_admin(cloud, call, 'backup:export-import')
    if row['status'] != 'available':
        raise service.Refusal(
            400,
            'Invalid backup: Backup status must be available and not '
            f'{row["status"]}.',
        )
    cloud.cinder_backup.need()
    record = {theirs: row.get(ours) for ours, theirs in _COLUMNS.items()} | {
        'id': row.id,
        'display_name': row.name,
        # A record knows whole seconds only.
        'created_at': clock.second(row.created),
        'data_timestamp': clock.second(row['data_timestamp']),
        'project_id': row.project_id,
        'user_id': row['user_id'],
        'status': row['status'],
        'service': row['service'],
        'service_metadata': f'volume_{row["volume_id"]}_backup_{row.id}',
        'driver_info': {},
    }
    url = base64.b64encode(json.dumps(record).encode()).decode()
    told = {'backup_service': row['service'], 'backup_url': url}
    return {'backup-record': told}


def take_in(cloud, call) -> dict:
    """Whether the record is any good shows in the row, later."""
    asked = call.body['backup-record']
    blob = _blob(asked)
    admission.need_admin(cloud, call, 'backup:backup-import')
    if not cloud.cinder_backup.runs('enabled'):
        name = asked['backup_service']
        raise service.Refusal(503, f'Service {name} could not be found.')
    record = _record(blob)
    if record['id'] in cloud.tables['backups'].rows:
        raise service.Refusal(
            400, 'Invalid backup: Backup already exists in database.'
        )
    project_id = cloud.keystone.project_of(call.token)
    size = record['size']
    cinder_quotas.charge(
        cloud, project_id, 'backups', {'backups': 1, 'backup_gigabytes': size}
    )
    cloud.new_row(
        'backups',
        project_id,
        {
            **copies.BACKUP,
            'volume_id': NO_VOLUME,
            'status': 'creating',
            'user_id': cloud.service_user.id,
            'size': size,
            'parent_id': None,
            'data_timestamp': None,
            'service': None,
            'name': '',
            # Deleted by Cinder, it is stored nowhere.
            **cloud.stored.pop(record['id'], {'content': None}),
        },
        record['id'],
        created_at=_time(record.get('created_at')),
    )
    cloud.cinder_backup.begin(
        'import',
        size,
        backup_id=record['id'],
        why=_complaint(record, asked['backup_service']),
        told=_columns(record),
    )
    call.status = 201
    told = {'id': record['id'], 'name': None, 'links': []}
    return {'backup': told}


def _blob(asked):
    url = asked['backup_url']
    try:
        return base64.b64decode(url, validate=True)
    except (binascii.Error, ValueError):
        raise service.Refusal(
            400,
            f'Invalid input for field/attribute backup_url. Value: {url}. '
            f"{url!r} is not a 'base64'",
        ) from None


def _record(blob):
    try:
        record = json.loads(blob)
    except ValueError:
        raise _nonsense("Can't parse backup record.") from None
    for name, words in (('id', 'an id'), ('size', 'size attribute')):
        if name not in record:
            raise _nonsense(f'Provided backup record is missing {words}')
    return record


def _nonsense(words):
    return service.Refusal(400, f'Invalid input received: {words}')


def _complaint(record, name):
    if not copies.BACKUP['service'].startswith(name):
        return (
            'Import record failed, cannot find backup service to perform the '
            f'import. Request service {name}.'
        )
    missing = _NEEDED - set(record)
    if missing:
        return (
            'Driver successfully decoded imported backup data, but there are '
            f'missing fields ({", ".join(missing)}).'
        )
    return ''


def _columns(record):
    told = {
        ours: record[theirs]
        for ours, theirs in _COLUMNS.items()
        if theirs in record
    }
    told['data_timestamp'] = _time(record.get('data_timestamp'))
    return {**told, 'service': copies.BACKUP['service']}


def _time(text):
    return text and datetime.datetime.fromisoformat(text)
