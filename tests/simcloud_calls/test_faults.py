"""What can be ordered of the simulated cloud to go wrong."""

import time

from keystoneauth1 import exceptions as ks_exceptions
import pytest
import requests

from rey_dashboard.cloud import compute
from rey_dashboard.cloud import faults as cloud_faults
from rey_dashboard.cloud import identity
from rey_dashboard.cloud import listing
from rey_dashboard.cloud import network
from rey_dashboard.cloud import placement
from rey_dashboard.cloud import volume
from tests.simcloud import faults
from tests.simcloud_calls import calls


def test_a_fault_waits_for_its_turn_and_ends(cloud, ask):
    cloud.fault('compute', '/servers', after=1, times=2)

    def statuses(path, count):
        return [
            ask('compute', path, **calls.NOVA).status_code
            for _ in range(count)
        ]

    assert statuses('/os-services', 2) == [200, 200]
    assert statuses('/servers/detail', 4) == [200, 503, 503, 200]


def test_a_fault_answers_what_was_ordered_until_it_is_cleared(cloud, ask):
    fault = cloud.fault(
        'compute', status=429, headers={'Retry-After': '2'}, body={'a': 1}
    )
    answer = ask('compute', '/servers', **calls.NOVA)
    assert answer.status_code == 429
    assert answer.headers['Retry-After'] == '2'
    assert answer.json() == {'a': 1}
    fault.clear()
    assert ask('compute', '/servers', **calls.NOVA).status_code == 200


@pytest.mark.parametrize(
    ('kind', 'raised'),
    [
        ('cut_body', requests.exceptions.ChunkedEncodingError),
        ('broken_json', requests.exceptions.JSONDecodeError),
        ('html', requests.exceptions.JSONDecodeError),
        ('refused', requests.exceptions.ConnectionError),
    ],
)
def test_an_answer_is_spoilt_as_ordered(cloud, ask, kind, raised):
    with pytest.raises(raised):
        fault = cloud.fault('block-storage', kind=kind)
        ask('block-storage', '/os-services', **calls.CINDER).json()
    fault.clear()
    assert ask('block-storage', '/os-services', **calls.CINDER).json()[
        'services'
    ]


def test_who_hangs_goes_on_when_the_fault_is_cleared(cloud, ask):
    fault = cloud.fault('compute', kind='hang', seconds=0.2)
    begin = time.monotonic()
    assert ask('compute', '/servers', **calls.NOVA).status_code == 200
    assert time.monotonic() - begin >= 0.2
    fault.clear()
    fault = cloud.fault('compute', kind='hang', seconds=60)
    fault.clear()
    assert ask('compute', '/servers', **calls.NOVA).status_code == 200


def test_a_kind_that_nobody_knows_is_told(cloud):
    with pytest.raises(ValueError, match='cut_page'):
        cloud.fault('compute', kind='mystery')
    assert set(faults.KINDS) >= {'hang', 'refused'}


def test_a_page_that_is_cut_has_no_link(cloud, ask, project):
    for _ in range(3):
        cloud.add_server(project)
    cloud.fault('compute', '/servers', kind='cut_page', rows=2)
    body = ask(
        'compute', '/servers?all_tenants=1&limit=3', **calls.NOVA
    ).json()
    assert len(body['servers']) == 2 and 'servers_links' not in body


def test_pages_in_a_circle_are_found_out_by_the_reader(cloud, reader, project):
    cloud.add_server(project)
    cloud.fault('compute', '/servers', kind='loop')
    with pytest.raises(cloud_faults.CutListing, match='circle'):
        list(reader(compute.Compute).servers())


def test_a_keystone_that_ignores_the_marker_repeats_its_page(
    cloud, reader, monkeypatch
):
    monkeypatch.setattr(listing, 'LIMIT', 2)
    cloud.fill(projects=3)
    people = reader(identity.Identity)
    assert len(calls.ids(people.projects())) == 5
    cloud.keystone_ignores_marker = True
    assert len(calls.ids(people.projects())) == 2


def test_expired_tokens_stay_void_and_a_new_one_is_fetched(
    cloud, reader, project
):
    servers = reader(compute.Compute)
    assert calls.ids(servers.servers()) == []
    (old,) = cloud.keystone.tokens
    cloud.add_server(project)
    cloud.expire_tokens()
    assert len(calls.ids(servers.servers())) == 1
    assert old not in cloud.keystone.tokens
    assert not cloud.keystone.holds(old)


def test_tokens_end_by_the_clock(cloud, ask):
    assert ask('compute', '/servers', **calls.NOVA).status_code == 200
    cloud.advance(25 * 3600)
    assert ask('compute', '/servers', **calls.NOVA).status_code == 401


def test_a_wrong_password_is_refused(cloud, reader):
    user = cloud.service_user
    cloud.change('users', user.id, password='another')
    with pytest.raises(ks_exceptions.Unauthorized):
        list(reader(compute.Compute).servers())


def test_a_cell_that_is_down_hides_its_servers_from_pages(
    cloud, ask, reader, project
):
    here = cloud.add_server(project)
    there = cloud.add_server(project, cell='cell2')
    cloud.add_host('far', cell='cell2')
    cloud.down_cells.add('cell2')
    assert calls.ids(reader(compute.Compute).servers()) == [here]
    rows = ask('compute', '/servers/detail?all_tenants=1', **calls.NOVA).json()
    assert {(r['id'], r['status']) for r in rows['servers']} == {
        (here, 'ACTIVE'),
        (there, 'UNKNOWN'),
    }
    one = ask('compute', f'/servers/{there}', **calls.NOVA).json()['server']
    assert one['status'] == 'UNKNOWN' and 'name' not in one
    assert not reader(compute.Compute).is_gone(there)
    services = ask('compute', '/os-services', **calls.NOVA).json()['services']
    assert {'binary': 'nova-compute', 'host': 'far', 'status': 'UNKNOWN'} in (
        services
    )
    assert ask('compute', '/os-hypervisors', **calls.NOVA).status_code == 500


def test_a_silent_host_spoils_the_details_of_hypervisors_only(cloud, ask):
    cloud.silent_hosts.add('compute-1')
    path = '/os-hypervisors'
    assert ask('compute', f'{path}/detail', **calls.NOVA).status_code == 500
    assert ask('compute', path, **calls.NOVA).status_code == 200
    older = {'OpenStack-API-Version': 'compute 2.87'}
    told = ask('compute', f'{path}/detail', **older).json()['hypervisors']
    assert {row['hypervisor_version'] for row in told} == {8002002}


def test_without_neutron_nova_tells_no_details_of_servers(cloud, ask, project):
    fault = cloud.fault('network', kind='refused')
    path = '/servers/detail?all_tenants=1'
    assert ask('compute', path, **calls.NOVA).json()['servers'] == []
    cloud.add_server(project)
    assert ask('compute', path, **calls.NOVA).status_code == 500
    assert ask('compute', '/servers', **calls.NOVA).status_code == 200
    fault.clear()
    assert ask('compute', path, **calls.NOVA).status_code == 200


@pytest.mark.parametrize(
    ('service', 'kind'),
    [('network', network.Network), ('placement', placement.Placement)],
)
def test_a_service_can_be_missing_in_the_catalog(cloud, reader, service, kind):
    cloud.missing.add(service)
    with pytest.raises(ks_exceptions.EndpointNotFound):
        made = reader(kind)
        made.default_limits()


def test_services_can_be_older_than_we_need(cloud, reader):
    cloud.versions['block-storage'] = ('3.0', '3.44')
    with pytest.raises(cloud_faults.TooOld, match=r'3\.44'):
        reader(volume.BlockStorage)


def test_hypervisors_without_a_service_break_the_link(cloud, ask):
    first = cloud.hosts[0]
    cloud.change('hosts', first.id, orphan=True)
    body = ask('compute', '/os-hypervisors?limit=2', **calls.NOVA).json()
    assert len(body['hypervisors']) == 1
    assert 'hypervisors_links' not in body
