"""Neutron of the cloud on paper; it pages and counts as Neutron 29 does."""

NEUTRON = 'http://neutron.test'
LISTS = (
    'networks',
    'subnets',
    'ports',
    'routers',
    'floatingips',
    'security_groups',
    'agents',
)


class PaperNeutron:
    """Change the public attributes; the next call sees it.

    ``rows`` holds the listings; one that is taken out is a 404, as without
    its plug-in. ``own`` maps projects to the limits that they have of their
    own.
    """

    def __init__(self, cloud):
        self.rows = {name: [] for name in LISTS}
        self.default = {'network': 100, 'subnet': 100, 'port': 500}
        self.default |= {'router': 10, 'floatingip': 50, 'security_group': 10}
        self.default |= {'rbac_policy': 10}
        self.own = {}
        self._cloud = cloud
        cloud.add_service('network', NEUTRON)
        cloud.answers[NEUTRON].append(self.answer)

    def answer(self, path, query):
        if path == '/v2.0/quotas':
            return 200, {
                'quotas': [
                    {
                        **self.default,
                        **limits,
                        'project_id': project_id,
                        'tenant_id': project_id,
                    }
                    for project_id, limits in self.own.items()
                ]
            }
        if path.startswith('/v2.0/quotas/') and path.endswith('/default'):
            return 200, {'quota': self.default}
        if path == '/v2.0/network-ip-availabilities':
            return 200, {'network_ip_availabilities': []}
        key = path.removeprefix('/v2.0/').replace('-', '_')
        if key not in self.rows:
            return 404, {'NeutronError': {'type': 'HTTPNotFound'}}
        body = self._cloud._page(self.rows[key], key, query)
        body[f'{key}_links'] = [{'rel': 'previous', 'href': 'http://x/'}]
        if 'next' in body:
            link = {'rel': 'next', 'href': body.pop('next')}
            body[f'{key}_links'].insert(0, link)
        if 'fields' in query:
            names = ('id', 'project_id')
            body[key] = [
                {name: row[name] for name in names} for row in body[key]
            ]
        return 200, body

    def add(self, kind, *project_ids):
        """One thing of a kind for each project named; ``''`` is Neutron."""
        for project_id in project_ids:
            rows = self.rows[kind]
            rows.append(
                {'id': f'{kind}-{len(rows)}', 'project_id': project_id}
            )

    def add_floating_ip(self, ip_id, project_id, **row):
        self.rows['floatingips'].append(
            {
                'id': ip_id,
                'project_id': project_id,
                'floating_ip_address': '203.0.113.7',
                'floating_network_id': 'public',
                'fixed_ip_address': None,
                'port_id': None,
                'router_id': None,
                'port_details': None,
                'status': 'DOWN',
                'description': '',
                'created_at': '2026-01-01T00:00:00Z',
                'updated_at': '2026-01-02T00:00:00Z',
                **row,
            }
        )
