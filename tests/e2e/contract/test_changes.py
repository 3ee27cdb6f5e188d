"""What a change leaves behind: time stamps, deleted rows, generations."""

import datetime
import re

from tests.e2e.contract import listings


def test_cinder_tells_volumes_changed_since_a_time_and_no_others(side):
    changed, *others = side.volumes
    rows = {
        row['id']: row for row in listings.page(side, 'volumes')['volumes']
    }
    latest = max(rows[row_id]['updated_at'] for row_id in rows)
    side.rename_volume(changed, 'changed')
    stamp = side.bare.ask('block-storage', f'/volumes/{changed}')['volume']
    assert stamp['updated_at'] > latest
    found = listings.page(side, 'volumes', updated_at=f'gt:{latest}')
    assert listings.ids(found, 'volumes') == [changed]
    found = listings.page(
        side, 'volumes', updated_at=f'gte:{stamp["updated_at"]}'
    )
    assert listings.ids(found, 'volumes') == [changed]
    found = listings.page(
        side, 'volumes', updated_at=f'lt:{stamp["updated_at"]}'
    )
    assert set(others) <= set(listings.ids(found, 'volumes'))
    assert changed not in listings.ids(found, 'volumes')


def test_metadata_do_not_move_a_volumes_time_but_attaching_does(side):
    def volume():
        path = f'/volumes/{side.volumes[1]}'
        return side.bare.ask('block-storage', path)['volume']

    before = volume()
    side.tell_volume(before['id'], backup='none')
    told = volume()
    assert told['metadata'] == {'backup': 'none'}
    assert told['updated_at'] == before['updated_at']
    server = listings.server(side, side.servers[1])
    side.attach(before['id'], server['id'])
    attached = volume()
    assert attached['updated_at'] > before['updated_at']
    assert attached['attachments'][0]['server_id'] == server['id']
    after = listings.server(side, server['id'])
    assert after['updated'] == server['updated']


def _changed(side, since):
    rows = listings.page(side, 'servers', **{'changes-since': since})[
        'servers'
    ]
    return {row['id']: row for row in rows}


def test_nova_tells_deleted_and_renamed_servers_since_a_time(side, doomed):
    doomed, *_ = doomed
    untouched, renamed = side.servers
    found = _changed(side, listings.server(side, renamed)['updated'])
    assert found[renamed]['name'] == 'after'
    assert found[doomed]['status'] == 'DELETED'
    assert untouched not in found
    later = datetime.datetime.fromisoformat(found[doomed]['updated'])
    later += datetime.timedelta(seconds=1)
    assert doomed not in _changed(side, f'{later:%Y-%m-%dT%H:%M:%SZ}')
    listed = listings.ids(listings.page(side, 'servers'), 'servers')
    assert doomed not in listed and renamed in listed
    deleted = listings.ids(
        listings.page(side, 'servers', deleted='true'), 'servers'
    )
    assert doomed in deleted and renamed not in deleted
    # A page may go on behind a server that is deleted meanwhile.
    behind = listings.ids(
        listings.page(side, 'servers', marker=doomed), 'servers'
    )
    assert set(side.servers) <= set(behind)
    answer = side.bare.answer('compute', f'/servers/{doomed}')
    assert answer.status_code == 404


def test_a_deleted_volume_is_gone_and_no_marker_any_more(side):
    volume_id = side.new_volume('doomed')
    count = listings.page(side, 'volumes', with_count='true')['count']
    side.delete_volume(volume_id)
    body = listings.page(side, 'volumes', with_count='true')
    assert volume_id not in listings.ids(body, 'volumes')
    assert body['count'] == count - 1
    path = f'/volumes/{volume_id}'
    assert side.bare.answer('block-storage', path).status_code == 404
    answer = side.bare.answer(
        'block-storage', '/volumes', all_tenants=1, marker=volume_id
    )
    assert answer.status_code == 404


def test_a_new_backup_moves_the_one_that_it_builds_on(side):
    first, second = (
        side.bare.ask('block-storage', f'/backups/{row_id}')['backup']
        for row_id in side.backups
    )
    assert first['has_dependent_backups'] and not first['is_incremental']
    assert second['is_incremental'] and not second['has_dependent_backups']
    assert first['updated_at'] > second['created_at']


def test_an_allocation_makes_a_providers_generation_grow(side, doomed):
    _, host, before, after = doomed
    before, after = (
        {row['name']: row['generation'] for row in rows}
        for rows in (before, after)
    )
    assert after[host] > before[host]


def test_usage_pages_by_servers_and_tells_deleted_ones(side, doomed):
    doomed, *_ = doomed
    now = datetime.datetime.now(datetime.UTC)
    begin, end = (
        f'{now + datetime.timedelta(hours=hours):%Y-%m-%dT%H:%M:%S}'
        for hours in (-1, 1)
    )
    rows = {
        row['instance_id']: row
        for row in side.bare.servers_usage(begin, end, side.project)
    }
    assert {doomed, *side.servers} <= set(rows)
    assert rows[doomed]['ended_at'] and rows[doomed]['state'] == 'terminated'
    assert rows[side.servers[0]]['ended_at'] is None
    assert re.fullmatch(listings.FRACTION, rows[doomed]['started_at'])
    first = side.bare.ask(
        'compute',
        '/os-simple-tenant-usage',
        start=begin,
        end=end,
        detailed=1,
        limit=1,
    )
    (project,) = first['tenant_usages']
    (server,) = project['server_usages']
    link = first['tenant_usages_links'][0]['href']
    assert f'marker={server["instance_id"]}' in link
    assert {
        'tenant_id',
        'vcpus',
        'memory_mb',
        'local_gb',
        'started_at',
        'ended_at',
    } <= set(server)
