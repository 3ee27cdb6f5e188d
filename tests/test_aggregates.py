"""Host aggregates, as they are read and judged."""

import pytest

from rey_dashboard import worker
from rey_dashboard.checks import aggregates as checks
from rey_dashboard.checks import registry
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import sync
from tests import factory
from tests import factory_services
from tests import simcloud

SEVERITY = registry.SEVERITY


@pytest.fixture
def cloud(tmp_path, monkeypatch):
    monkeypatch.setenv('OS_CLIENT_CONFIG_FILE', str(tmp_path / 'clouds.yaml'))
    monkeypatch.setattr(sync, 'ORDER', ((parts.AGGREGATES,),))
    with simcloud.running() as cloud:
        cloud.clouds_yaml(tmp_path / 'clouds.yaml')
        yield cloud


# Each part has a thread, so a connection, of its own: no test transaction.
@pytest.mark.django_db(transaction=True)
def test_aggregates_are_as_nova_tells_them(cloud):
    cloud.add_aggregate(
        'gpu <b>', 'compute-2', 'compute-1', availability_zone='az1', gpu='1'
    )
    gone = cloud.add_aggregate('empty')
    worker.collect_once()
    row = models.Aggregate.objects.get(name='gpu <b>')
    assert (row.id, row.zone) == ('1', 'az1')
    assert row.hosts == ['compute-1', 'compute-2']
    assert row.metadata == {'availability_zone': 'az1', 'gpu': '1'}
    assert models.Aggregate.objects.get(name='empty').zone == ''
    cloud.delete('aggregates', gone)
    worker.collect_once()
    assert list(models.Aggregate.objects.all()) == [row]
    cloud.fault('compute', '/os-aggregates', status=500)
    worker.collect_once()
    assert models.Aggregate.objects.count() == 1


def host(name, used, state='up'):
    models.Host.objects.create(
        region=factory.REGION,
        id=name,
        name=f'{name}.example.org',
        state=state,
        status='enabled',
        seen=1,
    )
    models.Inventory.objects.create(
        region=factory.REGION,
        provider_id=name,
        root_id=name,
        resource_class='VCPU',
        total=10,
        reserved=0,
        allocation_ratio=1,
        used=used,
        seen=1,
    )
    factory_services.service(host=name)


def aggregate(number, *hosts):
    models.Aggregate.objects.create(
        region=factory.REGION,
        id=str(number),
        name=f'aggregate-{number}',
        hosts=hosts,
        seen=1,
    )


def found(check):
    return list(check.find(factory.REGION))


@pytest.mark.django_db
def test_an_aggregate_is_full_when_its_hosts_together_are():
    host('a', 10)
    host('b', 9)
    host('c', 5)
    # Its room is none: nobody may come there.
    host('d', 0, state='down')
    aggregate(1, 'a', 'b', 'd', 'unknown')
    aggregate(2, 'a', 'c')
    aggregate(3, 'a', 'b', 'c')
    aggregate(4)
    aggregate(5, 'a')
    check = checks.AggregateFull()
    one, two = found(check)
    assert (one.subject, one.severity) == ('1', SEVERITY.WARNING)
    assert (two.subject, two.severity) == ('5', SEVERITY.ERROR)
    assert one.evidence['percent'] == 95
    assert str(check.title(one)) == (
        'The hosts of the aggregate aggregate-1 have used 95% of their vCPUs'
    )


@pytest.mark.django_db
def test_a_host_in_no_aggregate_is_told_where_most_are_in_one():
    for name in ('a', 'b', 'c'):
        host(name, 0)
    check = checks.HostWithoutAggregate()
    assert not found(check)
    aggregate(1, 'a')
    assert not found(check)
    aggregate(2, 'b')
    assert [one.host for one in found(check)] == ['c']
