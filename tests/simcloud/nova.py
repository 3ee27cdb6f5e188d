"""The simulated Nova: servers, hypervisors, services, quotas and hours."""

from tests.simcloud import acts
from tests.simcloud import clock
from tests.simcloud import hours
from tests.simcloud import listed
from tests.simcloud import making
from tests.simcloud import moves
from tests.simcloud import nova_hosts
from tests.simcloud import service

#: Columns that nova keeps elsewhere: they do not move ``updated``.
ELSEWHERE = frozenset({'addresses', 'attached', 'tags'})
#: Any filter beside these makes nova leave cells out that are down.
_NO_FILTER = {'all_tenants'}
_KNOWN = {
    'all_tenants',
    'changes-since',
    'changes-before',
    'deleted',
    'host',
    'limit',
    'marker',
    'name',
    'project_id',
    'sort_dir',
    'sort_key',
    'status',
    'tenant_id',
    'user_id',
}


class Nova(nova_hosts.Hosts, moves.Told, acts.OfNova, service.Service):
    type = 'compute'
    name = 'nova'
    base = '/v2.1'
    version_name = 'compute'
    paths = {
        '/': 'discover',
        '/servers': 'servers',
        '/servers/detail': 'detail',
        '/servers/<server_id>': 'server',
        '/os-aggregates': 'aggregates',
        '/servers/<server_id>/os-volume_attachments': 'attachments',
        '/servers/<server_id>/os-volume_attachments/<volume_id>': 'detach',
        '/servers/<server_id>/os-instance-actions': 'actions',
        '/servers/<server_id>/os-instance-actions/<request_id>': 'action_of',
        '/flavors/detail': 'flavors',
        '/os-hypervisors': 'hypervisors',
        '/os-hypervisors/detail': 'hypervisors_detail',
        '/os-hypervisors/<host_id>': 'hypervisor',
        '/os-migrations': 'migrations',
        '/os-services': 'services',
        '/os-services/<service_id>': 'service',
        '/os-quota-sets/<project_id>': 'limits',
        '/os-quota-sets/<project_id>/detail': 'quotas',
        '/os-simple-tenant-usage': 'usage',
        '/os-simple-tenant-usage/<project_id>': 'usage_of',
    }

    def discover(self, call):
        low, high = self.cloud.versions[self.type]
        return {
            'version': {
                'id': 'v2.1',
                'status': 'CURRENT',
                'version': high,
                'min_version': low,
                'updated': '2013-07-23T11:33:21Z',
                'links': [{'rel': 'self', 'href': f'{self.url}/'}],
                'media-types': [],
            }
        }

    def servers(self, call):
        if call.method == 'POST':
            return making.server(self.cloud, call)
        return self._listed(call, self._brief)

    def detail(self, call):
        return self._listed(call, self._server)

    def _listed(self, call, shown):
        _check(call.query)
        making.settle(self.cloud)
        rows, _ = self._rows(call)
        limit = self.limit(call)
        page, link = call.page(rows, limit)
        body = {'servers': [shown(row) for row in page]}
        if not self._pages(call) and call.version >= (2, 69):
            body['servers'] += [
                self._unknown(row)
                for row in self.cloud.tables['servers']
                if self.is_away(row) and not row.get('deleted')
            ]
        if page and (len(page) == limit if link is None else link):
            href = call.following(page[-1].id)
            body['servers_links'] = [{'rel': 'next', 'href': href}]
        return body

    def _pages(self, call):
        """Whether anything but ``all_tenants`` was asked."""
        return bool(set(call.query) - _NO_FILTER)

    def limit(self, call):
        text = call.query.get('limit')
        if text is None:
            return self.cloud.page
        if not text.isdigit():
            raise service.Refusal(
                400, f'Invalid input for query parameters limit. Value: {text}'
            )
        return min(int(text), self.cloud.page)

    def _rows(self, call):
        query = call.query
        since = listed.time(query, 'changes-since')
        deleted = None
        if 'deleted' in query:
            deleted = query['deleted'].lower() in ('true', '1', 'yes')
        elif since is None and 'changes-before' not in query:
            deleted = False
        before = listed.time(query, 'changes-before')
        project_id = query.get('project_id') or query.get('tenant_id')
        same = {
            name: query[name]
            for name in ('host', 'name', 'status', 'user_id')
            if name in query
        }

        def wanted(row):
            return (
                (deleted is None or bool(row.get('deleted')) is deleted)
                and not self.is_away(row)
                and (before is None or row.updated <= before)
                and all(
                    (row.name if name == 'name' else row.get(name)) == value
                    for name, value in same.items()
                )
            )

        return listed.rows(
            self.cloud.tables['servers'],
            wanted,
            marker=self._marker(call),
            since=since,
            project_id=project_id,
        )

    def _marker(self, call):
        marker = call.marker()
        if marker is None:
            return None
        row = self.cloud.tables['servers'].get(marker)
        if row is None:
            raise service.Refusal(400, f'marker [{marker}] not found')
        return row

    def is_away(self, row):
        return row.get('cell') in self.cloud.down_cells

    def server(self, call, server_id):
        row = self._there(server_id)
        self.admit(call, row)
        if call.method == 'DELETE':
            return making.delete_server(self.cloud, call, row)
        if self.is_away(row):
            return {'server': self._unknown(row)}
        return {'server': self._server(row)}

    def _there(self, server_id):
        row = self.cloud.tables['servers'].get(server_id)
        if row is None or row.get('deleted'):
            raise acts.lost(server_id)
        return row

    def attachments(self, call, server_id):
        return making.attachments(self.cloud, call, self._there(server_id))

    def detach(self, call, server_id, volume_id):
        row = self._there(server_id)
        return making.detach(self.cloud, call, row, volume_id)

    def flavors(self, call):
        """All at once: what a test has is less than a page."""
        return {
            'flavors': [
                {'id': row.id, **row.columns}
                for row in self.cloud.tables['flavors']
            ]
        }

    def _unknown(self, row):
        return {
            'id': row.id,
            'status': 'UNKNOWN',
            'tenant_id': row.project_id,
            'created': clock.second(row.created),
            'links': self._links(row),
        }

    def _links(self, row):
        return [{'rel': 'self', 'href': f'{self.url}/servers/{row.id}'}]

    def _brief(self, row):
        return {'id': row.id, 'name': row.name, 'links': self._links(row)}

    def _server(self, row):
        if self.cloud.is_down('network'):
            # Nova asks it for the security groups.
            raise service.Refusal(500, nova_hosts.UNEXPECTED)
        told = {
            'id': row.id,
            'name': row.name,
            'status': row['status'],
            'tenant_id': row.project_id,
            'user_id': row['user_id'],
            'created': clock.second(row.created),
            'updated': clock.second(row.updated),
            'flavor': {
                'vcpus': row['vcpus'],
                'ram': row['ram'],
                'disk': row['disk'],
                'ephemeral': 0,
                'swap': 0,
                'original_name': row['flavor'],
                'extra_specs': {},
            },
            'metadata': row['metadata'],
            'addresses': row['addresses'],
            'image': '',
            'links': self._links(row),
            'OS-EXT-AZ:availability_zone': row['zone'],
            'OS-EXT-SRV-ATTR:host': row['host'],
            'OS-EXT-SRV-ATTR:hypervisor_hostname': row['host'],
            'OS-EXT-STS:task_state': row['task_state'],
            'OS-EXT-STS:vm_state': row['status'].lower(),
            'OS-EXT-STS:power_state': 1,
            'OS-SRV-USG:launched_at': clock.fraction(hours.launched(row)),
            'OS-SRV-USG:terminated_at': clock.fraction(
                row.get('terminated_at')
            ),
            'os-extended-volumes:volumes_attached': [
                {'id': volume_id, 'delete_on_termination': False}
                for volume_id in row['attached']
            ],
            'locked': False,
            'tags': row['tags'],
            'host_status': 'UP',
        }
        if row.get('fault') and row['status'] in ('ERROR', 'DELETED'):
            told['fault'] = row['fault']
        return told

    def limits(self, call, project_id):
        quota = self._quota(project_id)
        if call.method == 'PUT':
            asked = dict(call.body['quota_set'])
            forced = asked.pop('force', False)
            used = {name: row['in_use'] for name, row in quota.items()}
            refusal = self.cloud.ask_quota(
                'compute', project_id, asked, {} if forced else used
            )
            if refusal:
                raise service.Refusal(400, refusal)
            quota = self._quota(project_id)
            limits = {name: row['limit'] for name, row in quota.items()}
            return {'quota_set': limits}
        limits = {name: row['limit'] for name, row in quota.items()}
        return {'quota_set': {'id': project_id, **limits}}

    def quotas(self, call, project_id):
        return {'quota_set': {'id': project_id, **self._quota(project_id)}}

    def _quota(self, project_id):
        if self.cloud.tables['projects'].get(project_id) is None:
            raise service.Refusal(
                400, f'Project ID {project_id} is not a valid project.'
            )
        used = {'cores': 0, 'instances': 0, 'ram': 0}
        for row in self.cloud.tables['servers'].of_project(project_id):
            if not row.get('deleted') and not self.is_away(row):
                used['instances'] += 1
                used['cores'] += row['vcpus']
                used['ram'] += row['ram']
        return self.cloud.quota('compute', project_id, used)

    def usage(self, call):
        return hours.answer(self.cloud, call)

    def usage_of(self, call, project_id):
        return hours.answer_of(self.cloud, call, project_id)


def _check(query):
    for name in query:
        if name not in _KNOWN and not name.startswith('_'):
            raise service.Refusal(
                400, f"'{name}' does not match any of the regexes: '^_'"
            )
