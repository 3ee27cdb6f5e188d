"""Each of our checks finds what is wrong, and sees it mended."""

from collections.abc import Callable
import dataclasses
import datetime
import hashlib
import shlex

from django.utils import timezone
import pytest

from rey_dashboard.checks import models as findings
from rey_dashboard.checks import showing
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.readiness import models as expectations
from tests import factory
from tests import factory_backups
from tests import factory_catalog
from tests import factory_checks
from tests import factory_services
from tests.factory_checks import look

pytestmark = pytest.mark.django_db

#: For HTML, for the shell, for Python's formats; as long as a name can be.
HOSTILE = '-o<script>alert(1)</script> "\'`id`$(id)%(x)s %d {0} \u202e'
HOSTILE = HOSTILE.ljust(255, 'x')


def ago(**span):
    return timezone.now() - datetime.timedelta(**span)


@pytest.fixture(autouse=True)
def read(our_checks):
    factory.collected()
    factory.domain('default')
    factory.project('p', name=HOSTILE)
    factory.summary('p', name=HOSTILE)


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


def expected():
    told = {'version': 1, 'services': {HOSTILE: [HOSTILE]}}
    expectations.Expectations.objects.create(
        region=factory.REGION, version=1, told=told, who_id='u'
    )


PROBE = hashlib.sha256(b'https://x.test/v1').hexdigest()


@dataclasses.dataclass
class Case:
    """What makes a check find something, and what mends it."""

    break_: Callable
    mend: Callable
    subject: str
    project_id: str = 'p'


SERVICE = 'b7bd6f40-8f8a-4f0b-8a3a-000000000000'
CASES = {
    'cloud_full': Case(
        full, bring_back(models.Inventory, used=1), 'MEMORY_MB', ''
    ),
    'compute_service_down': Case(
        service(state='down'),
        bring_back(models.Service, state='up'),
        SERVICE,
        '',
    ),
    'compute_without_hypervisor': Case(
        service('nova-compute'), lambda: host(), SERVICE, ''
    ),
    'catalog_address': Case(
        no_address, bring_back(models.Endpoint, enabled=False), 'e0', ''
    ),
    'catalog_double': Case(
        doubled,
        lambda: models.Endpoint.objects.filter(id='e0').update(enabled=False),
        hashlib.sha256(f'{HOSTILE}:public:{HOSTILE}'.encode()).hexdigest(),
        '',
    ),
    'catalog_gap': Case(
        catalog_gap,
        bring_back(models.CatalogService, enabled=False),
        hashlib.sha256(f'none::{HOSTILE}:{HOSTILE}:'.encode()).hexdigest(),
        '',
    ),
    'certificate_expiry': Case(
        certificate(cert_not_after=ago(days=1)),
        bring_back(models.EndpointProbe, cert_not_after=ago(days=-90)),
        'x.test:443',
        '',
    ),
    'certificate_name': Case(
        certificate(cert_name_matches=False),
        bring_back(models.EndpointProbe, cert_name_matches=True),
        'x.test:443',
        '',
    ),
    'certificate_trust': Case(
        certificate(cert_verifies=False),
        bring_back(models.EndpointProbe, cert_verifies=True),
        'x.test:443',
        '',
    ),
    'clock_skew': Case(
        endpoint(skew_s=7.2),
        bring_back(models.EndpointProbe, skew_s=-0.4),
        'x.test:443',
        '',
    ),
    'endpoint_down': Case(
        endpoint(
            status=None,
            seconds=None,
            error=HOSTILE,
            failing_since=ago(hours=1),
        ),
        bring_back(models.EndpointProbe, status=401),
        PROBE,
        '',
    ),
    'endpoint_slow': Case(
        endpoint(seconds=6.0),
        bring_back(models.EndpointProbe, seconds=0.1),
        PROBE,
        '',
    ),
    'expectation': Case(
        expected,
        bring_back(expectations.Expectations, told={'version': 1}),
        hashlib.sha256(f'services:{HOSTILE}:{HOSTILE}'.encode()).hexdigest(),
        '',
    ),
    'host_disabled': Case(
        lambda: host(status='disabled'),
        bring_back(models.Host, status='enabled'),
        f'id-{HOSTILE}'[:64],
        '',
    ),
    'host_down': Case(
        down, bring_back(models.Host, state='up'), f'id-{HOSTILE}'[:64], ''
    ),
    'host_full': Case(
        full,
        bring_back(models.Inventory, used=1),
        f'id-{HOSTILE}'[:64],
        '',
    ),
    'network_agent_down': Case(
        service('DHCP agent', binary=HOSTILE, state='down'),
        bring_back(models.Service, state='up'),
        SERVICE,
        '',
    ),
    'orphans': Case(
        owned_by_nobody,
        lambda: (
            models.Server.objects.all().delete(),
            models.Volume.objects.all().delete(),
        ),
        'gone',
        'gone',
    ),
    'part_not_read': Case(
        part(failing_since=ago(hours=2), error=HOSTILE, remedy=HOSTILE),
        part(failing_since=None, error=''),
        parts.NETWORK,
        '',
    ),
    'part_note': Case(part(note=HOSTILE), part(note=''), parts.NETWORK, ''),
    'pool_full': Case(
        pool(free_gib=5),
        bring_back(models.Pool, free_gib=50),
        HOSTILE[:255],
        '',
    ),
    'quota_full': Case(
        lambda: factory.quota('p', 'compute', 'cores', 10, 9),
        bring_back(models.Quota, in_use=8, percent=80),
        'p',
    ),
    'server_error': Case(
        server(status='ERROR', fault=HOSTILE),
        bring_back(models.Server, status='ACTIVE'),
        's',
    ),
    'server_stuck': Case(
        server(task_state='powering-off'),
        bring_back(models.Server, task_state=''),
        's',
    ),
    'service_disabled': Case(
        service(
            status='disabled',
            disabled_reason=HOSTILE,
            status_since=ago(days=8),
        ),
        bring_back(models.Service, status='enabled'),
        SERVICE,
        '',
    ),
    'service_restless': Case(
        service(
            flips=[ago(minutes=minute).isoformat() for minute in (40, 20, 9)]
        ),
        bring_back(models.Service, flips=[ago(minutes=9).isoformat()]),
        SERVICE,
        '',
    ),
    'servers_of_down_hosts': Case(
        down, bring_back(models.Host, state='up'), 'p'
    ),
    'snapshot_error': Case(
        snapshot('error_deleting'),
        bring_back(models.Snapshot, status='available'),
        'n',
    ),
    'snapshot_stuck': Case(
        snapshot('creating'),
        bring_back(models.Snapshot, status='available'),
        'n',
    ),
    'volume_error': Case(
        volume(status='error_extending'),
        bring_back(models.Volume, status='available'),
        'v',
    ),
    'volume_of_gone_server': Case(
        volume(status='in-use', server_ids=['gone']),
        bring_back(models.Volume, server_ids=[]),
        'v',
    ),
    'volume_service_down': Case(
        lambda: factory_backups.service(HOSTILE, state='down'),
        bring_back(models.VolumeService, state='up'),
        f'cinder-backup:{HOSTILE}'[:255],
        '',
    ),
    'volume_stuck': Case(
        volume(status='detaching'),
        bring_back(models.Volume, status='available'),
        'v',
    ),
    'volumes_at_risk': Case(
        unprotected,
        bring_back(models.VolumeCoverage, state='protected'),
        'p:failing',
    ),
    'worker_away': Case(worker(seen_at=ago(hours=1)), worker(), HOSTILE, ''),
}


def test_each_of_our_checks_is_tried(our_checks):
    assert set(CASES) == set(our_checks) - {'broken_check'}


def check_words(check, finding):
    """No word of the cloud gets out of its place."""
    told = check.runbook(finding)
    assert told.meaning
    assert told.mended
    assert showing.title(finding) == str(check.title(finding))
    for command in told.commands:
        assert command.purpose
        words = shlex.split(command.line)
        assert shlex.join(words) == command.line
        for place, word in enumerate(words):
            if word.startswith('-o<'):
                assert '--' in words[:place], command.line


@pytest.mark.parametrize('name', CASES)
def test_it_finds_what_is_wrong_and_sees_it_mended(name, our_checks):
    case = CASES[name]
    look()
    assert not factory_checks.open_ones(name)
    case.break_()
    look()
    (finding,) = factory_checks.open_ones(name)
    assert finding.subject == case.subject
    assert finding.project_id == case.project_id
    assert not findings.CheckRun.objects.exclude(error='')
    check_words(our_checks[name], finding)
    if our_checks[name].page(finding):
        assert our_checks[name].page(finding).startswith('/')
    case.mend()
    look()
    assert not factory_checks.open_ones(name)
    assert findings.Finding.objects.get(pk=finding.pk).resolved_at


@pytest.mark.parametrize('name', CASES)
def test_it_asks_as_many_questions_for_many_as_for_one(
    name, our_checks, django_assert_max_num_queries
):
    CASES[name].break_()
    with django_assert_max_num_queries(10):
        list(our_checks[name].find(factory.REGION))


def test_what_is_of_domains_that_are_left_out_is_nobodys_care():
    server(status='ERROR', task_state='x')()
    volume(status='error')()
    factory.quota('p', 'compute', 'cores', 10, 10)
    models.Domain.objects.update(excluded=True)
    look()
    assert not findings.Finding.objects.open().filter(project_id='p')
