"""The bulk servers: in Nova with their quotas, in Placement."""

import collections

from democloud import bulk_database
from democloud import bulk_templates

# Besides those that were asked for.
DELETED_PER_PROJECT = 2
# Of the servers that are not deleted: state in the database, power state
# (1 running, 4 shut down) and how often in a hundred.
STATES = [('active', 1, 78), ('stopped', 4, 20), ('error', 1, 2)]
QUOTAS = {
    'instances': [10, 12, 15, 20, 50, -1],
    'cores': [20, 30, 40, 80, 200, -1],
    'ram': [51200, 65536, 102400, 262144, 524288, -1],
}
OWN_QUOTA_SHARE = 0.8
AGE_DAYS = 120


class Compute:
    def __init__(self, databases, templates, nodes):
        self._nova = databases.nova
        self._nova_api = databases.nova_api
        self._placement = databases.placement
        self._templates = templates
        self._nodes = nodes
        self._next_id = databases.nova.next_id('instances')
        self._classes = {
            row['name']: row['id']
            for row in databases.placement.rows('resource_classes')
        }

    def insert(self, batch, count):
        """Insert each project's servers; return their ids by project id.

        Deleted servers are not among these.
        """
        rows = collections.defaultdict(list)
        alive = {}
        owners = self._owners(batch)
        for project in batch:
            chance = project.chance('servers')
            made = [
                self._server(rows, project, chance, number, count)
                for number in range(count + DELETED_PER_PROJECT)
            ]
            alive[project.id] = [row['uuid'] for row, _ in made[:count]]
            for row, node in made[:count]:
                self._allocate(rows, row, node, owners[project.id])
            self._limit(rows, project)
        for table in ('instance_mappings', 'quotas'):
            self._nova_api.insert(table, rows.pop(table, []))
        for table in ('consumers', 'allocations'):
            self._placement.insert(table, rows.pop(table, []))
        for table, some in rows.items():
            self._nova.insert(table, some)
        return alive

    def _server(self, rows, project, chance, number, count):
        """Make a server's rows; those beyond the count are deleted."""
        like = chance.choice(self._templates.servers)
        node = chance.choice(self._nodes)
        row = dict(
            like['instances'],
            id=self._next_id,
            uuid=chance.uuid(),
            project_id=project.id,
            display_name='server-%s-%02d' % (project.label, number + 1),
            hostname='server-%s-%02d' % (project.label, number + 1),
            reservation_id='r-%08x' % self._next_id,
            host=node.name,
            node=node.name,
            launched_on=node.name,
            compute_id=node.compute_id,
            **_life(chance, number < count, self._next_id),
        )
        self._next_id += 1
        rows['instances'].append(row)
        self._around(rows, row, like)
        return row, node

    def _around(self, rows, server, like):
        """Make the rows that belong to a server."""
        for table in bulk_templates.AROUND_SERVER:
            rows[table] += [
                bulk_database.copy(
                    some,
                    instance_uuid=server['uuid'],
                    deleted=server['deleted'],
                )
                for some in like[table]
            ]
        rows['instance_mappings'].append(
            bulk_database.copy(
                self._templates.mapping,
                instance_uuid=server['uuid'],
                project_id=server['project_id'],
                queued_for_delete=bool(server['deleted']),
            )
        )

    def _owners(self, batch):
        """Placement's own ids of the projects, and of the templates' user."""
        self._placement.insert(
            'projects', [{'external_id': project.id} for project in batch]
        )
        user = self._placement.rows(
            'users',
            external_id=self._templates.servers[0]['instances']['user_id'],
        )[0]
        ids = tuple(project.id for project in batch)
        return {
            row['external_id']: {
                'project_id': row['id'],
                'user_id': user['id'],
            }
            for row in self._placement.rows('projects', external_id=ids)
        }

    def _allocate(self, rows, server, node, owner):
        rows['consumers'].append(
            {
                'created_at': bulk_database.NOW,
                'uuid': server['uuid'],
                'generation': 1,
                **owner,
            }
        )
        used = {
            'VCPU': server['vcpus'],
            'MEMORY_MB': server['memory_mb'],
            'DISK_GB': server['root_gb'],
        }
        rows['allocations'] += [
            {
                'created_at': bulk_database.NOW,
                'resource_provider_id': node.provider_id,
                'consumer_id': server['uuid'],
                'resource_class_id': self._classes[name],
                'used': amount,
            }
            for name, amount in used.items()
        ]

    @staticmethod
    def _limit(rows, project):
        chance = project.chance('compute quotas')
        rows['quotas'] += [
            {
                'created_at': bulk_database.NOW,
                'project_id': project.id,
                'resource': resource,
                'hard_limit': chance.choice(limits),
            }
            for resource, limits in QUOTAS.items()
            if chance.random() < OWN_QUOTA_SHARE
        ]


def _life(chance, alive, server_id):
    """When a server was made, and its state now."""
    born = chance.time_ago(AGE_DAYS)
    times = {'created_at': born, 'launched_at': born, 'updated_at': born}
    if not alive:
        age = (bulk_database.NOW - born) * chance.random()
        end = (born + age).replace(microsecond=0)
        return {
            **times,
            'updated_at': end,
            'deleted_at': end,
            'terminated_at': end,
            # Nova marks a deleted row with its own id.
            'deleted': server_id,
            'vm_state': 'deleted',
            'power_state': 0,
        }
    weights = [weight for _, _, weight in STATES]
    state, power, _ = chance.choices(STATES, weights)[0]
    return {**times, 'vm_state': state, 'power_state': power}
