"""What the collector builds on, asked of the real cloud and of the simulated.

So the simulated one tells what a real one tells.
"""

import datetime
from email import utils
import re
from urllib import parse

import pytest

from tests import simcloud
from tests.e2e import contract_sides

UNKNOWN = '00000000-0000-4000-8000-000000000000'
SECOND = r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ'
FRACTION = r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}'


@pytest.fixture(
    scope='module',
    params=['simulated', pytest.param('demo', marks=pytest.mark.browser)],
)
def side(request, tmp_path_factory):
    """A cloud with the contract's own domain in it."""
    folder = tmp_path_factory.mktemp('contract')
    if request.param == 'demo':
        demo = request.getfixturevalue('demo')
        side = contract_sides.Demo(demo.clouds_yaml, folder)
        with side.made():
            yield side
        return
    with simcloud.running() as cloud:
        side = contract_sides.Simulated(cloud, folder / 'clouds.yaml')
        with side.made():
            yield side


#: Listings: service, path, the status for a wrong marker, and what narrows
#: it to the contract's own rows.
LISTINGS = {
    'projects': ('identity', '/projects', 404, 'domain'),
    'users': ('identity', '/users', 404, 'domain'),
    'groups': ('identity', '/groups', 404, 'domain'),
    'servers': ('compute', '/servers/detail', 400, 'project'),
    'volumes': ('block-storage', '/volumes/detail', 404, 'project'),
    'snapshots': ('block-storage', '/snapshots/detail', 404, 'project'),
    'backups': ('block-storage', '/backups/detail', 404, 'project'),
    'networks': ('network', '/v2.0/networks', 404, 'owner'),
    'ports': ('network', '/v2.0/ports', 404, 'owner'),
    'security_groups': ('network', '/v2.0/security-groups', 200, 'owner'),
    'floatingips': ('network', '/v2.0/floatingips', 200, 'owner'),
}


def _own(side, kind):
    """The query that narrows a listing to the contract's own rows."""
    scope = LISTINGS[kind][3]
    if scope == 'domain':
        return {'domain_id': side.domain}
    if scope == 'owner':
        return {'project_id': side.project}
    return {'all_tenants': 1, 'project_id': side.project}


def _page(side, kind, **query):
    service, path, *_ = LISTINGS[kind]
    return side.bare.ask(service, path, **_own(side, kind), **query)


def _next(body, kind):
    if isinstance(body.get('links'), dict):
        return body['links']['next']
    links = {x['rel']: x['href'] for x in body.get(f'{kind}_links', ())}
    return links.get('next')


def _ids(body, kind):
    return [row['id'] for row in body[kind]]


@pytest.mark.parametrize('kind', LISTINGS)
def test_pages_of_one_row_by_their_links_are_the_one_big_page(side, kind):
    whole = _ids(_page(side, kind, limit=100), kind)
    assert len(whole) >= contract_sides.COUNT
    rows, query = [], {}
    while True:
        body = _page(side, kind, limit=1, **query)
        rows += _ids(body, kind)
        link = _next(body, kind)
        if not link:
            break
        assert len(body[kind]) == 1
        told = dict(parse.parse_qsl(parse.urlsplit(link).query))
        assert told['limit'] == '1'
        query = {'marker': told['marker']}
        assert told['marker'] == rows[-1]
    assert rows == whole


@pytest.mark.parametrize('kind', LISTINGS)
def test_a_short_page_has_no_link(side, kind):
    assert not _next(_page(side, kind, limit=100), kind)


@pytest.mark.parametrize('kind', LISTINGS)
def test_the_same_marker_gives_the_same_page(side, kind):
    marker = _ids(_page(side, kind, limit=1), kind)[0]
    pages = [
        _ids(_page(side, kind, limit=1, marker=marker), kind) for _ in range(2)
    ]
    assert pages[0] == pages[1] != [marker]


@pytest.mark.parametrize('kind', LISTINGS)
def test_an_unknown_marker_is_refused_or_begins_anew(side, kind):
    service, path, status, _ = LISTINGS[kind]
    answer = side.bare.answer(
        service, path, limit=1, marker=UNKNOWN, **_own(side, kind)
    )
    assert answer.status_code == status
    if status == 200:
        first = _ids(_page(side, kind, limit=1), kind)
        assert _ids(answer.json(), kind) == first


def test_hypervisors_page_with_links_and_refuse_an_unknown_marker(side):
    def ask(**query):
        return side.bare.ask('compute', '/os-hypervisors', **query)

    whole = ask()['hypervisors']
    assert len(whole) >= 2
    first = ask(limit=1)
    assert first['hypervisors'] == whole[:1]
    marker = parse.parse_qs(_next(first, 'hypervisors'))['marker'][0]
    assert marker == whole[0]['id']
    assert ask(limit=1, marker=marker)['hypervisors'] == whole[1:2]
    assert set(whole[0]) >= {'id', 'hypervisor_hostname', 'state', 'status'}
    answer = side.bare.answer('compute', '/os-hypervisors', marker=UNKNOWN)
    assert answer.status_code == 400


def test_volume_types_have_a_link_of_their_own_name(side):
    path = '/types?is_public=None'
    whole = side.bare.ask('block-storage', path)['volume_types']
    first = side.bare.ask('block-storage', path, limit=1)
    assert 'volume_types_links' not in first
    link = first['volume_type_links'][0]
    assert link['rel'] == 'next'
    marker = parse.parse_qs(parse.urlsplit(link['href']).query)['marker'][0]
    second = side.bare.ask('block-storage', path, limit=1, marker=marker)
    assert second['volume_types'] == whole[1:2]


@pytest.mark.parametrize(
    ('path', 'key'),
    [('/roles', 'roles'), ('/groups/{group}/users', 'users')],
)
def test_keystone_cuts_roles_and_members_and_ignores_their_marker(
    side, path, key
):
    path = path.format(group=side.groups[0])
    whole = side.bare.ask('identity', path)
    assert whole['links']['next'] is None and not whole.get('truncated')
    first = side.bare.ask('identity', path, limit=1)
    assert first[key] == whole[key][:1]
    assert first['links']['next'] and first['truncated'] is True
    marker = first[key][0]['id']
    again = side.bare.ask('identity', path, limit=1, marker=marker)
    assert again[key] == first[key]


def test_role_assignments_come_in_one_piece_whatever_is_asked(side):
    def ask(**query):
        path = '/role_assignments'
        return side.bare.ask('identity', path, **query)['role_assignments']

    whole = ask()
    assert len(whole) > 1
    assert ask(limit=1) == ask(limit=1, marker=UNKNOWN) == whole


def test_role_assignments_tell_groups_and_inheritance_as_given(side):
    rows = side.bare.ask(
        'identity', '/role_assignments', **{'scope.domain.id': side.domain}
    )['role_assignments']
    group, user = sorted(rows, key=lambda row: 'user' in row)
    assert group['group'] == {'id': side.groups[0]}
    assert group['scope'] == {'domain': {'id': side.domain}}
    assert user['user'] == {'id': side.users[0]}
    assert user['scope'] == {
        'domain': {'id': side.domain},
        'OS-INHERIT:inherited_to': 'projects',
    }


def test_effective_roles_on_a_domain_resolve_groups_and_implied_roles(side):
    names, _ = side.bare.roles()
    rows = side.bare.ask(
        'identity',
        '/role_assignments?effective',
        **{'scope.domain.id': side.domain},
    )['role_assignments']
    told = {(row['user']['id'], names[row['role']['id']]) for row in rows}
    assert told == {
        (user_id, role)
        for user_id in side.users
        for role in ('member', 'reader')
    }


@pytest.mark.parametrize('kind', ['volumes', 'snapshots', 'backups'])
def test_cinder_counts_all_rows_that_the_filters_leave(side, kind):
    whole = _page(side, kind, limit=100, with_count='true')
    assert whole['count'] == len(whole[kind])
    first = _page(side, kind, limit=1, with_count='true')
    assert first['count'] == whole['count']


@pytest.mark.parametrize('kind', ['volumes', 'snapshots', 'backups'])
def test_cinder_sorts_by_creation_newest_first(side, kind):
    rows = _page(side, kind, limit=100)[kind]
    keys = [(row['created_at'], row['id']) for row in rows]
    assert keys == sorted(keys, reverse=True)


@pytest.mark.parametrize('kind', ['volumes', 'snapshots', 'backups'])
def test_cinder_sorts_by_change_and_pages_so(side, kind):
    body = _page(side, kind, limit=100, sort='updated_at:desc')
    stamps = [row['updated_at'] for row in body[kind]]
    assert stamps == sorted(stamps, reverse=True)
    whole = _ids(body, kind)
    second = _page(
        side, kind, limit=1, sort='updated_at:desc', marker=whole[0]
    )
    assert _ids(second, kind) == whole[1:2]


@pytest.mark.parametrize('kind', ['volumes', 'snapshots', 'backups'])
def test_cinder_finds_the_row_at_a_place_by_creation(side, kind):
    whole = _page(side, kind, limit=100, sort='created_at:asc')
    for place, row_id in enumerate(_ids(whole, kind)):
        body = _page(side, kind, sort='created_at:asc', offset=place, limit=1)
        assert _ids(body, kind) == [row_id]


@pytest.mark.parametrize('kind', ['volumes', 'snapshots', 'backups'])
def test_an_unknown_filter_of_cinder_finds_nothing_with_status_200(side, kind):
    body = _page(side, kind, limit=1, frob='x', with_count='true')
    assert body == {kind: [], 'count': 0}


@pytest.mark.parametrize('kind', ['snapshots', 'backups'])
@pytest.mark.parametrize('name', ['created_at', 'updated_at'])
def test_cinder_compares_times_of_volumes_only(side, kind, name):
    query = {name: 'gte:2020-01-01T00:00:00'}
    assert _page(side, kind, limit=1, **query) == {kind: []}


def test_cinder_tells_volumes_changed_since_a_time_and_no_others(side):
    changed, *others = side.volumes
    rows = {row['id']: row for row in _page(side, 'volumes')['volumes']}
    latest = max(rows[row_id]['updated_at'] for row_id in rows)
    side.rename_volume(changed, 'changed')
    stamp = side.bare.ask('block-storage', f'/volumes/{changed}')['volume']
    assert stamp['updated_at'] > latest
    found = _page(side, 'volumes', updated_at=f'gt:{latest}')
    assert _ids(found, 'volumes') == [changed]
    found = _page(side, 'volumes', updated_at=f'gte:{stamp["updated_at"]}')
    assert _ids(found, 'volumes') == [changed]
    found = _page(side, 'volumes', updated_at=f'lt:{stamp["updated_at"]}')
    assert set(others) <= set(_ids(found, 'volumes'))
    assert changed not in _ids(found, 'volumes')


def test_cinder_takes_either_of_two_operators(side):
    whole = _ids(_page(side, 'volumes'), 'volumes')
    none = 'lt:2001-01-01T00:00:00'
    query = {'updated_at': f'gte:2020-01-01T00:00:00,{none}'}
    assert _ids(_page(side, 'volumes', **query), 'volumes') == whole
    assert _page(side, 'volumes', updated_at=none) == {'volumes': []}


def test_cinder_counts_volumes_made_before_a_time(side):
    rows = _page(side, 'volumes', sort='created_at:asc')['volumes']
    second = rows[1]['created_at']
    for operator, count in (('lt', 1), ('gte', len(rows) - 1)):
        body = _page(
            side,
            'volumes',
            created_at=f'{operator}:{second}',
            limit=1,
            with_count='true',
        )
        assert body['count'] == count


@pytest.mark.parametrize(('year', 'found'), [(2020, True), (2100, False)])
def test_cinder_compares_times_at_an_older_microversion_too(side, year, found):
    body = side.bare.answer(
        'block-storage',
        '/volumes?all_tenants=1',
        'volume 3.45',
        project_id=side.project,
        updated_at=f'gte:{year}-01-01T00:00:00',
    ).json()
    assert bool(body['volumes']) is found


def test_cinder_before_3_45_takes_the_count_for_a_filter(side):
    body = side.bare.answer(
        'block-storage',
        '/volumes?all_tenants=1&with_count=true',
        'volume 3.44',
    ).json()
    assert body == {'volumes': []}


def test_metadata_do_not_move_a_volumes_time_but_attaching_does(side):
    def volume():
        path = f'/volumes/{side.volumes[1]}'
        return side.bare.ask('block-storage', path)['volume']

    before = volume()
    side.tell_volume(before['id'], backup='none')
    told = volume()
    assert told['metadata'] == {'backup': 'none'}
    assert told['updated_at'] == before['updated_at']
    server = _server(side, side.servers[1])
    side.attach(before['id'], server['id'])
    attached = volume()
    assert attached['updated_at'] > before['updated_at']
    assert attached['attachments'][0]['server_id'] == server['id']
    after = _server(side, server['id'])
    assert after['updated'] == server['updated']


def _server(side, server_id):
    return side.bare.ask('compute', f'/servers/{server_id}')['server']


def _changed(side, since):
    rows = _page(side, 'servers', **{'changes-since': since})['servers']
    return {row['id']: row for row in rows}


@pytest.fixture(scope='module')
def doomed(side):
    """A server that was made, seen by Placement, and deleted again."""
    before = side.bare.providers()
    server_id = side.new_server('doomed')
    after = side.bare.providers()
    host = _server(side, server_id)['OS-EXT-SRV-ATTR:host']
    # Nova's times are in whole seconds.
    side.let_time_pass()
    side.rename_server(side.servers[1], 'after')
    side.delete_server(server_id)
    return server_id, host, before, after


def test_nova_tells_deleted_and_renamed_servers_since_a_time(side, doomed):
    doomed, *_ = doomed
    untouched, renamed = side.servers
    found = _changed(side, _server(side, renamed)['updated'])
    assert found[renamed]['name'] == 'after'
    assert found[doomed]['status'] == 'DELETED'
    assert untouched not in found
    later = datetime.datetime.fromisoformat(found[doomed]['updated'])
    later += datetime.timedelta(seconds=1)
    assert doomed not in _changed(side, f'{later:%Y-%m-%dT%H:%M:%SZ}')
    listed = _ids(_page(side, 'servers'), 'servers')
    assert doomed not in listed and renamed in listed
    deleted = _ids(_page(side, 'servers', deleted='true'), 'servers')
    assert doomed in deleted and renamed not in deleted
    # A page may go on behind a server that is deleted meanwhile.
    behind = _ids(_page(side, 'servers', marker=doomed), 'servers')
    assert set(side.servers) <= set(behind)
    answer = side.bare.answer('compute', f'/servers/{doomed}')
    assert answer.status_code == 404


def test_a_deleted_volume_is_gone_and_no_marker_any_more(side):
    volume_id = side.new_volume('doomed')
    count = _page(side, 'volumes', with_count='true')['count']
    side.delete_volume(volume_id)
    body = _page(side, 'volumes', with_count='true')
    assert volume_id not in _ids(body, 'volumes')
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


@pytest.mark.parametrize(
    ('service', 'path'),
    [
        ('compute', '/servers/{}'),
        ('block-storage', '/volumes/{}'),
        ('block-storage', '/snapshots/{}'),
        ('block-storage', '/backups/{}'),
        ('identity', '/projects/{}'),
        ('identity', '/groups/{}/users'),
        ('network', '/v2.0/ports/{}'),
        ('placement', '/resource_providers/{}/usages'),
    ],
)
def test_what_is_not_there_is_a_404(side, service, path):
    answer = side.bare.answer(service, path.format(UNKNOWN))
    assert answer.status_code == 404


def test_compute_quotas_have_limit_and_use_and_refuse_unknown_projects(side):
    quota = side.bare.compute_quota(side.project)
    assert quota.pop('id') == side.project
    assert {'cores', 'instances', 'ram'} <= set(quota)
    for row in quota.values():
        assert set(row) == {'limit', 'in_use', 'reserved'}
    assert quota['instances']['in_use'] >= contract_sides.COUNT
    answer = side.bare.answer('compute', f'/os-quota-sets/{UNKNOWN}/detail')
    assert answer.status_code == 400


def test_volume_quotas_have_limit_and_use_and_defaults_for_anybody(side):
    quota = side.bare.volume_quota(side.project)
    assert quota.pop('id') == side.project
    for row in quota.values():
        assert set(row) == {'limit', 'in_use', 'reserved'}
    assert {'volumes_fast', 'gigabytes_fast', 'snapshots_fast'} <= set(quota)
    assert quota['volumes']['in_use'] >= contract_sides.COUNT
    assert quota['backups']['in_use'] == contract_sides.COUNT
    assert quota['snapshots']['in_use'] == contract_sides.COUNT
    stranger = side.bare.volume_quota(UNKNOWN)
    assert stranger['volumes']['limit'] == quota['volumes']['limit']
    assert stranger['volumes']['in_use'] == 0


def test_neutron_tells_own_and_default_limits_and_use(side):
    path = f'/v2.0/quotas/{UNKNOWN}/default'
    default = side.bare.ask('network', path)['quota']
    assert all(isinstance(limit, int) for limit in default.values())
    own = {row['project_id']: row for row in side.bare.network_limits()}[
        side.project
    ]
    assert own.pop('project_id') == own.pop('tenant_id') == side.project
    assert own == {**default, 'port': 7}
    one = side.bare.ask('network', '/v2.0/quotas', limit=1)['quotas']
    assert len(one) == len(side.bare.network_limits())
    details = side.bare.network_quota(side.project)
    assert set(details) == set(default)
    for row in details.values():
        assert set(row) == {'limit', 'used', 'reserved'}
    assert details['port']['limit'] == 7
    for kind in ('network', 'port', 'floatingip', 'security_group'):
        key = f'{kind}s'
        assert details[kind]['used'] == len(_page(side, key)[key])


def test_neutron_gives_but_the_fields_asked_for(side):
    body = side.bare.ask(
        'network',
        '/v2.0/ports?fields=id&fields=project_id',
        project_id=side.project,
        limit=1,
    )
    assert set(body['ports'][0]) == {'id', 'project_id'}
    link = parse.urlsplit(_next(body, 'ports')).query
    assert parse.parse_qs(link)['fields'] == ['id', 'project_id']


def test_unknown_filters_of_nova_neutron_and_placement_are_refused(side):
    for service, path in (
        ('compute', '/servers'),
        ('network', '/v2.0/ports'),
        ('placement', '/resource_providers'),
    ):
        assert side.bare.answer(service, path, frob='x').status_code == 400
    answer = side.bare.answer('placement', '/resource_providers', limit=1)
    assert answer.status_code == 400


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
    assert re.fullmatch(FRACTION, rows[doomed]['started_at'])
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


@pytest.mark.parametrize(
    ('service', 'path'),
    [
        ('identity', '/projects?limit=1'),
        ('compute', '/servers?limit=1'),
        ('block-storage', '/volumes?limit=1'),
        ('network', '/v2.0/networks?limit=1'),
        ('placement', '/resource_providers?name=nobody'),
    ],
)
def test_every_service_tells_its_time_and_refuses_a_wrong_token(
    side, service, path
):
    answer = side.bare.answer(service, path)
    told = utils.parsedate_to_datetime(answer.headers['Date'])
    now = datetime.datetime.now(datetime.UTC)
    assert abs(now - told) < datetime.timedelta(seconds=10)
    kept = side.bare._http.headers['X-Auth-Token']
    side.bare._http.headers['X-Auth-Token'] = 'wrong'
    try:
        assert side.bare.answer(service, path).status_code == 401
    finally:
        side.bare._http.headers['X-Auth-Token'] = kept


#: What readers take from a row, and its type; a string is a pattern.
SHAPES = {
    'projects': {
        'id': str,
        'name': str,
        'domain_id': str,
        'parent_id': str,
        'enabled': bool,
        'description': str,
        'tags': list,
    },
    'users': {'id': str, 'name': str, 'domain_id': str, 'enabled': bool},
    'groups': {'id': str, 'name': str, 'domain_id': str},
    'servers': {
        'id': str,
        'name': str,
        'tenant_id': str,
        'user_id': str,
        'status': str,
        'created': SECOND,
        'updated': SECOND,
        'addresses': dict,
        'metadata': dict,
        'flavor': dict,
        'OS-EXT-STS:task_state': type(None),
        'OS-EXT-SRV-ATTR:host': str,
        'OS-EXT-AZ:availability_zone': str,
    },
    'volumes': {
        'id': str,
        'name': str,
        'os-vol-tenant-attr:tenant_id': str,
        'os-vol-host-attr:host': str,
        'user_id': str,
        'status': str,
        'size': int,
        'volume_type': str,
        'bootable': 'true|false',
        'attachments': list,
        'metadata': dict,
        'created_at': FRACTION,
        'updated_at': FRACTION,
    },
    'snapshots': {
        'id': str,
        'volume_id': str,
        'os-extended-snapshot-attributes:project_id': str,
        'user_id': str,
        'status': str,
        'size': int,
        'created_at': FRACTION,
        'updated_at': FRACTION,
    },
    'backups': {
        'id': str,
        'volume_id': str,
        'snapshot_id': type(None),
        'os-backup-project-attr:project_id': str,
        'user_id': str,
        'status': str,
        'fail_reason': type(None),
        'size': int,
        'object_count': int,
        'container': str,
        'availability_zone': str,
        'is_incremental': bool,
        'has_dependent_backups': bool,
        'data_timestamp': FRACTION,
        'created_at': FRACTION,
        'updated_at': FRACTION,
    },
    'floatingips': {
        'id': str,
        'project_id': str,
        'floating_ip_address': str,
        'floating_network_id': str,
        'fixed_ip_address': type(None),
        'port_id': type(None),
        'router_id': type(None),
        'port_details': type(None),
        'status': str,
        'description': str,
        'created_at': SECOND,
        'updated_at': SECOND,
    },
}


def _wrong(row, shape):
    """The columns of a row that are not as they should be."""
    return {
        name: row.get(name, 'missing')
        for name, kind in shape.items()
        if not (
            name in row
            and (
                re.fullmatch(kind, row[name])
                if isinstance(kind, str)
                else type(row[name]) is kind
            )
        )
    }


@pytest.mark.parametrize('kind', SHAPES)
def test_rows_have_what_the_readers_take_from_them(side, kind):
    rows = _page(side, kind)[kind]
    assert rows
    assert [_wrong(row, SHAPES[kind]) for row in rows] == [{}] * len(rows)
    if kind == 'servers':
        flavor = {'vcpus': int, 'ram': int, 'disk': int, 'original_name': str}
        assert not _wrong(rows[0]['flavor'], flavor)


@pytest.mark.parametrize(
    ('service', 'path', 'key', 'shape'),
    [
        (
            'compute',
            '/os-services',
            'services',
            {
                'id': str,
                'binary': str,
                'host': str,
                'zone': str,
                'status': 'enabled|disabled',
                'state': 'up|down',
                'updated_at': FRACTION,
                'forced_down': bool,
            },
        ),
        (
            'compute',
            '/os-hypervisors',
            'hypervisors',
            {
                'id': str,
                'hypervisor_hostname': str,
                'state': 'up|down',
                'status': 'enabled|disabled',
            },
        ),
        (
            'block-storage',
            '/os-services',
            'services',
            {
                'binary': str,
                'host': str,
                'zone': str,
                'status': 'enabled|disabled',
                'state': 'up|down',
                'updated_at': FRACTION,
            },
        ),
        (
            'block-storage',
            '/scheduler-stats/get_pools?detail=True',
            'pools',
            {'name': str, 'capabilities': dict},
        ),
        (
            'block-storage',
            '/types?is_public=None',
            'volume_types',
            {'id': str, 'name': str, 'is_public': bool},
        ),
        ('identity', '/domains', 'domains', {'name': str, 'enabled': bool}),
        ('identity', '/roles', 'roles', {'id': str, 'name': str}),
        (
            'placement',
            '/resource_providers',
            'resource_providers',
            {'uuid': str, 'generation': int, 'root_provider_uuid': str},
        ),
    ],
)
def test_short_listings_have_what_the_readers_take_from_them(
    side, service, path, key, shape
):
    rows = side.bare.ask(service, path)[key]
    assert rows
    assert [_wrong(row, shape) for row in rows] == [{}] * len(rows)


def test_placement_tells_inventories_and_usages_of_a_provider(side):
    provider_id = side.bare.providers()[0]['uuid']
    inventories = side.bare.inventories(provider_id)
    shape = {'total': int, 'reserved': int, 'allocation_ratio': float}
    assert {'VCPU', 'MEMORY_MB', 'DISK_GB'} <= set(inventories)
    for row in inventories.values():
        assert not _wrong(row, shape)
    usages = side.bare.usages(provider_id)
    assert all(type(used) is int for used in usages.values())
