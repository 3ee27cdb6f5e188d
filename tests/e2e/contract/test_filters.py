"""How cinder counts, sorts and filters, and what is refused."""

import datetime
from email import utils

import pytest

from tests.e2e.contract import listings


@pytest.mark.parametrize('kind', ['volumes', 'snapshots', 'backups'])
def test_cinder_counts_all_rows_that_the_filters_leave(side, kind):
    whole = listings.page(side, kind, limit=100, with_count='true')
    assert whole['count'] == len(whole[kind])
    first = listings.page(side, kind, limit=1, with_count='true')
    assert first['count'] == whole['count']


@pytest.mark.parametrize('kind', ['volumes', 'snapshots', 'backups'])
def test_cinder_sorts_by_creation_newest_first(side, kind):
    rows = listings.page(side, kind, limit=100)[kind]
    keys = [(row['created_at'], row['id']) for row in rows]
    assert keys == sorted(keys, reverse=True)


@pytest.mark.parametrize('kind', ['volumes', 'snapshots', 'backups'])
def test_cinder_sorts_by_change_and_pages_so(side, kind):
    body = listings.page(side, kind, limit=100, sort='updated_at:desc')
    stamps = [row['updated_at'] for row in body[kind]]
    assert stamps == sorted(stamps, reverse=True)
    whole = listings.ids(body, kind)
    second = listings.page(
        side, kind, limit=1, sort='updated_at:desc', marker=whole[0]
    )
    assert listings.ids(second, kind) == whole[1:2]


@pytest.mark.parametrize('kind', ['volumes', 'snapshots', 'backups'])
def test_cinder_finds_the_row_at_a_place_by_creation(side, kind):
    whole = listings.page(side, kind, limit=100, sort='created_at:asc')
    for place, row_id in enumerate(listings.ids(whole, kind)):
        body = listings.page(
            side, kind, sort='created_at:asc', offset=place, limit=1
        )
        assert listings.ids(body, kind) == [row_id]


@pytest.mark.parametrize('kind', ['volumes', 'snapshots', 'backups'])
def test_an_unknown_filter_of_cinder_finds_nothing_with_status_200(side, kind):
    body = listings.page(side, kind, limit=1, frob='x', with_count='true')
    assert body == {kind: [], 'count': 0}


@pytest.mark.parametrize('kind', ['snapshots', 'backups'])
@pytest.mark.parametrize('name', ['created_at', 'updated_at'])
def test_cinder_compares_times_of_volumes_only(side, kind, name):
    query = {name: 'gte:2020-01-01T00:00:00'}
    assert listings.page(side, kind, limit=1, **query) == {kind: []}


def test_cinder_takes_either_of_two_operators(side):
    whole = listings.ids(listings.page(side, 'volumes'), 'volumes')
    none = 'lt:2001-01-01T00:00:00'
    query = {'updated_at': f'gte:2020-01-01T00:00:00,{none}'}
    assert (
        listings.ids(listings.page(side, 'volumes', **query), 'volumes')
        == whole
    )
    assert listings.page(side, 'volumes', updated_at=none) == {'volumes': []}


def test_cinder_counts_volumes_made_before_a_time(side):
    rows = listings.page(side, 'volumes', sort='created_at:asc')['volumes']
    second = rows[1]['created_at']
    for operator, count in (('lt', 1), ('gte', len(rows) - 1)):
        body = listings.page(
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
    answer = side.bare.answer(service, path.format(listings.UNKNOWN))
    assert answer.status_code == 404


def test_unknown_filters_of_nova_neutron_and_placement_are_refused(side):
    for service, path in (
        ('compute', '/servers'),
        ('network', '/v2.0/ports'),
        ('placement', '/resource_providers'),
    ):
        assert side.bare.answer(service, path, frob='x').status_code == 400
    answer = side.bare.answer('placement', '/resource_providers', limit=1)
    assert answer.status_code == 400


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
    refused = side.bare.answer(service, path, token='wrong')
    assert refused.status_code == 401
