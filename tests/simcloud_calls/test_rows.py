"""What the simulated cloud holds, and how it is read."""

import datetime
from email import utils
import pathlib

import pytest
import requests

from rey_dashboard.cloud import compute
from rey_dashboard.cloud import identity
from rey_dashboard.cloud import listing
from rey_dashboard.cloud import placement
from rey_dashboard.cloud import volume
from tests import simcloud
from tests.e2e import bare
from tests.simcloud_calls import calls


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
    answer = ask('compute', f'/servers/{server_id}', **calls.NOVA)
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
    rows = ask('compute', path, **calls.NOVA).json()['servers']
    assert [row['id'] for row in rows] == [server_id]
    cloud.archive_deleted()
    assert ask('compute', path, **calls.NOVA).json()['servers'] == []
    answer = ask('compute', f'{path}&marker={server_id}', **calls.NOVA)
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
    assert project not in calls.ids(people.projects())
    assert people.members(group) == []
    assert len(people.assignments()) == before - 1
    assert calls.ids(reader(compute.Compute).servers()) == [server_id]
    assert reader(compute.Compute).quotas(project) is None


def test_pages_hold_a_thousand_rows_at_most(cloud, ask):
    cloud.fill(projects=1100, servers=1, volumes=1)
    every = 'all_tenants=1&limit=5000'
    for service, path, key, headers in (
        ('compute', '/servers?limit=5000', 'servers', calls.NOVA),
        ('block-storage', f'/volumes?{every}', 'volumes', calls.CINDER),
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
    servers = calls.ids(reader(compute.Compute).servers())
    assert len(servers) == len(set(servers)) == 1200
    store = reader(volume.BlockStorage)
    assert (
        len(calls.ids(store.all('volumes'))) == store.count('volumes') == 1200
    )
    assert (
        len(calls.ids(store.all('backups'))) == store.count('backups') == 600
    )
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
        calls.ids(reader(compute.Compute).servers())
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
