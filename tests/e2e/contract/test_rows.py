"""What rows and quotas hold of that which the readers take."""

import re

import pytest

from tests.e2e.contract import listings

#: What readers take from a row, and its type; a string is a pattern.
SHAPES = {
    'projects': {
        'id': str,
        'name': str,
        'domain_id': str,
        'parent_id': str,
        'enabled': bool,
        'description': str,
        'tags': list,
    },
    'users': {'id': str, 'name': str, 'domain_id': str, 'enabled': bool},
    'groups': {'id': str, 'name': str, 'domain_id': str},
    'servers': {
        'id': str,
        'name': str,
        'tenant_id': str,
        'user_id': str,
        'status': str,
        'created': listings.SECOND,
        'updated': listings.SECOND,
        'addresses': dict,
        'metadata': dict,
        'flavor': dict,
        'OS-EXT-STS:task_state': type(None),
        'OS-EXT-SRV-ATTR:host': str,
        'OS-EXT-AZ:availability_zone': str,
    },
    'volumes': {
        'id': str,
        'name': str,
        'os-vol-tenant-attr:tenant_id': str,
        'os-vol-host-attr:host': str,
        'user_id': str,
        'status': str,
        'size': int,
        'volume_type': str,
        'bootable': 'true|false',
        'attachments': list,
        'metadata': dict,
        'created_at': listings.FRACTION,
        'updated_at': listings.FRACTION,
    },
    'snapshots': {
        'id': str,
        'volume_id': str,
        'os-extended-snapshot-attributes:project_id': str,
        'user_id': str,
        'status': str,
        'size': int,
        'created_at': listings.FRACTION,
        'updated_at': listings.FRACTION,
    },
    'backups': {
        'id': str,
        'volume_id': str,
        'snapshot_id': type(None),
        'os-backup-project-attr:project_id': str,
        'user_id': str,
        'status': str,
        'fail_reason': type(None),
        'size': int,
        'object_count': int,
        'container': str,
        'availability_zone': str,
        'is_incremental': bool,
        'has_dependent_backups': bool,
        'data_timestamp': listings.FRACTION,
        'created_at': listings.FRACTION,
        'updated_at': listings.FRACTION,
    },
    'floatingips': {
        'id': str,
        'project_id': str,
        'floating_ip_address': str,
        'floating_network_id': str,
        'fixed_ip_address': type(None),
        'port_id': type(None),
        'router_id': type(None),
        'port_details': type(None),
        'status': str,
        'description': str,
        'created_at': listings.SECOND,
        'updated_at': listings.SECOND,
    },
}


def _wrong(row, shape):
    """The columns of a row that are not as they should be."""
    return {
        name: row.get(name, 'missing')
        for name, kind in shape.items()
        if not (
            name in row
            and (
                re.fullmatch(kind, row[name])
                if isinstance(kind, str)
                else type(row[name]) is kind
            )
        )
    }


@pytest.mark.parametrize('kind', SHAPES)
def test_rows_have_what_the_readers_take_from_them(side, kind):
    rows = listings.page(side, kind)[kind]
    assert rows
    assert [_wrong(row, SHAPES[kind]) for row in rows] == [{}] * len(rows)
    if kind == 'servers':
        flavor = {'vcpus': int, 'ram': int, 'disk': int, 'original_name': str}
        assert not _wrong(rows[0]['flavor'], flavor)


@pytest.mark.parametrize(
    ('service', 'path', 'key', 'shape'),
    [
        (
            'compute',
            '/os-services',
            'services',
            {
                'id': str,
                'binary': str,
                'host': str,
                'zone': str,
                'status': 'enabled|disabled',
                'state': 'up|down',
                'updated_at': listings.FRACTION,
                'forced_down': bool,
            },
        ),
        (
            'compute',
            '/os-hypervisors',
            'hypervisors',
            {
                'id': str,
                'hypervisor_hostname': str,
                'state': 'up|down',
                'status': 'enabled|disabled',
            },
        ),
        (
            'compute',
            '/os-aggregates',
            'aggregates',
            {'id': int, 'name': str, 'hosts': list, 'metadata': dict},
        ),
        (
            'network',
            '/v2.0/network-ip-availabilities',
            'network_ip_availabilities',
            {
                'network_id': str,
                'network_name': str,
                'project_id': str,
                'subnet_ip_availability': list,
                'total_ips': int,
                'used_ips': int,
            },
        ),
        (
            'block-storage',
            '/os-services',
            'services',
            {
                'binary': str,
                'host': str,
                'zone': str,
                'status': 'enabled|disabled',
                'state': 'up|down',
                'updated_at': listings.FRACTION,
            },
        ),
        (
            'network',
            '/v2.0/agents',
            'agents',
            {
                'id': str,
                'agent_type': str,
                'binary': str,
                'host': str,
                'admin_state_up': bool,
                'alive': bool,
                'heartbeat_timestamp': r'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d.*',
            },
        ),
        (
            'block-storage',
            '/scheduler-stats/get_pools?detail=True',
            'pools',
            {'name': str, 'capabilities': dict},
        ),
        (
            'block-storage',
            '/types?is_public=None',
            'volume_types',
            {'id': str, 'name': str, 'is_public': bool},
        ),
        ('identity', '/domains', 'domains', {'name': str, 'enabled': bool}),
        ('identity', '/roles', 'roles', {'id': str, 'name': str}),
        (
            'placement',
            '/resource_providers',
            'resource_providers',
            {'uuid': str, 'generation': int, 'root_provider_uuid': str},
        ),
    ],
)
def test_short_listings_have_what_the_readers_take_from_them(
    side, service, path, key, shape
):
    rows = side.bare.ask(service, path)[key]
    assert rows
    assert [_wrong(row, shape) for row in rows] == [{}] * len(rows)


def test_placement_tells_inventories_and_usages_of_a_provider(side):
    provider_id = side.bare.providers()[0]['uuid']
    inventories = side.bare.inventories(provider_id)
    shape = {'total': int, 'reserved': int, 'allocation_ratio': float}
    assert {'VCPU', 'MEMORY_MB', 'DISK_GB'} <= set(inventories)
    for row in inventories.values():
        assert not _wrong(row, shape)
    usages = side.bare.usages(provider_id)
    assert all(type(used) is int for used in usages.values())


def test_compute_quotas_have_limit_and_use_and_refuse_unknown_projects(side):
    quota = side.bare.compute_quota(side.project)
    assert quota.pop('id') == side.project
    assert {'cores', 'instances', 'ram'} <= set(quota)
    for row in quota.values():
        assert set(row) == {'limit', 'in_use', 'reserved'}
    assert quota['instances']['in_use'] >= listings.COUNT
    answer = side.bare.answer(
        'compute', f'/os-quota-sets/{listings.UNKNOWN}/detail'
    )
    assert answer.status_code == 400


def test_volume_quotas_have_limit_and_use_and_defaults_for_anybody(side):
    quota = side.bare.volume_quota(side.project)
    assert quota.pop('id') == side.project
    for row in quota.values():
        assert set(row) == {'limit', 'in_use', 'reserved'}
    assert {'volumes_fast', 'gigabytes_fast', 'snapshots_fast'} <= set(quota)
    assert quota['volumes']['in_use'] >= listings.COUNT
    assert quota['backups']['in_use'] == listings.COUNT
    assert quota['snapshots']['in_use'] == listings.COUNT
    stranger = side.bare.volume_quota(listings.UNKNOWN)
    assert stranger['volumes']['limit'] == quota['volumes']['limit']
    assert stranger['volumes']['in_use'] == 0


def test_neutron_tells_own_and_default_limits_and_use(side):
    path = f'/v2.0/quotas/{listings.UNKNOWN}/default'
    default = side.bare.ask('network', path)['quota']
    assert all(isinstance(limit, int) for limit in default.values())
    own = {row['project_id']: row for row in side.bare.network_limits()}[
        side.project
    ]
    assert own.pop('project_id') == own.pop('tenant_id') == side.project
    assert own == {**default, 'port': 7}
    one = side.bare.ask('network', '/v2.0/quotas', limit=1)['quotas']
    assert len(one) == len(side.bare.network_limits())
    details = side.bare.network_quota(side.project)
    assert set(details) == set(default)
    for row in details.values():
        assert set(row) == {'limit', 'used', 'reserved'}
    assert details['port']['limit'] == 7
    for kind in ('network', 'port', 'floatingip', 'security_group'):
        key = f'{kind}s'
        assert details[kind]['used'] == len(listings.page(side, key)[key])
