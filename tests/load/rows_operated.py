"""What the cloud runs on, and what goes on in it: hosts, services, networks.

``of`` gives model, columns, rows of these, and what is the same in all.
"""

import json

from rey_dashboard.inventory import models
from tests.load import company

AGENTS = ('Open vSwitch agent', 'Metadata agent')
#: Of a week; of a hundred one failed.
MIGRATIONS_OF_HOST = 20


def of(whole):
    yield (
        models.Host,
        ('id', 'name', 'state'),
        (
            (
                company.key('host', n),
                f'compute-{n}',
                'up' if n % 50 else 'down',
            )
            for n in whole.hosts
        ),
        {'status': 'enabled'},
    )
    yield (
        models.Inventory,
        (
            'provider_id',
            'root_id',
            'resource_class',
            'total',
            'used',
            'allocation_ratio',
        ),
        _inventories(whole),
        {'reserved': 0},
    )
    yield models.Pool, ('name', 'total_gib', 'free_gib'), _pools(), {}
    yield (
        models.VolumeService,
        ('binary', 'host'),
        [('cinder-backup', 'control'), ('cinder-scheduler', 'control')],
        {'zone': 'nova', 'status': 'enabled', 'state': 'up'},
    )
    yield (
        models.Service,
        ('id', 'service', 'binary', 'name', 'host', 'zone', 'state'),
        _services(whole),
        {
            'status': 'enabled',
            'reported_at': whole.ago(seconds=20),
            'state_since': whole.ago(days=3),
            'status_since': whole.ago(days=30),
        },
    )
    yield (
        models.Aggregate,
        ('id', 'name', 'zone', 'hosts'),
        _aggregates(whole),
        {'metadata': '{}'},
    )
    yield (
        models.Migration,
        (
            'id',
            'number',
            'server_id',
            'project_id',
            'status',
            'source',
            'destination',
        ),
        _migrations(whole),
        {
            'type': 'live-migration',
            'created_at': whole.ago(days=2),
            'updated_at': whole.ago(days=1),
        },
    )
    yield (
        models.AddressRange,
        (
            'id',
            'name',
            'cidr',
            'network_id',
            'network_name',
            'project_id',
            'used',
        ),
        _ranges(whole),
        {'external': False, 'shared': False, 'total': 253},
    )


def _inventories(whole):
    for number in whole.hosts:
        id_ = company.key('host', number)
        for class_, total, ratio in (
            ('VCPU', 64, 4.0),
            ('MEMORY_MB', 524_288, 1.0),
            ('DISK_GB', 2000, 1.0),
        ):
            yield id_, id_, class_, total, total // 2, ratio


def _pools():
    for number in range(8):
        yield f'control@{company.TYPES[number % 2]}#{number}', 1e6, 4e5


def _services(whole):
    for number in whole.hosts:
        host = f'compute-{number}'
        state = 'up' if number % 50 else 'down'
        of_compute = 'compute', 'nova-compute', 'nova-compute'
        yield company.key('service', number), *of_compute, host, 'nova', state
        for place, name in enumerate(AGENTS):
            id_ = company.key('agent', number, place)
            yield id_, 'network', name, name, host, '', state


def _aggregates(whole):
    for number in range(0, len(whole.hosts), 50):
        hosts = [f'compute-{n}' for n in whole.hosts[number : number + 50]]
        yield str(number), f'rack-{number}', 'nova', json.dumps(hosts)


def _migrations(whole):
    moved = whole.servers()[: MIGRATIONS_OF_HOST * len(whole.hosts)]
    for number, (project, place) in enumerate(moved):
        yield (
            company.key('migration', number),
            number,
            company.key('server', project, place),
            whole.ids[project],
            'failed' if number % 100 == 0 else 'completed',
            f'compute-{number % len(whole.hosts)}',
            f'compute-{(number + 1) % len(whole.hosts)}',
        )


def _ranges(whole):
    """Each project has a network; some are nearly full."""
    for number, id_ in enumerate(whole.ids):
        network = company.key('network', number)
        yield (
            company.key('subnet', number),
            'subnet',
            f'10.{number // 256 % 256}.{number % 256}.0/24',
            network,
            'network',
            id_,
            250 if number % 200 == 0 else number % 100,
        )
