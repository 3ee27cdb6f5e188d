"""Hosts and storage pools of the cloud on paper: nova, placement, cinder."""

from tests import paper_cloud

PLACEMENT = 'http://placement.test'


class PaperCapacity:
    """Change the public attributes; the next call sees it.

    ``orphans`` are hosts whose service is deleted, ``vanished`` providers
    that go away just after they were listed, ``version`` the newest of
    Placement, ``others`` cinder's services beside those of its volumes.
    """

    def __init__(self, cloud):
        self.version = '1.39'
        self.hosts, self.pools, self.services = [], [], []
        self.orphans, self.vanished = set(), set()
        self.others = [_service('cinder-backup', 'ops-1')]
        self.types = [{'id': 't1', 'name': 'fast'}]
        self.providers = {}
        self._cloud = cloud
        cloud.add_service('placement', PLACEMENT)
        cloud.answers[PLACEMENT].append(self.placement)
        cloud.answers[paper_cloud.NOVA].append(self.nova)
        cloud.answers[paper_cloud.CINDER].append(self.cinder)

    def nova(self, path, query):
        """Hypervisors, with nova's gap: a short page has no link onward."""
        if path in ('/os-services', '/os-aggregates', '/os-migrations'):
            return 200, {path.removeprefix('/os-'): []}
        if path not in ('/os-hypervisors', '/os-hypervisors/detail'):
            return None
        body = self._cloud._page(self.hosts, 'hypervisors', query)
        rows, link = body['hypervisors'], body.pop('next', None)
        shown = [row for row in rows if row['id'] not in self.orphans]
        body['hypervisors'] = shown
        if link and len(shown) == len(rows):
            body['hypervisors_links'] = [{'rel': 'next', 'href': link}]
        return 200, body

    def placement(self, path, query):
        if path == '/':
            version = {'id': 'v1.0', 'status': 'CURRENT'}
            version |= {'min_version': '1.0', 'max_version': self.version}
            version['links'] = [{'rel': 'self', 'href': ''}]
            return 200, {'versions': [version]}
        if path == '/resource_providers':
            if 'limit' in query:
                return 400, {}
            return 200, {
                'resource_providers': [
                    {
                        'uuid': provider_id,
                        'root_provider_uuid': root_id,
                        'generation': 1,
                    }
                    for provider_id, (root_id, _) in self.providers.items()
                ]
            }
        _, _, provider_id, kind = path.split('/')
        if provider_id in self.vanished:
            return 404, {}
        classes = self.providers[provider_id][1]
        if kind == 'usages':
            used = {name: row[3] for name, row in classes.items() if row[3]}
            return 200, {'usages': used}
        names = ('total', 'reserved', 'allocation_ratio')
        return 200, {
            'inventories': {
                name: dict(zip(names, row[:3], strict=True))
                for name, row in classes.items()
            }
        }

    def cinder(self, path, query):
        if path == '/scheduler-stats/get_pools':
            return 200, {'pools': self.pools}
        if path == '/os-services':
            rows = [_service('cinder-volume', name) for name in self.services]
            if not query.get('binary'):
                rows += self.others
            return 200, {'services': rows}
        if path == '/types':
            return 200, self._cloud._page(self.types, 'volume_types', query)
        return None

    def add_host(self, host_id, state='up', status='enabled', **classes):
        """A host; a class is (total, reserved, ratio, used)."""
        self.hosts.append(
            {
                'id': host_id,
                'hypervisor_hostname': f'name of {host_id}',
                'state': state,
                'status': status,
                'hypervisor_type': 'QEMU',
                'hypervisor_version': 6002000,
                'service': {'host': f'host of {host_id}'},
            }
        )
        self.add_provider(host_id, **classes)

    def add_provider(self, provider_id, root_id=None, **classes):
        self.providers[provider_id] = (root_id or provider_id, classes)

    def add_pool(self, name, **capabilities):
        self.pools.append({'name': name, 'capabilities': capabilities})
        self.services.append(name.partition('#')[0])


def _service(binary, host):
    return {
        'binary': binary,
        'host': host,
        'zone': 'nova',
        'status': 'enabled',
        'state': 'up',
        'disabled_reason': None,
        'updated_at': '2026-01-01T00:00:00.000000',
    }
