"""Volumes that are made of backups, and what Cinder says when that fails.

A restore writes over more than the data (cinder 29, ``backup/driver.py``;
tried): a volume's metadata become those that the source had when it was
backed up, if it had any, and so our mark may go. Its name stays, unless that
begins with ``restore_backup_``, and with it the description. So while one is
restored, its name and its description tell whose it is.
"""

from collections.abc import Iterable
from collections.abc import Mapping

from keystoneauth1 import exceptions as ks_exceptions

from rey_dashboard.cloud import backups
from rey_dashboard.cloud import faults
from rey_dashboard.cloud import listing
from rey_dashboard.cloud import volume

VOLUME, BACKUP = 'volume', 'backup'
#: Statuses of a new volume that is restored (``creating`` all the while where
#: the back end's driver leaves it to cinder-backup), and of the backup.
MAKING = ('creating', 'downloading', 'restoring-backup')
RESTORING = 'restoring'
READY = 'available'
DELETION_FAILED = 'error_deleting'


def make(
    owner: backups.Owner,
    name: str,
    mark: str,
    backup_id: str,
    size_gib: int,
    type_: str = '',
) -> str:
    """Begins to restore to a new volume; its id.

    :param name: tells it from all others; no name that it is to keep
    :param type_: nothing for Cinder's default
    """
    return owner.make_volume(
        name,
        backup_id,
        size_gib,
        metadata={volume.MARK: mark},
        type_=type_,
        description=mark,
    )


def found(owner: backups.Owner, name: str, mark: str) -> list[dict]:
    """Cinder's rows of what ``make`` has made, the first first.

    There should be one at most; more when an answer was lost.
    """
    rows = [row for row in owner.volumes(name) if is_marked(row, mark)]
    return sorted(rows, key=lambda row: (row['created_at'], row['id']))


def is_marked(row: Mapping, mark: str) -> bool:
    return mark in (backups.mark_of(row), row.get('description'))


def name(
    owner: backups.Owner,
    volume_id: str,
    name: str,
    description: str,
    mark: str,
) -> None:
    """Gives a volume that is restored the name that it keeps."""
    told = {'name': name, 'description': description}
    owner.own.put(f'/volumes/{volume_id}', json={'volume': told})
    owner.own.post(
        f'/volumes/{volume_id}/metadata',
        json={'metadata': {volume.MARK: mark}},
    )


def words(owner: backups.Owner, ids: Iterable[str]) -> str:
    """What Cinder told users last of these things; or nothing.

    Also where it tells nobody: what failed is to be deleted nevertheless.
    """
    try:
        rows = [
            row
            for one in ids
            for row in listing.held(
                owner.own.get(
                    '/messages', params={'resource_uuid': one, 'limit': 1}
                ),
                'messages',
                list,
            )
        ]
    except (ks_exceptions.HttpError, faults.CutListing):
        return ''
    latest = max(rows, key=lambda row: row['created_at'], default=None)
    return latest['user_message'] if latest else ''


def stop(owner: backups.Owner, backup_id: str) -> None:
    """Has Cinder give up a restore; its volume goes to ``error``.

    A backup that is reset is how cinder-backup is told (cinder 29,
    ``backup/manager.py``, ``BackupRestoreCancel``). The volume must not be
    deleted by force before: the backup would stay ``restoring`` for good.
    """
    owner.act(BACKUP, backup_id, {'os-reset_status': {'status': READY}})


def delete(owner: backups.Owner, row: Mapping) -> None:
    """By force where Cinder could not before: else it refuses (tried)."""
    if row['status'] == DELETION_FAILED:
        force_delete(owner, row['id'])
    else:
        owner.delete(VOLUME, row['id'])


def force_delete(owner: backups.Owner, volume_id: str) -> None:
    owner.act(VOLUME, volume_id, {'os-force_delete': {}})
