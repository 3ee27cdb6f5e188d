"""Snapshots and backups of the cloud on paper; it pages and counts them."""


class PaperCopies:
    def __init__(self, cloud):
        self._cloud = cloud
        # The paper cloud answers for any list that it has.
        cloud.snapshots, cloud.backups = [], []

    def add_snapshot(self, snapshot_id, project_id, **row):
        self._cloud.snapshots.append(
            {
                'id': snapshot_id,
                'name': snapshot_id,
                'os-extended-snapshot-attributes:project_id': project_id,
                'user_id': 'ines',
                'volume_id': 'v',
                'status': 'available',
                'size': 5,
                'created_at': '2026-01-01T00:00:00.000000',
                'updated_at': None,
                **row,
            }
        )

    def add_backup(self, backup_id, project_id, **row):
        self._cloud.backups.append(
            {
                'id': backup_id,
                'name': backup_id,
                'os-backup-project-attr:project_id': project_id,
                'user_id': 'ines',
                'volume_id': 'v',
                'snapshot_id': None,
                'status': 'available',
                'fail_reason': None,
                'size': 5,
                'is_incremental': False,
                'has_dependent_backups': False,
                'data_timestamp': '2026-01-01T00:00:00.000000',
                'container': None,
                'availability_zone': 'nova',
                'created_at': '2026-01-01T00:00:10.000000',
                'updated_at': None,
                **row,
            }
        )
