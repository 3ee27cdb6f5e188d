"""What makes the company's volumes differ in how well they are backed up.

Everything in a new cloud is minutes old and whole. These are the last steps of
the seed; each looks first whether it is done already.
"""

import datetime as dt
import os
import pathlib
import sqlite3

from democloud import company_access

VOLUME_AGE = dt.timedelta(days=60)
SNAPSHOT_AGE = dt.timedelta(days=30)
# Backups are made once a day.
BETWEEN_BACKUPS = dt.timedelta(days=1)
# Cinder's columns that tell when something was made.
TIMES = {
    'volumes': ('created_at', 'updated_at', 'scheduled_at', 'launched_at'),
    'snapshots': ('created_at', 'updated_at'),
    'backups': ('created_at', 'updated_at', 'data_timestamp'),
}


def make(access, plan):
    """Spoil backups, make the admin's, and delete volumes behind theirs."""
    storage = access.admin.block_storage
    _spoil(access, plan, storage)
    _back_up_as_admin(access, plan, storage)
    _delete_volumes(access, plan, storage)


def _spoil(access, plan, storage):
    names = {
        (access.project_ids[project.name], backup.name)
        for project, backup in plan.each('backups')
        if backup.kind == 'spoilt'
    }
    whole = [
        (backup, 'error')
        for backup in storage.backups(all_projects=True, status='available')
        if (backup.project_id, backup.name) in names
    ]
    company_access.together('backups', storage.reset_backup_status, whole)
    ids = {backup.id for backup, _status in whole}
    company_access.wait_while(
        'spoiling backups',
        lambda: [i for i in ids if storage.get_backup(i).status != 'error'],
    )


def _back_up_as_admin(access, plan, storage):
    there = {backup.name for backup in storage.backups()}
    for project, volume in plan.each('volumes'):
        if volume.admin_backup and volume.admin_backup_name not in there:
            storage.create_backup(
                name=volume.admin_backup_name,
                volume_id=_find(access, storage, project, volume)[0].id,
                force=True,
            )
    company_access.wait_while(
        "the admin's backups",
        lambda: [b.name for b in storage.backups() if b.status == 'creating'],
    )


def _delete_volumes(access, plan, storage):
    planned = [pair for pair in plan.each('volumes') if pair[1].deleted]
    for project, volume in planned:
        for found in _find(access, storage, project, volume):
            storage.delete_volume(found)
    company_access.wait_while(
        'deletion of volumes',
        lambda: [
            volume.name
            for project, volume in planned
            if _find(access, storage, project, volume)
        ],
    )


def _find(access, storage, project, volume):
    found = storage.volumes(
        all_projects=True,
        project_id=access.project_ids[project.name],
        name=volume.name,
    )
    return list(found)


def move_back(access, plan):
    """Make volumes, snapshots and backups look as old as the plan says.

    No API call does that, so their rows are changed. A volume that looks old
    was moved by an earlier run, and all copies of it: they stay.
    """
    folder = pathlib.Path(os.environ['DEMO_CLOUD_DB'])
    database = sqlite3.connect(folder / 'cinder.sqlite', timeout=60)
    database.row_factory = sqlite3.Row
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    with database:
        for project, volume in plan.each('volumes'):
            project_id = access.project_ids[project.name]
            rows = _rows(
                database,
                'volumes',
                project_id=project_id,
                display_name=volume.name,
            )
            for row in rows:
                if not volume.young and now - _time(row) < VOLUME_AGE:
                    _move_volume(database, volume, row, now)
    database.close()


def _move_volume(database, volume, row, now):
    _move(database, 'volumes', row, -VOLUME_AGE)
    of_volume = {'volume_id': row['id'], 'deleted': False}
    for copy in _rows(database, 'snapshots', **of_volume):
        _move(database, 'snapshots', copy, -SNAPSHOT_AGE)
    age = dt.timedelta(hours=volume.last_backup_h)
    for copy in reversed(_rows(database, 'backups', **of_volume)):
        _move(database, 'backups', copy, now - age - _time(copy))
        age += BETWEEN_BACKUPS


def _rows(database, table, **columns):
    """In the order in which they were made."""
    wanted = ' AND '.join('%s = ?' % name for name in columns)
    return database.execute(
        'SELECT * FROM %s WHERE %s ORDER BY created_at' % (table, wanted),  # noqa: S608
        list(columns.values()),
    ).fetchall()


def _time(row, name='created_at'):
    return dt.datetime.fromisoformat(row[name])


def _move(database, table, row, by):
    moved = {
        name: (_time(row, name) + by).isoformat(' ', 'microseconds')
        for name in TIMES[table]
        if row[name]
    }
    database.execute(
        'UPDATE %s SET %s WHERE id = ?'  # noqa: S608
        % (table, ', '.join('%s = ?' % name for name in moved)),
        [*moved.values(), row['id']],
    )
