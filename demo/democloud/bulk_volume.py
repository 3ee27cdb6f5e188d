"""The bulk volumes, snapshots, backups, quotas and their use, in Cinder."""

import collections

from democloud import bulk_backups
from democloud import bulk_database

SNAPSHOTS_PER_PROJECT = 2
SIZES_GIB = [1, 5, 10, 20, 50, 100]
# How often in a hundred.
STATES = {'available': 60, 'in-use': 37, 'error': 3}
FAILED_SNAPSHOT_SHARE = 0.04
QUOTAS = {
    'volumes': [10, 12, 20, 50, -1],
    'gigabytes': [500, 1000, 2000, 5000, -1],
    'snapshots': [2, 10, 20, -1],
    'backups': [15, 20, 40, 100],
    'backup_gigabytes': [1000, 2000, -1],
}
NETWORK_QUOTAS = {'floatingip': [0, 5, 50, -1], 'port': [50, 500, -1]}
OWN_QUOTA_SHARE = 0.8
# All have an own one of these: Cinder's default is less than they use.
OWN_QUOTAS = ('backups',)
OWN_NETWORK_QUOTA_SHARE = 0.2
VOLUME_AGE_DAYS = 120


class Volume:
    def __init__(self, databases, templates):
        self._cinder = databases.cinder
        self._nova = databases.nova
        self._neutron = databases.neutron
        self._templates = templates
        self._backups = bulk_backups.Backups(templates.backup)

    def insert(self, batch, count, servers):
        """Insert the volumes and all around; servers are ids by project."""
        rows = collections.defaultdict(list)
        for project in batch:
            chance = project.chance('volumes')
            use = collections.Counter()
            volumes = [
                self._volume(rows, project, chance, number, use)
                for number in range(count)
            ]
            self._attach(rows, chance, volumes, servers[project.id])
            self._snapshots(rows, project, chance, volumes, use)
            self._backups.add(rows, project, volumes, use)
            _limit(rows, project, use)
            _limit_network(rows, project)
        self._nova.insert(
            'block_device_mapping', rows.pop('block_device_mapping', [])
        )
        self._neutron.insert('quotas', rows.pop('network quotas', []))
        for table, some in rows.items():
            self._cinder.insert(table, some)

    def _volume(self, rows, project, chance, number, use):
        like = chance.choice(self._templates.volumes)
        born = chance.time_ago(VOLUME_AGE_DAYS)
        state = chance.choices(list(STATES), STATES.values())[0]
        row = dict(
            like,
            id=chance.uuid(),
            project_id=project.id,
            display_name='volume-%s-%02d' % (project.label, number + 1),
            size=chance.choice(SIZES_GIB),
            created_at=born,
            updated_at=born,
            launched_at=born,
            status=state,
            attach_status='detached',
            previous_status=None,
        )
        rows['volumes'].append(row)
        kind = self._templates.type_names[row['volume_type_id']]
        use.update({'volumes': 1, 'volumes_' + kind: 1})
        use.update(
            dict.fromkeys(['gigabytes', 'gigabytes_' + kind], row['size'])
        )
        return row

    def _attach(self, rows, chance, volumes, servers):
        devices = collections.Counter()
        for volume in volumes:
            if volume['status'] != 'in-use':
                continue
            if not servers:
                volume['status'] = 'available'
                continue
            volume['attach_status'] = 'attached'
            server = chance.choice(servers)
            device = '/dev/vd' + 'bcdefghijklmnop'[devices[server] % 15]
            devices[server] += 1
            self._attachment(rows, chance, volume, server, device)

    def _attachment(self, rows, chance, volume, server, device):
        """Cinder's and Nova's rows of one attachment."""
        attachment = dict(
            self._templates.attachment,
            id=chance.uuid(),
            volume_id=volume['id'],
            instance_uuid=server,
            mountpoint=device,
            attach_time=volume['created_at'],
            created_at=volume['created_at'],
        )
        block_device = bulk_database.copy(
            self._templates.block_device,
            uuid=chance.uuid(),
            instance_uuid=server,
            volume_id=volume['id'],
            attachment_id=attachment['id'],
            volume_size=volume['size'],
            device_name=device,
            created_at=volume['created_at'],
        )
        rows['volume_attachment'].append(attachment)
        rows['block_device_mapping'].append(block_device)

    def _snapshots(self, rows, project, chance, volumes, use):
        for volume in volumes[:SNAPSHOTS_PER_PROJECT]:
            failed = chance.random() < FAILED_SNAPSHOT_SHARE
            row = dict(
                self._templates.snapshot,
                id=chance.uuid(),
                volume_id=volume['id'],
                volume_type_id=volume['volume_type_id'],
                project_id=project.id,
                display_name='snapshot-of-' + volume['display_name'],
                volume_size=volume['size'],
                created_at=volume['created_at'],
                updated_at=volume['created_at'],
                status='error' if failed else 'available',
            )
            rows['snapshots'].append(row)
            # Cinder counts a snapshot's size with the volumes'.
            kind = self._templates.type_names[volume['volume_type_id']]
            use.update({'snapshots': 1, 'snapshots_' + kind: 1})
            use.update(
                dict.fromkeys(
                    ['gigabytes', 'gigabytes_' + kind], row['volume_size']
                )
            )


def _limit(rows, project, use):
    chance = project.chance('volume quotas')
    common = {
        'created_at': bulk_database.NOW,
        'deleted': False,
        'project_id': project.id,
    }
    rows['quotas'] += [
        {**common, 'resource': resource, 'hard_limit': chance.choice(limits)}
        for resource, limits in QUOTAS.items()
        if resource in OWN_QUOTAS or chance.random() < OWN_QUOTA_SHARE
    ]
    rows['quota_usages'] += [
        {
            **common,
            'updated_at': bulk_database.NOW,
            'resource': resource,
            'in_use': amount,
            'reserved': 0,
            'race_preventer': True,
        }
        for resource, amount in use.items()
    ]


def _limit_network(rows, project):
    chance = project.chance('network quotas')
    if chance.random() < OWN_NETWORK_QUOTA_SHARE:
        rows['network quotas'] += [
            {
                'id': chance.uuid(),
                'project_id': project.id,
                'resource': resource,
                'limit': chance.choice(limits),
            }
            for resource, limits in NETWORK_QUOTAS.items()
        ]
