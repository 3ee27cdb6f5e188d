"""What a cloud has before its first customer: flavors, types, networks.

All of it is looked for by name first: it can be said again at any time.
"""

import random

from democloud import hosts

# Memory (MiB), virtual CPUs, disk (GiB).
FLAVORS = {
    'demo.tiny': (512, 1, 1),
    'demo.small': (2048, 1, 20),
    'demo.medium': (4096, 2, 40),
    'demo.large': (8192, 4, 80),
}
VOLUME_TYPES = ['fast', 'slow', 'flaky']
# Of the addresses set aside for documentation and for private use.
PUBLIC_CIDR = '203.0.113.0/24'
SHARED_CIDR = '10.20.0.0/16'


def make(client):
    """Make the basics; the client is the admin's."""
    _flavors(client)
    _aggregates(client)
    _volume_types(client)
    _image(client)
    _network(client, 'public', PUBLIC_CIDR, {'router:external': True})
    _network(client, 'shared-net', SHARED_CIDR, {'shared': True})


def _flavors(client):
    found = client.get('nova', '/v2.1/flavors')['flavors']
    known = {flavor['name'] for flavor in found}
    for name, (ram, vcpus, disk) in FLAVORS.items():
        if name not in known:
            body = {'name': name, 'ram': ram, 'vcpus': vcpus, 'disk': disk}
            client.post('nova', '/v2.1/flavors', {'flavor': body})


def _aggregates(client):
    path = '/v2.1/os-aggregates'
    found = client.get('nova', path)['aggregates']
    known = {aggregate['name']: aggregate for aggregate in found}
    for zone, names in hosts.ZONES.items():
        body = {'name': 'az-' + zone, 'availability_zone': zone}
        aggregate = known.get(body['name'])
        if not aggregate:
            made = client.post('nova', path, {'aggregate': body})
            aggregate = {'hosts': [], **made['aggregate']}
        for name in names:
            if name not in aggregate['hosts']:
                client.post(
                    'nova',
                    '%s/%s/action' % (path, aggregate['id']),
                    {'add_host': {'host': name}},
                )


def _volume_types(client):
    path = '/v3/%s/types' % client.project_id
    found = client.get('cinder', path)['volume_types']
    known = {volume_type['name'] for volume_type in found}
    for name in VOLUME_TYPES:
        if name not in known:
            specs = {'volume_backend_name': name}
            body = {'name': name, 'extra_specs': specs}
            client.post('cinder', path, {'volume_type': body})


def _image(client):
    found = client.get('glance', '/v2/images?name=demo')['images']
    if not found:
        body = {
            'name': 'demo',
            'disk_format': 'raw',
            'container_format': 'bare',
            'visibility': 'public',
        }
        found = [client.post('glance', '/v2/images', body)]
    if found[0]['status'] == 'queued':
        path = '/v2/images/%s/file' % found[0]['id']
        client.put('glance', path, random.randbytes(1 << 20))


def _network(client, name, cidr, properties):
    path = '/v2.0/networks'
    found = client.get('neutron', path + '?name=' + name)['networks']
    if not found:
        body = {'network': {'name': name, **properties}}
        found = [client.post('neutron', path, body)['network']]
    if not found[0]['subnets']:
        body = {
            'network_id': found[0]['id'],
            'name': name,
            'cidr': cidr,
            'ip_version': 4,
            'enable_dhcp': False,
        }
        client.post('neutron', '/v2.0/subnets', {'subnet': body})
