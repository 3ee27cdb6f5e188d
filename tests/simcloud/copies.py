"""Snapshots and backups, and how a test makes and forgets them.

``content`` is what stands on a volume or in its copy: a word, of which the
services say nothing.
"""

SNAPSHOT = {'status': 'available', 'metadata': {}, 'content': ''}
BACKUP = {
    'status': 'available',
    'metadata': {},
    'description': None,
    'fail_reason': None,
    'snapshot_id': None,
    'container': 'backups',
    'object_count': 1,
    'dependents': 0,
    'service': 'cinder.backup.drivers.posix.PosixBackupDriver',
    'restore_volume_id': None,
    'content': '',
    #: See ``of_volume``.
    'of_volume': {},
}


class Copies:
    """``stored`` is what forgotten backups hold, by their ids."""

    def _make_copies(self):
        self.stored = {}

    def add_snapshot(self, volume_id: str, **columns) -> str:
        with self.lock:
            volume = self.tables['volumes'].rows[volume_id]
            made = {
                **SNAPSHOT,
                'volume_id': volume_id,
                'size': volume['size'],
                'user_id': volume['user_id'],
                'content': volume['content'],
                **columns,
            }
            return self._thing('snapshots', volume.project_id, made)

    def add_backup(
        self, volume_id: str, incremental: bool = False, **columns
    ) -> str:
        """A backup; an incremental one builds on the volume's latest.

        ``project_id`` may be another one than the volume's.
        """
        with self.lock:
            volume = self.tables['volumes'].rows[volume_id]
            parent = self._latest_backup(volume_id) if incremental else None
            project_id = columns.pop('project_id', volume.project_id)
            now = columns.setdefault('created_at', self.clock.told)
            made = {
                **BACKUP,
                'volume_id': volume_id,
                'size': volume['size'],
                'user_id': volume['user_id'],
                'parent_id': parent and parent.id,
                'data_timestamp': now,
                'content': volume['content'],
                'of_volume': of_volume(volume),
                **columns,
            }
            backup_id = self._thing('backups', project_id, made)
            if parent:
                self.depend(parent.id, 1)
            return backup_id

    def forget_backup(self, backup_id: str) -> None:
        """Its row is lost; what is stored of it can be imported again."""
        with self.lock:
            row = self.tables['backups'].rows[backup_id]
            self.stored[backup_id] = {
                name: row[name] for name in ('content', 'of_volume')
            }
            self.tables['backups'].remove(row)

    def depend(self, parent_id: str, more: int, at=None) -> None:
        """Cinder counts in the parent's own row, and that moves it."""
        parent = self.tables['backups'].get(parent_id)
        if parent is not None and parent['dependents'] + more >= 0:
            self.tables['backups'].change(
                parent,
                {'dependents': parent['dependents'] + more},
                at or self.stamp('backups'),
            )

    def _latest_backup(self, volume_id):
        for row in reversed(self.tables['backups'].created.rows):
            if row['volume_id'] == volume_id and row['status'] == 'available':
                return row
        raise ValueError(f'{volume_id} has no backup to build on')


def of_volume(volume) -> dict:
    """What a backup keeps of its volume beside the data, and restores."""
    return {
        'name': volume.name,
        'description': volume['description'],
        'metadata': volume['metadata'],
        'bootable': volume['bootable'],
    }
