"""Orders of an administrator for what Cinder left in the middle.

Read in the code of cinder 29: setting a backup's status (``backup/api.py``,
``reset_status``) goes through a cinder-backup that is up and enabled, which
may decline it without a word, and leaves volume and snapshot as they are.
``os-force_delete`` counts what builds on a backup in the project of the token
alone (``backup/api.py``, ``delete``): so an administrator's deletes what
others build on. Of a restore nobody is told into which volume it goes.
"""

from keystoneauth1 import exceptions as ks_exceptions

from rey_dashboard.cloud import backups
from rey_dashboard.cloud import listing

#: What Cinder calls a thing while a backup is made of it, or restored to it.
BACKING_UP, RESTORING = 'backing-up', 'restoring-backup'
_RESET, _FORCE = 'os-reset_status', 'os-force_delete'


class NoService(Exception):
    """No cinder-backup is there that could take the order."""


class CannotForce(Exception):
    """The driver of the backup storage cannot delete by force."""


def reset(owner: backups.Owner, kind: str, thing_id: str, status: str) -> None:
    """Sets a status; of a backup it may come about later, or never.

    :param kind: ``backup``, ``volume`` or ``snapshot``
    :raises NoService: as it says
    """
    try:
        owner.act(kind, thing_id, {_RESET: {'status': status}})
    except ks_exceptions.NotFound:
        if kind == 'backup' and owner.backup(thing_id) is not None:
            raise NoService from None
        raise


def force_delete(owner: backups.Owner, backup_id: str) -> None:
    """Whatever its status is.

    :raises NoService: as it says
    :raises CannotForce: as it says
    """
    try:
        owner.act('backup', backup_id, {_FORCE: {}})
    except ks_exceptions.MethodNotAllowed:
        raise CannotForce from None
    except ks_exceptions.NotFound:
        if owner.backup(backup_id) is not None:
            raise NoService from None


def of_volume(owner: backups.Owner, volume_id: str) -> list[dict]:
    """Cinder's rows of all backups of a volume, in whatever project."""
    rows = _rows(owner, volume_id=volume_id)
    return [row for row in rows if row['volume_id'] == volume_id]


def restoring(owner: backups.Owner) -> list[dict]:
    """Those of the project that are being restored."""
    rows = _rows(owner, status='restoring')
    return [
        row
        for row in rows
        if row['status'] == 'restoring' and is_owners(owner, row)
    ]


def is_owners(owner: backups.Owner, row: dict) -> bool:
    """Of a row as an administrator sees it."""
    return row[backups.OWNER] == owner.project_id


def snapshot(owner: backups.Owner, snapshot_id: str) -> dict | None:
    """None when it is gone."""
    try:
        answer = owner.admin.get(f'/snapshots/{snapshot_id}')
    except ks_exceptions.NotFound:
        return None
    return listing.held(answer, 'snapshot')


def _rows(owner, **query):
    get = listing.through(owner.admin)
    query['all_tenants'] = '1'
    pages = listing.pages(get, '/backups/detail', 'backups', **query)
    return [row for body in pages for row in body['backups']]
