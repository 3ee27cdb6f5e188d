"""What makes each of our checks find something: rows with hostile names."""

import datetime
import hashlib

from django.utils import timezone

from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.readiness import models as expectations
from tests import factory
from tests import factory_backups
from tests import factory_catalog
from tests import factory_services

SERVICE = 'b7bd6f40-8f8a-4f0b-8a3a-000000000000'
#: For HTML, for the shell, for Python's formats; as long as a name can be.
HOSTILE = '-o<script>alert(1)</script> "\'`id`$(id)%(x)s %d {0} \u202e'
HOSTILE = HOSTILE.ljust(255, 'x')


def ago(**span):
    return timezone.now() - datetime.timedelta(**span)


def server(**columns):
    return lambda: factory.server(
        's',
        'p',
        **{
            'name': HOSTILE,
            'host': 'cmp-1',
            'updated_at': ago(hours=2),
            'created_at': ago(days=2),
            **columns,
        },
    )


def volume(**columns):
    return lambda: factory.volume(
        'v',
        'p',
        **{
            'name': HOSTILE,
            'host': f'{HOSTILE[:200]}@lvm#pool',
            'updated_at': ago(hours=2),
            'created_at': ago(days=2),
            **columns,
        },
    )


def snapshot(status):
    return lambda: models.Snapshot.objects.create(
        region=factory.REGION,
        id='n',
        project_id='p',
        volume_id='v',
        name=HOSTILE,
        status=status,
        size_gib=1,
        created_at=ago(days=2),
        updated_at=ago(hours=2),
        seen=1,
    )


def host(name=HOSTILE, state='up', status='enabled'):
    return models.Host.objects.create(
        region=factory.REGION,
        id=f'id-{name}'[:64],
        name=name,
        state=state,
        status=status,
        seen=1,
    )


def down():
    host(state='down')
    server(host=HOSTILE)()


def full():
    """A host of 4 vCPUs, twice over, and 1 GiB of RAM."""
    one = host()
    for name, total, ratio, used in (
        ('VCPU', 4, 2, 4),
        ('MEMORY_MB', 1024, 1, 1000),
    ):
        models.Inventory.objects.create(
            region=factory.REGION,
            provider_id=one.id,
            root_id=one.id,
            resource_class=name,
            total=total,
            reserved=0,
            allocation_ratio=ratio,
            used=used,
            seen=1,
        )


def pool(**columns):
    return lambda: models.Pool.objects.create(
        region=factory.REGION,
        name=HOSTILE[:255],
        total_gib=100,
        seen=1,
        **columns,
    )


def owned_by_nobody():
    factory.summary('gone', state='deleted', name='')
    factory.server('s', 'gone', created_at=ago(days=9))
    factory.volume('v', 'gone', created_at=ago(days=9))


def unprotected():
    factory_backups.volume(
        'v',
        'p',
        'failing',
        name=HOSTILE,
        fail_reason=HOSTILE,
        failing_since=ago(days=1),
    )


def service(name='nova-scheduler', **columns):
    return lambda: factory_services.service(
        name, HOSTILE, id=SERVICE, **columns
    )


def bring_back(model, **columns):
    return lambda: model.objects.update(**columns)


def part(**columns):
    return lambda: models.PartState.objects.filter(name=parts.NETWORK).update(
        **columns
    )


def worker(**columns):
    return lambda: models.Worker.objects.update_or_create(
        host=HOSTILE, defaults={'seen_at': timezone.now(), **columns}
    )


def catalog_gap():
    factory_catalog.service(HOSTILE, name=HOSTILE)


def endpoint(probed=True, **columns):
    """Of a service with a hostile type; its probe can be told."""

    def make():
        made = factory_catalog.endpoint(
            HOSTILE, 'https://x.test/v1', in_region=HOSTILE
        )
        if probed:
            factory_catalog.probe(made, **columns)

    return make


def doubled():
    endpoint(probed=False)()
    endpoint(probed=False)()


def certificate(**columns):
    return endpoint(
        **{
            'cert_subject': HOSTILE,
            'cert_issuer': HOSTILE,
            'cert_names': [HOSTILE],
            'cert_not_after': ago(days=-90),
            'cert_self_signed': False,
            'cert_verifies': True,
            'cert_name_matches': True,
            'cert_why': HOSTILE,
            **columns,
        }
    )


def no_address():
    factory_catalog.endpoint('x', f'http://{HOSTILE}/', in_region=HOSTILE)


PROBE = hashlib.sha256(b'https://x.test/v1').hexdigest()


def addresses():
    models.AddressRange.objects.create(
        region=factory.REGION,
        id='s',
        name=HOSTILE,
        cidr='192.0.2.0/28',
        network_id='n',
        network_name=HOSTILE,
        project_id='p',
        external=True,
        shared=False,
        total=10,
        used=9,
        seen=1,
    )


def aggregate(*hosts):
    return models.Aggregate.objects.create(
        region=factory.REGION,
        id='a',
        name=HOSTILE,
        zone=HOSTILE,
        hosts=hosts,
        metadata={HOSTILE: HOSTILE},
        seen=1,
    )


def aggregate_full():
    """Beside it there is a host that is empty."""
    full()
    aggregate(HOSTILE)
    models.Inventory.objects.create(
        region=factory.REGION,
        provider_id=host('other').id,
        root_id='id-other',
        resource_class='MEMORY_MB',
        total=102400,
        reserved=0,
        allocation_ratio=1,
        used=0,
        seen=1,
    )


def without_aggregate():
    factory_services.service(host='cmp-1')
    service('nova-compute')()
    aggregate('cmp-1')


def backup(**columns):
    return lambda: factory_backups.backup(
        'b',
        'p',
        name=HOSTILE,
        fail_reason=HOSTILE,
        created_at=ago(hours=7),
        **columns,
    )


def no_backup_service():
    factory_backups.volume('v', 'p')
    factory_backups.service('control', binary='cinder-scheduler')


def drifted():
    factory.quota('p', 'volume', 'volumes', 10, 3)
    # It was read by the collection before the last.
    models.Collector.objects.update(number=2)


def migration(**columns):
    def make():
        server()()
        models.Migration.objects.create(
            region=factory.REGION,
            id='m',
            number=7,
            server_id='s',
            project_id='p',
            source=HOSTILE,
            destination=HOSTILE,
            seen=1,
            **{
                'type': 'live-migration',
                'created_at': ago(hours=3),
                'updated_at': ago(hours=2),
                **columns,
            },
        )

    return make


def no_right():
    models.Right.objects.create(
        region=factory.REGION,
        id=HOSTILE,
        kind='read',
        service_type='compute',
        path=HOSTILE,
        refused=True,
        words=HOSTILE,
        user_id=HOSTILE[:64],
        project_id=HOSTILE[:64],
        seen=1,
    )


def expected():
    told = {'version': 1, 'services': {HOSTILE: [HOSTILE]}}
    expectations.Expectations.objects.create(
        region=factory.REGION, version=1, told=told, who_id='u'
    )


def runs(*microversions):
    """Nova, then Cinder, of releases that have these."""
    return lambda: [
        factory_catalog.probe(
            factory_catalog.endpoint(type_),
            version='v3.0',
            least_microversion='2.1',
            most_microversion=told,
        )
        for type_, told in zip(
            ('compute', 'volumev3'), microversions, strict=False
        )
    ]
