"""A run of Readiness: a worker, a cloud of paper, endpoints on real ports."""

import threading

from django.utils import timezone
import pytest

from rey_dashboard import worker
from rey_dashboard.cloud import faults
from rey_dashboard.inventory import models as inventory
from rey_dashboard.readiness import models
from rey_dashboard.readiness import runs
from rey_dashboard.runs import claims
from tests import factory
from tests import loopback
from tests import paper_cloud
from tests import paper_network

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site():
    with loopback.closing() as make:
        yield make()


@pytest.fixture
def ready(cloud, site, rights):
    """All but what a test takes away."""
    worker.collect_once()
    for type_ in ('compute', 'image', 'network'):
        cloud.catalog.add(type_, site.url(f'/{type_}'))
    services = {
        paper_cloud.NOVA: [('nova-compute', 'cmp', 'up')],
        paper_cloud.CINDER: [('cinder-backup', 'ctl', 'up')],
    }
    for base, rows in services.items():
        cloud.answers[base].insert(0, _services(rows))
        cloud.answers[base].insert(0, _lists)
    cloud.answers[paper_network.NEUTRON].insert(0, _lists)
    return services


def test_a_run_that_was_asked_for_tells_all_points(cloud, ready):
    asked = runs.request(factory.REGION, 'u', 'Rey')
    runs.work(threading.Event())
    asked.refresh_from_db()
    assert asked.error == ''
    assert asked.ended_at
    assert not asked.is_live
    told = {
        (row['key'], row['subject']): row['result'] for row in asked.points
    }
    assert told['answers', 'compute, RegionOne'] == 'pass'
    assert told['gaps', ''] == 'pass'
    assert told['up', 'Nova'] == 'pass'
    assert told['backup_service', ''] == 'pass'
    assert told['zones', ''] == 'pass'
    assert told['some', 'Flavors'] == 'pass'
    assert told['default_type', ''] == 'pass'
    assert told['default_quota', 'compute'] == 'pass'
    assert told['used_version', 'compute'] == 'pass'
    assert told['reads', 'identity'] == 'pass'
    # The cloud on paper has no Glance.
    assert told['some', 'Public images'] == 'unknown'
    assert asked.passed + asked.failed + asked.unknown == len(told)
    # What was found is in the inventory as well.
    assert inventory.EndpointProbe.objects.count() == 3
    assert not runs.waiting(None).exists()


def test_what_is_wrong_fails_with_its_evidence(cloud, ready, site):
    ready[paper_cloud.NOVA][:] = [('nova-compute', 'cmp', 'down')]
    ready[paper_cloud.CINDER].clear()
    site.answers['/image'] = 503, {}, {}
    asked = runs.request(factory.REGION, 'u', 'Rey')
    runs.work(threading.Event())
    asked.refresh_from_db()
    failed = {
        (row['key'], row['subject']): row['evidence']
        for row in asked.points
        if row['result'] == 'fail'
    }
    assert failed['up', 'Nova'] == ['nova-compute on cmp: down, enabled']
    assert failed['zones', ''] == ['nova: 0 hosts up and enabled']
    assert failed['backup_service', ''] == []
    (line,) = failed['answers', 'image, RegionOne']
    assert line.startswith(f'public {site.url("/image")}: 503')
    assert not asked.is_ready


def test_what_cannot_be_read_now_is_not_judged_by_what_was(cloud, ready):
    worker.collect_once()
    cloud.fail['/endpoints'] = 503
    asked = runs.request(factory.REGION, 'u', 'Rey')
    runs.work(threading.Event())
    asked.refresh_from_db()
    told = {
        (row['key'], row['subject']): row['result'] for row in asked.points
    }
    assert told['answers', 'Catalog'] == 'unknown'
    assert ('answers', 'compute, RegionOne') not in told
    assert ('gaps', '') not in told
    assert told['up', 'Nova'] == 'pass'


def test_an_answer_that_makes_no_sense_is_not_known(cloud, ready):
    def nonsense(path, query):
        if path in ('/os-services', '/flavors'):
            return 200, ['Please sign in to the Wi-Fi']
        return None

    cloud.answers[paper_cloud.NOVA].insert(0, nonsense)
    asked = runs.request(factory.REGION, 'u', 'Rey')
    runs.work(threading.Event())
    asked.refresh_from_db()
    told = {
        (row['key'], row['subject']): row['result'] for row in asked.points
    }
    assert asked.error == ''
    assert told['up', 'Nova'] == 'unknown'
    assert told['some', 'Flavors'] == 'unknown'
    assert told['up', 'Cinder'] == 'pass'


def test_a_worker_that_cannot_sign_in_is_the_result(cloud, monkeypatch):
    asked = runs.request(factory.REGION, 'u', 'Rey')
    monkeypatch.setenv('OS_CLIENT_CONFIG_FILE', '/none/clouds.yaml')
    with pytest.raises(faults.ALL):
        runs.work(threading.Event())
    asked.refresh_from_db()
    assert asked.ended_at
    assert 'rey' in asked.error
    assert 'clouds.yaml' in asked.remedy
    assert not asked.is_ready


def test_a_run_whose_worker_ends_is_begun_anew(cloud, ready):
    asked = runs.request(factory.REGION, 'u', 'Rey')
    stop = threading.Event()
    stop.set()
    runs.work(stop)
    asked.refresh_from_db()
    assert asked.is_live
    assert runs.waiting(factory.REGION).exists()
    runs.work(threading.Event())
    asked.refresh_from_db()
    assert asked.passed


def test_a_run_of_another_worker_is_left_alone_until_it_died(cloud, ready):
    asked = runs.request(factory.REGION, 'u', 'Rey')
    until = timezone.now() + claims.HOLDS
    models.ReadinessRun.objects.update(claimed_until=until)
    assert not runs.waiting(factory.REGION).exists()
    runs.work(threading.Event())
    asked.refresh_from_db()
    assert asked.is_live
    models.ReadinessRun.objects.update(claimed_until=timezone.now())
    runs.work(threading.Event())
    asked.refresh_from_db()
    assert not asked.is_live


def _services(rows):
    def answer(path, query):
        if path != '/os-services':
            return None
        return 200, {
            'services': [
                {
                    'binary': binary,
                    'host': host,
                    'zone': 'nova',
                    'state': state,
                    'status': 'enabled',
                }
                for binary, host, state in rows
            ]
        }

    return answer


def _lists(path, query):
    """One of each; a new project may have ten of everything."""
    if path == '/types/default':
        return 200, {'volume_type': {'name': 'lvm'}}
    if path == '/os-quota-class-sets/default':
        names = ('instances', 'cores', 'ram', 'volumes', 'gigabytes')
        return 200, {'quota_class_set': dict.fromkeys(names, 10)}
    key = {'/flavors': 'flavors', '/types': 'volume_types'}.get(path)
    if path == '/v2.0/networks' and 'limit' in query:
        key = 'networks'
    if path == '/v2.0/agents':
        return 200, {'agents': []}
    return (200, {key: [{'id': 'one'}]}) if key else None
