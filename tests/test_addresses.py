"""Which addresses are given away, as it is read and judged."""

import pytest

from rey_dashboard import worker
from rey_dashboard.checks import addresses as checks
from rey_dashboard.checks import registry
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import rhythm
from rey_dashboard.inventory import sync
from tests import factory
from tests import simcloud

SEVERITY = registry.SEVERITY


@pytest.fixture
def cloud(tmp_path, monkeypatch):
    monkeypatch.setenv('OS_CLIENT_CONFIG_FILE', str(tmp_path / 'clouds.yaml'))
    monkeypatch.setattr(sync, 'ORDER', ((parts.ADDRESSES,),))
    monkeypatch.setattr(rhythm, 'EVERY_S', {})
    with simcloud.running() as cloud:
        cloud.clouds_yaml(tmp_path / 'clouds.yaml')
        yield cloud


def network(cloud, project, cidr, used, **columns):
    network_id = cloud.add('networks', project, **columns)
    subnet_id = cloud.add(
        'subnets',
        project,
        name=f'of {cidr}',
        network_id=network_id,
        cidr=cidr,
        ip_version=6 if ':' in cidr else 4,
        allocation_pools=columns.get('pools', []),
    )
    for _ in range(used):
        ips = [{'subnet_id': subnet_id, 'ip_address': '192.0.2.9'}]
        cloud.add('ports', project, network_id=network_id, fixed_ips=ips)
    return subnet_id


# Each part has a thread, so a connection, of its own: no test transaction.
@pytest.mark.django_db(transaction=True)
def test_subnets_tell_what_they_have_and_whose_network_they_are_of(cloud):
    project = cloud.add_project('p', 'default')
    pools = [{'start': '192.0.2.10', 'end': '192.0.2.19'}]
    public = network(
        cloud,
        project,
        '192.0.2.0/24',
        9,
        name='public <b>',
        pools=pools,
        **{'router:external': True},
    )
    shared = network(cloud, project, '10.0.0.0/28', 1, shared=True)
    own = network(cloud, project, '10.0.0.0/28', 0)
    network(cloud, project, '2001:db8::/64', 1)
    cloud.add('networks', project, name='empty')
    worker.collect_once()
    rows = {row.id: row for row in models.AddressRange.objects.all()}
    assert rows.keys() == {public, shared, own}
    row = rows[public]
    assert (row.used, row.total, row.external) == (9, 10, True)
    assert (row.network_name, row.cidr) == ('public <b>', '192.0.2.0/24')
    assert (row.name, row.project_id) == ('of 192.0.2.0/24', project)
    assert (rows[shared].external, rows[shared].shared) == (False, True)
    assert (rows[own].shared, rows[own].total) == (False, 16)
    cloud.delete('subnets', shared)
    worker.collect_once()
    assert models.AddressRange.objects.count() == 2
    cloud.fault('network', '/v2.0/network-ip', status=500)
    worker.collect_once()
    assert models.AddressRange.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_neutron_that_does_not_count_is_no_fault(cloud):
    cloud.fault('network', '/v2.0/network-ip-availabilities', status=404)
    worker.collect_once()
    state = models.PartState.objects.get(name=parts.ADDRESSES)
    assert not state.failing_since
    assert 'does not tell which addresses are used' in state.note


def subnet(subnet_id, network_id, used, total=100, **columns):
    models.AddressRange.objects.create(
        region=factory.REGION,
        id=subnet_id,
        cidr='10.0.0.0/25',
        network_id=network_id,
        network_name=f'net {network_id}',
        used=used,
        total=total,
        seen=1,
        **{
            'project_id': 'p',
            'external': False,
            'shared': False,
            **columns,
        },
    )


@pytest.mark.django_db
def test_networks_run_out_by_all_their_subnets_and_by_whose_they_are():
    factory.domain('default')
    factory.project('p', name='people')
    subnet('a1', 'a', 100, external=True)
    subnet('a2', 'a', 10, external=True)
    subnet('b1', 'b', 90, external=True)
    subnet('c1', 'c', 99, shared=True)
    subnet('d1', 'd', 96)
    subnet('e1', 'e', 130)
    subnet('f1', 'f', 0, total=0, external=True)
    check = checks.AddressesFull()
    found = {one.subject: one for one in check.find(factory.REGION)}
    assert {name: one.severity for name, one in found.items()} == {
        'b': SEVERITY.WARNING,
        'c': SEVERITY.ERROR,
        'e': SEVERITY.NOTE,
    }
    # Only of a project's own network may its domain's manager know.
    assert [found[name].project_id for name in 'bce'] == ['', '', 'p']
    assert str(check.title(found['e'])) == (
        'The network net e of people has given away 100% of its addresses'
    )
    models.AddressRange.objects.filter(id='b1').update(used=89)
    models.Domain.objects.update(excluded=True)
    assert [one.subject for one in check.find(factory.REGION)] == ['c']
