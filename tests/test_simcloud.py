"""What can be ordered of the simulated cloud, seen through real clients."""

import datetime
from email import utils
import pathlib
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
from rey_dashboard.cloud import session as cloud_session
from rey_dashboard.cloud import volume
from tests import simcloud
from tests.e2e import bare
from tests.simcloud import faults


@pytest.fixture
def cloud(tmp_path, monkeypatch):
    monkeypatch.setenv('OS_CLIENT_CONFIG_FILE', str(tmp_path / 'clouds.yaml'))
    # The pause before keystoneauth tries again.
    monkeypatch.setattr('time.sleep', lambda seconds: None)
    with simcloud.running() as cloud:
        cloud.clouds_yaml(tmp_path / 'clouds.yaml')
        yield cloud


@pytest.fixture
def reader(cloud):
    """Makes one of our readers, signed in."""
    signed_in = cloud_session.Cloud('rey', timeout_s=2)
    session = signed_in.session()
    return lambda kind: kind(signed_in, session)


@pytest.fixture
def project(cloud):
    return cloud.add_project('p')


def _ids(pages):
    return [row.id for page in pages for row in page]


def _bare(cloud, service, path, **headers):
    token = next(iter(cloud.keystone.tokens))
    return requests.get(
        cloud.services[service].url + path,
        headers={'X-Auth-Token': token, **headers},
        timeout=5,
    )


@pytest.fixture
def ask(cloud, reader):
    """A plain call, with a token that a reader fetched."""
    list(reader(identity.Identity).domains())
    return lambda *args, **kwargs: _bare(cloud, *args, **kwargs)


NOVA = {'OpenStack-API-Version': 'compute 2.96'}
CINDER = {'OpenStack-API-Version': 'volume 3.70'}


def test_a_fault_waits_for_its_turn_and_ends(cloud, ask):
    cloud.fault('compute', '/servers', after=1, times=2)

    def statuses(path, count):
        return [ask('compute', path, **NOVA).status_code for _ in range(count)]

    assert statuses('/os-services', 2) == [200, 200]
    assert statuses('/servers/detail', 4) == [200, 503, 503, 200]


def test_a_fault_answers_what_was_ordered_until_it_is_cleared(cloud, ask):
    fault = cloud.fault(
        'compute', status=429, headers={'Retry-After': '2'}, body={'a': 1}
    )
    answer = ask('compute', '/servers', **NOVA)
    assert answer.status_code == 429
    assert answer.headers['Retry-After'] == '2'
    assert answer.json() == {'a': 1}
    fault.clear()
    assert ask('compute', '/servers', **NOVA).status_code == 200


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
        ask('block-storage', '/os-services', **CINDER).json()
    fault.clear()
    assert ask('block-storage', '/os-services', **CINDER).json()['services']


def test_who_hangs_goes_on_when_the_fault_is_cleared(cloud, ask):
    fault = cloud.fault('compute', kind='hang', seconds=0.2)
    begin = time.monotonic()
    assert ask('compute', '/servers', **NOVA).status_code == 200
    assert time.monotonic() - begin >= 0.2
    fault.clear()
    fault = cloud.fault('compute', kind='hang', seconds=60)
    fault.clear()
    assert ask('compute', '/servers', **NOVA).status_code == 200


def test_a_kind_that_nobody_knows_is_told(cloud):
    with pytest.raises(ValueError, match='cut_page'):
        cloud.fault('compute', kind='mystery')
    assert set(faults.KINDS) >= {'hang', 'refused'}


def test_a_page_that_is_cut_has_no_link(cloud, ask, project):
    for _ in range(3):
        cloud.add_server(project)
    cloud.fault('compute', '/servers', kind='cut_page', rows=2)
    body = ask('compute', '/servers?all_tenants=1&limit=3', **NOVA).json()
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
    assert len(_ids(people.projects())) == 5
    cloud.keystone_ignores_marker = True
    assert len(_ids(people.projects())) == 2


def test_expired_tokens_stay_void_and_a_new_one_is_fetched(
    cloud, reader, project
):
    servers = reader(compute.Compute)
    assert _ids(servers.servers()) == []
    (old,) = cloud.keystone.tokens
    cloud.add_server(project)
    cloud.expire_tokens()
    assert len(_ids(servers.servers())) == 1
    assert old not in cloud.keystone.tokens
    assert not cloud.keystone.holds(old)


def test_tokens_end_by_the_clock(cloud, ask):
    assert ask('compute', '/servers', **NOVA).status_code == 200
    cloud.advance(25 * 3600)
    assert ask('compute', '/servers', **NOVA).status_code == 401


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
    assert _ids(reader(compute.Compute).servers()) == [here]
    rows = ask('compute', '/servers/detail?all_tenants=1', **NOVA).json()
    assert {(r['id'], r['status']) for r in rows['servers']} == {
        (here, 'ACTIVE'),
        (there, 'UNKNOWN'),
    }
    one = ask('compute', f'/servers/{there}', **NOVA).json()['server']
    assert one['status'] == 'UNKNOWN' and 'name' not in one
    assert not reader(compute.Compute).is_gone(there)
    services = ask('compute', '/os-services', **NOVA).json()['services']
    assert {'binary': 'nova-compute', 'host': 'far', 'status': 'UNKNOWN'} in (
        services
    )
    assert ask('compute', '/os-hypervisors', **NOVA).status_code == 500


def test_a_silent_host_spoils_the_details_of_hypervisors_only(cloud, ask):
    cloud.silent_hosts.add('compute-1')
    path = '/os-hypervisors'
    assert ask('compute', f'{path}/detail', **NOVA).status_code == 500
    assert ask('compute', path, **NOVA).status_code == 200
    older = {'OpenStack-API-Version': 'compute 2.87'}
    told = ask('compute', f'{path}/detail', **older).json()['hypervisors']
    assert {row['hypervisor_version'] for row in told} == {8002002}


def test_without_neutron_nova_tells_no_details_of_servers(cloud, ask, project):
    fault = cloud.fault('network', kind='refused')
    path = '/servers/detail?all_tenants=1'
    assert ask('compute', path, **NOVA).json()['servers'] == []
    cloud.add_server(project)
    assert ask('compute', path, **NOVA).status_code == 500
    assert ask('compute', '/servers', **NOVA).status_code == 200
    fault.clear()
    assert ask('compute', path, **NOVA).status_code == 200


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


def test_a_cinder_that_cannot_compare_times_finds_nothing(cloud, ask, project):
    cloud.versions['block-storage'] = ('3.0', '3.59')
    cloud.add_volume(project)
    path = '/volumes?all_tenants=1&updated_at=gte:2020-01-01T00:00:00'
    old = {'OpenStack-API-Version': 'volume 3.59'}
    assert ask('block-storage', path, **old).json() == {'volumes': []}


def test_no_backup_service_is_told_when_there_is_none(cloud, reader):
    def binaries():
        rows = reader(volume.BlockStorage).services()
        return {row.binary for row in rows}

    assert 'cinder-backup' in binaries()
    cloud.remove_backup_service()
    assert 'cinder-backup' not in binaries()


def test_a_clock_that_is_wrong_is_wrong_everywhere(cloud, ask, project):
    cloud.skew_s = -3600
    server_id = cloud.add_server(project)
    answer = ask('compute', f'/servers/{server_id}', **NOVA)
    true = datetime.datetime.now(datetime.UTC)
    for told in (
        utils.parsedate_to_datetime(answer.headers['Date']),
        datetime.datetime.fromisoformat(answer.json()['server']['updated']),
    ):
        assert 3590 < (true - told).total_seconds() < 3610
    assert abs((cloud.now - true).total_seconds()) < 5


def test_time_can_be_advanced(cloud, project):
    server_id = cloud.add_server(project)
    row = cloud.tables['servers'].get(server_id)
    cloud.advance(86400)
    cloud.change('servers', server_id, status='SHUTOFF')
    assert (row.updated - row.created).total_seconds() >= 86400


def test_archived_servers_are_forgotten(cloud, ask, project):
    server_id = cloud.add_server(project)
    cloud.delete('servers', server_id)
    path = '/servers?all_tenants=1&changes-since=2020-01-01T00:00:00Z'
    rows = ask('compute', path, **NOVA).json()['servers']
    assert [row['id'] for row in rows] == [server_id]
    cloud.archive_deleted()
    assert ask('compute', path, **NOVA).json()['servers'] == []
    answer = ask('compute', f'{path}&marker={server_id}', **NOVA)
    assert answer.status_code == 400


def test_with_a_domain_go_its_people_but_not_what_projects_own(cloud, reader):
    domain_id = cloud.add_domain('d')
    project = cloud.add_project('p', domain_id)
    user = cloud.add_user('u', domain_id)
    group = cloud.add_group('g', members=[user])
    cloud.give('member', user=user, project=project)
    server_id = cloud.add_server(project)
    people = reader(identity.Identity)
    before = len(people.assignments())
    cloud.delete('domains', domain_id)
    assert project not in _ids(people.projects())
    assert people.members(group) == []
    assert len(people.assignments()) == before - 1
    assert _ids(reader(compute.Compute).servers()) == [server_id]
    assert reader(compute.Compute).quotas(project) is None


def test_hypervisors_without_a_service_break_the_link(cloud, ask):
    first = cloud.hosts[0]
    cloud.change('hosts', first.id, orphan=True)
    body = ask('compute', '/os-hypervisors?limit=2', **NOVA).json()
    assert len(body['hypervisors']) == 1
    assert 'hypervisors_links' not in body


def test_pages_hold_a_thousand_rows_at_most(cloud, ask):
    cloud.fill(projects=1100, servers=1, volumes=1)
    every = 'all_tenants=1&limit=5000'
    for service, path, key, headers in (
        ('compute', '/servers?limit=5000', 'servers', NOVA),
        ('block-storage', f'/volumes?{every}', 'volumes', CINDER),
        ('identity', '/projects?limit=5000', 'projects', {}),
    ):
        body = ask(service, path, **headers).json()
        assert len(body[key]) == 1000
        assert body.get(f'{key}_links') or body['links']['next']
    silent = ask('identity', '/projects').json()
    assert len(silent['projects']) == 1000
    assert silent['links']['next'] is None and 'truncated' not in silent


def test_a_big_cloud_is_filled_and_read_to_its_end(cloud, reader):
    ids = cloud.fill(projects=20, servers=60, volumes=60, backups=30)
    servers = _ids(reader(compute.Compute).servers())
    assert len(servers) == len(set(servers)) == 1200
    store = reader(volume.BlockStorage)
    assert len(_ids(store.all('volumes'))) == store.count('volumes') == 1200
    assert len(_ids(store.all('backups'))) == store.count('backups') == 600
    used = {row.resource: row.in_use for row in store.quotas(ids[0])}
    assert used['volumes'] == 60 and used['backups'] == 30
    taken = [
        row.used
        for provider in reader(placement.Placement).providers()
        for row in reader(placement.Placement).inventories(provider.id)
        if row.resource_class == 'VCPU'
    ]
    assert sum(taken) == sum(row['vcpus'] for row in cloud.tables['servers'])


def test_rows_that_share_columns_change_alone(cloud, reader):
    cloud.fill(projects=1, volumes=8)
    first, fifth = (cloud.tables['volumes'].created.rows[n] for n in (0, 4))
    assert first.columns is fifth.columns
    cloud.change('volumes', first.id, status='error')
    assert (first['status'], fifth['status']) == ('error', 'available')
    path = [row.id for row in cloud.tables['volumes'].updated.rows]
    assert path[-1] == first.id


def test_calls_are_told(cloud, reader):
    with cloud.calls_made() as made:
        _ids(reader(compute.Compute).servers())
    assert made[-1] == (
        'compute',
        'GET',
        '/servers/detail',
        {'all_tenants': '1', 'limit': str(listing.LIMIT)},
    )
    assert ('identity', 'POST', '/auth/tokens', {}) in made


def test_a_test_may_call_its_own_simulated_cloud_and_no_other(cloud):
    assert requests.get(cloud.auth_url + '/', timeout=5).ok
    with pytest.raises(AssertionError, match='a call to the cloud'):
        requests.get('http://127.0.0.1:9/', timeout=1)
    with simcloud.running() as other:
        url = other.auth_url
    with pytest.raises(AssertionError, match='a call to the cloud'):
        requests.get(url, timeout=1)


def test_a_process_of_its_own_serves_until_its_input_ends():
    with simcloud.process('--fill', '2x3x4') as told:
        path = pathlib.Path(told['clouds_yaml'])
        cloud = bare.Cloud(path, 'rey')
        assert len(cloud.servers()) == 6 and len(cloud.volumes()) == 8
    assert not path.exists()
