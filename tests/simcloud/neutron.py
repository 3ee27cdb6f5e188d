"""The simulated Neutron: its listings and quotas."""

import collections
import ipaddress
import re

from tests.simcloud import clock
from tests.simcloud import making
from tests.simcloud import service

LISTS = (
    'networks',
    'subnets',
    'ports',
    'routers',
    'security_groups',
    'floatingips',
)
#: Listings that begin anew for a marker that they do not know.
FORGIVING = frozenset({'subnets', 'security_groups', 'floatingips'})
_PAGING = frozenset({'fields', 'limit', 'marker', 'page_reverse'})
_FLAGS = frozenset({'router:external', 'shared'})
_FILTERS = _FLAGS | {
    'device_id',
    'id',
    'name',
    'project_id',
    'status',
    'tenant_id',
}


class Neutron(service.Service):
    type = 'network'
    name = 'neutron'
    paths = {
        '/': 'discover',
        '/v2.0/quotas': 'own_quotas',
        '/v2.0/quotas/<project_id>': 'quota',
        '/v2.0/quotas/<project_id>/default': 'default_quota',
        '/v2.0/quotas/<project_id>/details.json': 'details',
        '/v2.0/agents': 'agents',
        '/v2.0/agents/<agent_id>': 'agent',
        '/v2.0/network-ip-availabilities': 'availabilities',
        '/v2.0/<kind>': 'listed',
        '/v2.0/<kind>/<row_id>': 'one',
    }

    def discover(self, call):
        links = [{'rel': 'self', 'href': f'{self.url}/v2.0/'}]
        version = {'id': 'v2.0', 'status': 'CURRENT', 'links': links}
        return {'versions': [version]}

    def listed(self, call, kind):
        key = self._key(kind)
        if call.method == 'POST':
            return making.of_neutron(self.cloud, call, key)
        query = call.query
        for name in query:
            if name not in _PAGING | _FILTERS:
                raise service.Refusal(
                    400, f"['{name}'] is invalid attribute for filtering"
                )
        marker = call.marker()
        if key in FORGIVING and marker not in self.cloud.tables[key].rows:
            marker = None
        rows = service.skip_to(
            self.cloud.tables[key].by_id(),
            marker,
            lambda marker: _lost(key, marker),
        )
        wanted = {name: query[name] for name in query if name in _FILTERS}
        rows = (
            row
            for row in rows
            if all(
                _is(self._shown(row, key).get(name), name, value)
                for name, value in wanted.items()
            )
        )
        limit = int(query['limit']) if query.get('limit') else None
        page, link = call.page(rows, limit)
        fields = query.getlist('fields')
        body = {key: [_fields(self._shown(r, key), fields) for r in page]}
        if limit is not None:
            body[f'{key}_links'] = self._links(call, page, limit, link)
        return body

    def _links(self, call, page, limit, link):
        """Neutron always tells a previous page."""
        links = [{'rel': 'previous', 'href': f'{self.url}{call.path}'}]
        if page and (len(page) >= limit if link is None else link):
            href = call.following(page[-1].id)
            links.insert(0, {'rel': 'next', 'href': href})
        return links

    def one(self, call, kind, row_id):
        key = self._key(kind)
        row = self.cloud.tables[key].get(row_id)
        if row is None:
            raise _lost(key, row_id)
        if call.method == 'DELETE':
            return making.delete_of_neutron(self.cloud, call, key, row)
        return {key[:-1]: self._shown(row, key)}

    def _key(self, kind):
        key = kind.replace('-', '_')
        if key not in LISTS:
            raise service.Refusal(404, 'The resource could not be found.')
        return key

    def _shown(self, row, key):
        told = {
            'id': row.id,
            'project_id': row.project_id,
            'tenant_id': row.project_id,
            'description': '',
            'tags': [],
            'created_at': clock.second(row.created),
            'updated_at': clock.second(row.updated),
            **row.columns,
        }
        if key != 'floatingips':
            told['name'] = row.name
        else:
            told['port_details'] = self._port_of(row)
        return told

    def _port_of(self, row):
        port = self.cloud.tables['ports'].get(row.get('port_id') or '')
        if port is None:
            return None
        names = ('device_id', 'device_owner', 'network_id', 'status')
        return {'name': port.name, **{n: port.get(n) for n in names}}

    def agents(self, call):
        """All at once, when no limit is told."""
        return {'agents': [self._agent(row) for row in self._agents()]}

    def agent(self, call, agent_id):
        row = self.cloud.tables['agents'].get(agent_id)
        if row is None:
            raise service.Refusal(
                404, f'Agent {agent_id} could not be found.', 'AgentNotFound'
            )
        if call.method == 'PUT':
            asked = call.body['agent']
            unknown = set(asked) - {'admin_state_up', 'description'}
            if unknown:
                raise service.Refusal(400, f'Cannot update {unknown}')
            is_ovn = row['agent_type'].startswith('OVN')
            if is_ovn and not asked.get('admin_state_up', True):
                raise service.Refusal(
                    400,
                    'Bad agent request: OVN agent status cannot be updated',
                )
            self.cloud.change('agents', agent_id, **asked)
        return {'agent': self._agent(row)}

    def _agents(self):
        return self.cloud.tables['agents'].created.rows

    def _agent(self, row):
        seen = self.cloud.clock.told if row['alive'] else row.updated
        return {
            'id': row.id,
            'topic': 'N/A',
            'configurations': {},
            'resources_synced': None,
            **row.columns,
            # In UTC, without saying so.
            'heartbeat_timestamp': f'{seen:%Y-%m-%d %H:%M:%S}',
        }

    def availabilities(self, call):
        """Of all networks, at once."""
        taken = collections.Counter(
            ip['subnet_id']
            for port in self.cloud.tables['ports']
            for ip in port.get('fixed_ips') or ()
        )
        subnets = collections.defaultdict(list)
        for row in self.cloud.tables['subnets']:
            if row.get('cidr'):
                told = _availability(row, taken[row.id])
                subnets[row['network_id']].append(told)
        return {
            'network_ip_availabilities': [
                {
                    'network_id': row.id,
                    'network_name': row.name,
                    'project_id': row.project_id,
                    'tenant_id': row.project_id,
                    'subnet_ip_availability': subnets[row.id],
                    'total_ips': sum(s['total_ips'] for s in subnets[row.id]),
                    'used_ips': sum(s['used_ips'] for s in subnets[row.id]),
                }
                for row in self.cloud.tables['networks']
            ]
        }

    def own_quotas(self, call):
        """All at once, of projects with any value of their own."""
        own = self.cloud.own_limits['network']
        return {
            'quotas': [
                {
                    **self.cloud.limits['network'],
                    **limits,
                    'project_id': project_id,
                    'tenant_id': project_id,
                }
                for project_id, limits in own.items()
            ]
        }

    def quota(self, call, project_id):
        if call.method == 'DELETE':
            self.cloud.reset_quota('network', project_id)
            call.status = 204
            return None
        if call.method == 'PUT':
            asked = dict(call.body['quota'])
            forced = asked.pop('force', False)
            refusal = self.cloud.ask_quota(
                'network',
                project_id,
                asked,
                {} if forced else self._used(project_id),
            )
            if refusal:
                raise service.Refusal(400, refusal)
        own = self.cloud.own_limits['network'].get(project_id, {})
        return {'quota': {**self.cloud.limits['network'], **own}}

    def default_quota(self, call, project_id):
        return {'quota': dict(self.cloud.limits['network'])}

    def details(self, call, project_id):
        quota = self.cloud.quota('network', project_id, self._used(project_id))
        for row in quota.values():
            row['used'] = row.pop('in_use')
        return {'quota': quota}

    def _used(self, project_id):
        return {
            key[:-1]: len(self.cloud.tables[key].of_project(project_id))
            for key in LISTS
        }

    def refused(self, refusal):
        if refusal.status == 401:
            return super().refused(refusal)
        told = {'type': refusal.title, 'message': refusal.words, 'detail': ''}
        return {'NeutronError': told}


def _is(told, name, value):
    if name in _FLAGS:
        return bool(told) is (value.lower() in ('true', '1'))
    return told == value


def _availability(row, used):
    """Without pools the whole CIDR counts."""
    pools = row.get('allocation_pools') or ()
    total = sum(
        int(ipaddress.ip_address(pool['end']))
        - int(ipaddress.ip_address(pool['start']))
        + 1
        for pool in pools
    )
    return {
        'subnet_id': row.id,
        'subnet_name': row.name,
        'cidr': row['cidr'],
        'ip_version': row['ip_version'],
        'total_ips': total or ipaddress.ip_network(row['cidr']).num_addresses,
        'used_ips': used,
    }


def _fields(told, names):
    return {n: told[n] for n in names if n in told} if names else told


def _lost(key, row_id):
    words = [part.capitalize() for part in re.split('_', key[:-1])]
    return service.Refusal(
        404,
        f'{" ".join(words)} {row_id} could not be found.',
        f'{"".join(words)}NotFound',
    )
