"""How listings page, and what ends them."""

from urllib import parse

import pytest

from tests.e2e.contract import listings


@pytest.mark.parametrize('kind', listings.LISTINGS)
def test_pages_of_one_row_by_their_links_are_the_one_big_page(side, kind):
    whole = listings.ids(listings.page(side, kind, limit=100), kind)
    assert len(whole) >= listings.COUNT
    rows, query = [], {}
    while True:
        body = listings.page(side, kind, limit=1, **query)
        rows += listings.ids(body, kind)
        link = listings.following(body, kind)
        if not link:
            break
        assert len(body[kind]) == 1
        told = dict(parse.parse_qsl(parse.urlsplit(link).query))
        assert told['limit'] == '1'
        query = {'marker': told['marker']}
        assert told['marker'] == rows[-1]
    assert rows == whole


@pytest.mark.parametrize('kind', listings.LISTINGS)
def test_a_short_page_has_no_link(side, kind):
    assert not listings.following(listings.page(side, kind, limit=100), kind)


@pytest.mark.parametrize('kind', listings.LISTINGS)
def test_the_same_marker_gives_the_same_page(side, kind):
    marker = listings.ids(listings.page(side, kind, limit=1), kind)[0]
    pages = [
        listings.ids(listings.page(side, kind, limit=1, marker=marker), kind)
        for _ in range(2)
    ]
    assert pages[0] == pages[1] != [marker]


@pytest.mark.parametrize('kind', listings.LISTINGS)
def test_an_unknown_marker_is_refused_or_begins_anew(side, kind):
    service, path, status, _ = listings.LISTINGS[kind]
    answer = side.bare.answer(
        service,
        path,
        limit=1,
        marker=listings.UNKNOWN,
        **listings.own(side, kind),
    )
    assert answer.status_code == status
    if status == 200:
        first = listings.ids(listings.page(side, kind, limit=1), kind)
        assert listings.ids(answer.json(), kind) == first


def test_hypervisors_page_with_links_and_refuse_an_unknown_marker(side):
    def ask(**query):
        return side.bare.ask('compute', '/os-hypervisors', **query)

    whole = ask()['hypervisors']
    assert len(whole) >= 2
    first = ask(limit=1)
    assert first['hypervisors'] == whole[:1]
    marker = parse.parse_qs(listings.following(first, 'hypervisors'))[
        'marker'
    ][0]
    assert marker == whole[0]['id']
    assert ask(limit=1, marker=marker)['hypervisors'] == whole[1:2]
    assert set(whole[0]) >= {'id', 'hypervisor_hostname', 'state', 'status'}
    answer = side.bare.answer(
        'compute', '/os-hypervisors', marker=listings.UNKNOWN
    )
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
    assert ask(limit=1) == ask(limit=1, marker=listings.UNKNOWN) == whole


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


def test_neutron_gives_but_the_fields_asked_for(side):
    body = side.bare.ask(
        'network',
        '/v2.0/ports?fields=id&fields=project_id',
        project_id=side.project,
        limit=1,
    )
    assert set(body['ports'][0]) == {'id', 'project_id'}
    link = parse.urlsplit(listings.following(body, 'ports')).query
    assert parse.parse_qs(link)['fields'] == ['id', 'project_id']
