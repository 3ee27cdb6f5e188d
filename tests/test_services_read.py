"""Services of Nova and Cinder and agents of Neutron, as they are read."""

import datetime

import pytest

from rey_dashboard import worker
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import sync
from tests import simcloud

# Each part has a thread, so a connection, of its own: no test transaction.
pytestmark = pytest.mark.django_db(transaction=True)
PARTS = (parts.COMPUTE_SERVICES, parts.NETWORK_AGENTS, parts.VOLUME_SERVICES)


@pytest.fixture
def cloud(tmp_path, monkeypatch):
    monkeypatch.setenv('OS_CLIENT_CONFIG_FILE', str(tmp_path / 'clouds.yaml'))
    monkeypatch.setattr(sync, 'ORDER', (PARTS,))
    with simcloud.running() as cloud:
        cloud.clouds_yaml(tmp_path / 'clouds.yaml')
        worker.collect_once()
        yield cloud


def one(name, host):
    return models.Service.objects.get(name=name, host=host)


def part(name):
    return models.PartState.objects.get(name=name)


def compute_service(cloud, host='compute-1', **columns):
    key = cloud.service_id('compute_services', 'nova-compute', host)
    cloud.change('compute_services', key, **columns)


def test_three_services_tell_who_does_what_where(cloud):
    found = {
        (row.service, row.name, row.host)
        for row in models.Service.objects.all()
    }
    assert ('compute', 'nova-compute', 'compute-1') in found
    assert ('compute', 'nova-scheduler', 'control') in found
    assert ('volume', 'cinder-volume', 'control@fast') in found
    assert ('network', 'Open vSwitch agent', 'compute-3') in found
    assert ('network', 'DHCP agent', 'control') in found
    assert len(found) == 5 + 4 + 6
    row = one('DHCP agent', 'control')
    assert (row.region, row.binary) == ('RegionOne', 'neutron-dhcp-agent')
    assert (row.state, row.status, row.zone) == ('up', 'enabled', 'nova')
    assert row.reported_at.tzinfo
    assert row.id in cloud.tables['agents'].rows


def test_a_change_is_told_with_its_time_and_why(cloud):
    before = one('nova-compute', 'compute-1')
    compute_service(cloud, status='disabled', disabled_reason='Fans <b>')
    worker.collect_once()
    row = one('nova-compute', 'compute-1')
    assert (row.status, row.disabled_reason) == ('disabled', 'Fans <b>')
    assert row.status_since > before.status_since
    assert row.state_since == before.state_since
    assert row.flips == []
    worker.collect_once()
    again = one('nova-compute', 'compute-1')
    assert again.status_since == row.status_since


def test_who_goes_up_and_down_is_remembered_for_a_day(cloud):
    for state in ('down', 'up', 'down'):
        compute_service(cloud, state=state)
        worker.collect_once()
    row = one('nova-compute', 'compute-1')
    assert len(row.flips) == 3
    long_ago = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    row.flips[0] = long_ago.isoformat()
    row.save()
    worker.collect_once()
    assert len(one('nova-compute', 'compute-1').flips) == 2


def test_who_was_down_when_first_seen_is_so_since_the_last_report(cloud):
    agent = cloud.add_agent('L3 agent', 'neutron-l3-agent', 'old', alive=False)
    seen = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)
    cloud.change('agents', agent, updated_at=seen)
    worker.collect_once()
    row = one('L3 agent', 'old')
    assert (row.state, row.reported_at, row.state_since) == (
        'down',
        seen,
        seen,
    )


def test_who_is_gone_is_gone_and_a_failure_removes_nothing(cloud):
    key = cloud.service_id('compute_services', 'nova-scheduler', 'control')
    cloud.delete('compute_services', key)
    fault = cloud.fault('network', '/v2.0/agents', status=500)
    worker.collect_once()
    assert not models.Service.objects.filter(name='nova-scheduler').exists()
    assert models.Service.objects.filter(service='network').count() == 6
    assert part(parts.NETWORK_AGENTS).failing_since
    assert not part(parts.COMPUTE_SERVICES).failing_since
    fault.clear()


def test_a_cell_that_is_down_leaves_its_services_unknown(cloud):
    cloud.down_cells.add('cell1')
    worker.collect_once()
    assert {row.state for row in _computes()} == {'unknown'}
    assert one('nova-scheduler', 'control').state == 'up'
    state = part(parts.COMPUTE_SERVICES)
    assert state.blind
    assert 'Nova cannot reach a cell (3 hosts' in state.note
    cloud.down_cells.clear()
    worker.collect_once()
    assert {row.state for row in _computes()} == {'up'}
    assert all(row.flips == [] for row in _computes())


def test_a_neutron_without_agents_is_no_fault(cloud):
    cloud.fault('network', '/v2.0/agents', status=404)
    worker.collect_once()
    state = part(parts.NETWORK_AGENTS)
    assert not state.failing_since
    assert state.note == 'This Neutron tells no agents.'
    assert not models.Service.objects.filter(service='network').exists()


def _computes():
    return models.Service.objects.filter(name='nova-compute')
