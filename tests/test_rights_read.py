"""Rights of the service user, tried by the worker."""

import pytest

from rey_dashboard import worker
from rey_dashboard.checks import registry
from rey_dashboard.cloud import rights
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import rhythm
from rey_dashboard.inventory import sync
from rey_dashboard.readiness import right_checks
from tests import simcloud

# Each part has a thread, so a connection, of its own: no test transaction.
pytestmark = pytest.mark.django_db(transaction=True)
SEVERITY = registry.SEVERITY


@pytest.fixture
def cloud(tmp_path, monkeypatch):
    monkeypatch.setenv('OS_CLIENT_CONFIG_FILE', str(tmp_path / 'clouds.yaml'))
    monkeypatch.setattr(sync, 'ORDER', ((parts.RIGHTS,),))
    monkeypatch.setattr(rhythm, 'EVERY_S', {})
    with simcloud.running() as cloud:
        cloud.clouds_yaml(tmp_path / 'clouds.yaml')
        cloud.add_project('p', 'default')
        worker.collect_once()
        yield cloud


def found():
    check = right_checks.RightMissing()
    return {one.subject: one for one in check.find('RegionOne')}


def test_all_that_is_needed_is_tried_and_changes_nothing(cloud):
    calls = sum(map(len, (*rights.READS.values(), *rights.CHANGES.values())))
    assert models.Right.objects.count() == calls
    assert not models.Right.objects.filter(refused=True)
    assert not found()
    for limits in cloud.own_limits.values():
        assert not any(limits.values())


def test_who_refuses_what_is_told_until_it_does_not(cloud):
    reads = cloud.fault('compute', '/os-hypervisors', status=403)
    changes = cloud.fault('network', '/v2.0/quotas/', status=403, method='PUT')
    worker.collect_once()
    told = found()
    assert told.keys() == {'read:compute', 'change:network'}
    one = told['read:compute']
    assert one.severity == SEVERITY.ERROR
    assert [row['path'] for row in one.evidence['refused']] == [
        '/os-hypervisors'
    ]
    assert one.evidence['user_id'] and one.evidence['project_id']
    assert told['change:network'].severity == SEVERITY.WARNING
    reads.clear()
    changes.clear()
    worker.collect_once()
    assert not found()


def test_a_service_that_fails_lacks_no_right_and_mends_none(cloud):
    refused = cloud.fault('compute', '/os-hypervisors', status=403)
    worker.collect_once()
    refused.clear()
    cloud.fault('compute', '/os-hypervisors', status=500)
    cloud.fault('compute', '/os-aggregates', status=500)
    worker.collect_once()
    one = found()['read:compute']
    assert [row['path'] for row in one.evidence['refused']] == [
        '/os-hypervisors'
    ]


def test_a_service_that_the_cloud_lacks_needs_no_right(cloud):
    cloud.missing.add('block-storage')
    cloud.expire_tokens()
    worker.collect_once()
    kinds = models.Right.objects.values_list('service_type', flat=True)
    assert 'block-storage' not in set(kinds)
    assert not found()
