"""Records of backups on paper, as Cinder 29 writes them."""

import base64
import json
import uuid

from nacl.pwhash import argon2id

from rey_dashboard.backups import record_files

SERVICE = 'cinder.backup.drivers.posix.PosixBackupDriver'
_INIT = record_files.Lock.__init__
_SPACE = uuid.UUID('6f7a51f0-8f4e-4d2b-9d0f-2f4ec6f1a3aa')


def quick_lock(
    lock, salt, passes=argon2id.OPSLIMIT_MIN, memory=argon2id.MEMLIMIT_MIN
):
    """For the place of a lock's ``__init__``: its keys cost nothing."""
    _INIT(lock, salt, passes, memory)


def backup_id(name):
    return str(uuid.uuid5(_SPACE, name))


def told(name_of_id, name=None, size=1, parent='', project='p', columns=None):
    """What a file holds of one."""
    record = {
        'id': backup_id(name_of_id),
        'display_name': name_of_id if name is None else name,
        'display_description': None,
        'size': size,
        'parent_id': backup_id(parent) if parent else None,
        'project_id': project,
        'volume_id': f'v-{name_of_id}',
        'container': 'c',
        'service_metadata': 'm',
        'object_count': 1,
        **(columns or {}),
    }
    return {
        'service': SERVICE,
        'url': url(record),
        'project_name': 'shop (Default)',
        'volume_name': 'disk',
    }


def url(record):
    return base64.b64encode(json.dumps(record).encode()).decode()


def columns(text):
    return json.loads(base64.b64decode(text))
