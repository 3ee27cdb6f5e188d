"""How the work of the simulated cinder-backup ends, well or badly.

As in Cinder 29 (code, ``backup/manager.py``), for example:

- What was backing up, or is restored to, gets the status that it had or
  ``available``, whatever it was reset to meanwhile.
- A restore that fails leaves the backup ``available`` and the volume
  ``error_restoring``, also a new one.
- A restore replaces the volume's metadata by those that the source had when
  it was backed up, if it had any, and makes the volume bootable if that was.
"""

_FAILED = {
    'backup': ('013_020', 'create backup:Backup driver failed to create'),
    'delete': ('014_025', 'delete backup:Backup driver failed to delete'),
    'restore': ('015_026', 'restore backup:Backup driver failed to restore'),
}


def end(cloud, job, at, why: str, status: str) -> None:
    """What it leaves behind, stamped with the time ``at``.

    :param why: it failed, and nothing when it did not
    :param status: of what failed
    """
    if job.work == 'restore' and not _chain(cloud, job.backup_id):
        why = why or 'A part of it is lost.'
    if why and job.work in _FAILED:
        backup = cloud.tables['backups'].get(job.backup_id)
        number, words = _FAILED[job.work]
        cloud.add_message(
            job.backup_id,
            f'{words} backup.',
            project_id=backup.project_id if backup else '',
            event_id=f'VOLUME_VOLUME_BACKUP_{number}',
            resource_type='VOLUME_BACKUP',
            created_at=at,
        )
    _ENDS[job.work](cloud, job, at, why, status)


def _change(cloud, kind, row_id, at, **columns):
    """Unless it is gone."""
    if row_id in cloud.tables[kind].rows:
        cloud.change(kind, row_id, updated_at=at, **columns)


def _backup(cloud, job, at, why, status):
    if job.snapshot_id:
        _change(cloud, 'snapshots', job.snapshot_id, at, status='available')
    else:
        _change(cloud, 'volumes', job.volume_id, at, **job.told)
    row = cloud.tables['backups'].get(job.backup_id)
    if row is None or row['status'] == 'deleting':
        return
    if why:
        told = {'status': status, 'fail_reason': why[:255]}
        cloud.change('backups', row.id, updated_at=at, **told)
        return
    told = {'status': 'available', 'object_count': row['size']}
    cloud.change('backups', row.id, updated_at=at, **told)
    if row['parent_id']:
        cloud.depend(row['parent_id'], 1, at)


def _restore(cloud, job, at, why, status):
    _change(cloud, 'backups', job.backup_id, at, status='available')
    volume = cloud.tables['volumes'].get(job.volume_id)
    if volume is None:
        return
    told = {'status': 'error_restoring'}
    if not why:
        chain = _chain(cloud, job.backup_id)
        told = {'status': 'available', **_restored(volume, chain)}
    cloud.change('volumes', volume.id, updated_at=at, **told)


def _chain(cloud, backup_id):
    """From the full one on; nothing when a part or its data is lost."""
    found = []
    while backup_id:
        row = cloud.tables['backups'].get(backup_id)
        if row is None or row['content'] is None:
            return []
        found.insert(0, row)
        backup_id = row['parent_id']
    return found


def _restored(volume, chain):
    told = {'metadata': volume['metadata']}
    backup = chain[-1]
    for row in chain:
        source = row['of_volume']
        if source.get('metadata'):
            told['metadata'] = source['metadata']
        if source.get('bootable'):
            told['bootable'] = True
        # A name of its own stays.
        name = volume.columns.get('name') or ''
        if source.get('name') and (
            not name or name.startswith('restore_backup_')
        ):
            told |= {n: source[n] for n in ('name', 'description')}
    old = told['metadata'].get('src_backup_id')
    if backup['volume_id'] != volume.id or old not in (None, backup.id):
        told['metadata'] = {**told['metadata'], 'src_backup_id': backup.id}
    return {**told, 'content': backup['content']}


def _delete(cloud, job, at, why, status):
    row = cloud.tables['backups'].get(job.backup_id)
    if row is None:
        return
    if why:
        told = {'status': status, 'fail_reason': why[:255]}
        cloud.change('backups', row.id, updated_at=at, **told)
        return
    cloud.tables['backups'].remove(row)
    cloud.depend(row['parent_id'], -1, at)


def _import(cloud, job, at, why, status):
    row = cloud.tables['backups'].get(job.backup_id)
    if row is None:
        return
    if why:
        told = {'status': status, 'fail_reason': why[:255]}
    else:
        told = {'status': 'available', **job.told}
    cloud.change('backups', row.id, updated_at=at, **told)


def _make_volume(cloud, job, at, why, status):
    status = status if why else 'available'
    _change(cloud, 'volumes', job.volume_id, at, status=status)


def _delete_volume(cloud, job, at, why, status):
    if job.volume_id not in cloud.tables['volumes'].rows:
        return
    if why:
        status = 'error_deleting'
        cloud.change('volumes', job.volume_id, updated_at=at, status=status)
    else:
        cloud.delete('volumes', job.volume_id)


_ENDS = {
    'backup': _backup,
    'restore': _restore,
    'delete': _delete,
    'import': _import,
    'make volume': _make_volume,
    'delete volume': _delete_volume,
}
