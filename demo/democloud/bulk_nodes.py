"""Compute hosts that exist in the databases only: bulk01, bulk02, ...

The cloud's launcher keeps hosts of such names "up" (serve/bulkhosts.py).
"""

import dataclasses
import uuid

from democloud import bulk_database

COUNT = 40
SIZE = {'VCPU': 4096, 'MEMORY_MB': 8 * 1024 * 1024, 'DISK_GB': 200000}


@dataclasses.dataclass
class Node:
    name: str
    # Its row in nova's compute_nodes and in Placement's resource_providers.
    compute_id: int
    provider_id: int


@dataclasses.dataclass
class _Like:
    """The rows of a host that runs, to copy."""

    service: dict
    node: dict
    mapping: dict
    provider: dict
    inventories: list


def make(databases):
    """All nodes; those that are missing are made first."""
    there = {
        row['host']: row
        for row in databases.nova.rows('compute_nodes', deleted=0)
    }
    providers = {
        row['name']: row['id']
        for row in databases.placement.rows('resource_providers')
    }
    names = ['bulk%02d' % (number + 1) for number in range(COUNT)]
    like = _like(databases, next(iter(there.values())))
    nodes = [
        Node(name, there[name]['id'], providers[name])
        if name in there
        else _make(databases, like, name)
        for name in names
    ]
    databases.commit()
    return nodes


def _like(databases, node):
    host = node['host']
    provider = databases.placement.rows(
        'resource_providers', uuid=node['uuid']
    )[0]
    return _Like(
        service=databases.nova.rows(
            'services', host=host, binary='nova-compute', deleted=0
        )[0],
        node=node,
        mapping=databases.nova_api.rows('host_mappings', host=host)[0],
        provider=provider,
        inventories=databases.placement.rows(
            'inventories', resource_provider_id=provider['id']
        ),
    )


def _make(databases, like, name):
    node_uuid = str(uuid.uuid5(uuid.NAMESPACE_DNS, name))
    chance = bulk_database.Chance(name)
    databases.nova.insert('services', [_service(like, name, chance.uuid())])
    compute_id = databases.nova.next_id('compute_nodes')
    row = dict(
        like.node,
        id=compute_id,
        uuid=node_uuid,
        host=name,
        hypervisor_hostname=name,
        vcpus=SIZE['VCPU'],
        memory_mb=SIZE['MEMORY_MB'],
        local_gb=SIZE['DISK_GB'],
    )
    databases.nova.insert('compute_nodes', [row])
    databases.nova_api.insert(
        'host_mappings', [bulk_database.copy(like.mapping, host=name)]
    )
    provider_id = _provider(databases.placement, like, name, node_uuid)
    return Node(name, compute_id, provider_id)


def _service(like, name, service_uuid):
    return bulk_database.copy(
        like.service,
        uuid=service_uuid,
        host=name,
        disabled=False,
        disabled_reason=None,
        created_at=bulk_database.NOW,
        last_seen_up=bulk_database.NOW,
    )


def _provider(placement, like, name, node_uuid):
    provider_id = placement.next_id('resource_providers')
    row = dict(
        like.provider,
        id=provider_id,
        uuid=node_uuid,
        name=name,
        root_provider_id=provider_id,
        parent_provider_id=None,
    )
    placement.insert('resource_providers', [row])
    classes = {r['id']: r['name'] for r in placement.rows('resource_classes')}
    rows = []
    for inventory in like.inventories:
        total = SIZE.get(
            classes[inventory['resource_class_id']], inventory['total']
        )
        rows.append(
            bulk_database.copy(
                inventory,
                resource_provider_id=provider_id,
                total=total,
                max_unit=total,
            )
        )
    placement.insert('inventories', rows)
    return provider_id
