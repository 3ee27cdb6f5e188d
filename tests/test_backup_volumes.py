"""The tabs Projects and Volumes of the Backups panel."""

import datetime

from django.utils import timezone
import pytest

from rey_dashboard.inventory import models
from rey_dashboard.templatetags import rey
from tests import backup_pages as pages
from tests import factory
from tests import factory_backups as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def collected():
    factory.collected()
    make.service('backup-1')


def test_projects_stand_in_the_order_of_their_volumes_at_risk(admin):
    for name, ill in (('a', 1), ('b', 3), ('c', 0), ('d', 2)):
        factory.summary(name)
        make.volume(f'{name}-well', name)
        for number in range(ill):
            make.volume(f'{name}-{number}', name, 'stale')
    make.project('empty')
    make.projects()
    assert pages.found(admin, pages.INDEX) == [
        'b',
        'd',
        'a',
        'c',
    ]
    assert pages.found(admin, pages.INDEX, sort='at_risk') == [
        'c',
        'a',
        'd',
        'b',
    ]
    assert pages.found(admin, pages.INDEX, sort='project') == [
        'a',
        'b',
        'c',
        'd',
    ]
    assert pages.found(admin, pages.INDEX, sort='within') == [
        'b',
        'd',
        'a',
        'c',
    ]


def test_a_project_tells_its_share_target_and_what_fails(admin):
    factory.summary('p', name='shop', domain_name='research')
    for number in range(8):
        make.volume(f'ill-{number}', 'p', 'failing')
    for number in range(2):
        make.volume(f'well-{number}', 'p')
    make.projects()
    models.ProjectCoverage.objects.update(
        failing_since=make.ago(days=30),
        fail_reason='Swift said no',
        target_h=48,
        target_source='domain',
        oldest_good_at=make.ago(days=5),
    )
    page = pages.text(admin, pages.INDEX)
    assert '20 %' in page
    assert '2 of 10' in page
    assert 'target: 2 days (domain)' in page
    day = timezone.localtime(make.ago(days=30)).date().isoformat()
    assert f'8 failing since {day}' in page
    assert 'Swift said no' in page
    assert '5 days ago' in page


def test_nothing_to_back_up_is_no_share(admin):
    factory.summary('p')
    make.volume('v', 'p', 'excluded')
    make.projects()
    page = pages.text(admin, pages.INDEX)
    assert 'nothing at risk' in page
    assert '100 %' not in page
    assert (
        pages.export(admin, pages.INDEX)['rows'][0]['within_percent'] is None
    )


@pytest.mark.parametrize(
    ('query', 'ids'),
    [
        ({'q': 'SHOP'}, ['p-shop']),
        ({'q': 'p-lab'}, ['p-lab']),
        ({'q': 'science'}, ['p-lab']),
        ({'q': 'oskar@'}, ['p-shop']),
        ({'domain': 'd2'}, ['p-lab']),
        ({'state': 'stale'}, ['p-shop']),
        ({'state': 'at_risk'}, ['p-shop']),
        ({'state': 'protected'}, ['p-lab', 'p-shop']),
        ({'under': '51'}, ['p-shop']),
        ({'under': '50'}, []),
        ({'q': '%'}, []),
    ],
)
def test_filters_of_projects(admin, query, ids):
    factory.domain('d1')
    factory.domain('d2')
    factory.summary(
        'p-shop', name='Webshop', domain_id='d1', contact='Oskar@example.org'
    )
    factory.summary('p-lab', domain_id='d2', domain_name='science')
    make.volume('1', 'p-shop', 'stale')
    make.volume('2', 'p-shop')
    make.volume('3', 'p-lab')
    make.projects()
    assert sorted(pages.found(admin, pages.INDEX, **query)) == ids
    rows = pages.export(admin, pages.INDEX, **query)['rows']
    assert sorted(row['project_id'] for row in rows) == ids


def test_the_worst_and_largest_volumes_come_first(admin, settings):
    settings.REY_DASHBOARD = {'PAGE_SIZE': 3}
    for state in reversed(make.STATES):
        make.volume(str(state), 'p', state)
    make.volume('large', 'p', 'never', size_gib=9)
    every = [
        volume_id
        for page in (1, 2, 3)
        for volume_id in pages.found(
            admin, pages.VOLUMES, 'volume_id', page=page
        )
    ]
    assert every == [
        'stuck',
        'failing',
        'large',
        'never',
        'stale',
        'in_progress',
        'new',
        'protected',
        'excluded',
    ]


@pytest.mark.parametrize(
    ('query', 'ids'),
    [
        ({'q': 'DISK'}, ['v-1']),
        ({'q': 'v-2'}, ['v-2']),
        ({'project': 'q'}, ['v-2']),
        ({'domain': 'research'}, ['v-2']),
        ({'state': 'failing'}, ['v-2', 'v-5']),
        ({'state': 'at_risk'}, ['v-2', 'v-3', 'v-5']),
        ({'state': 'not_within'}, ['v-2', 'v-3']),
        ({'type': 'slow'}, ['v-3']),
        ({'back_end': 'h@ceph'}, ['v-3']),
        ({'project': 'q', 'state': 'protected'}, []),
    ],
)
def test_filters_of_volumes(admin, query, ids):
    factory.domain('research')
    factory.summary('p')
    factory.summary('q', domain_id='research')
    make.volume('v-1', 'p', name='My disk')
    make.volume('v-2', 'q', 'failing')
    make.volume('v-3', 'p', 'stale', type='slow', back_end='h@ceph')
    make.volume('v-4', 'p', 'new')
    make.volume('v-5', 'p', 'failing', within=True)
    assert (
        sorted(pages.found(admin, pages.VOLUMES, 'volume_id', **query)) == ids
    )
    rows = pages.export(admin, pages.VOLUMES, **query)['rows']
    assert sorted(row['volume_id'] for row in rows) == ids


def test_a_volume_tells_its_servers_backup_and_target(admin):
    factory.summary('p', name='shop')
    factory.server('s1', 'p', name='web')
    factory.volume('v1', 'p', server_ids=['s1', 'gone'])
    make.backup('b1', 'p', 'v1', name='nightly')
    make.volume(
        'v1',
        'p',
        'failing',
        name='disk',
        last_good_at=make.ago(days=3),
        last_good_id='b1',
        failing_since=make.ago(days=2),
        fail_reason='no space',
        target_h=36,
        target_source='volume_type',
        backups=7,
        snapshots=2,
    )
    page = pages.text(admin, pages.VOLUMES)
    for words in ('>web</a>', '>gone</a>', '>nightly</a>', 'no space'):
        assert words in page
    assert '36 hours<small>volume type</small>' in page
    assert 'href="/rey/backups/all/?volume=v1">7</a>' in page
    row = pages.export(admin, pages.VOLUMES)['rows'][0]
    assert row['server_names'] == ['web', 'gone']
    assert row['last_good_backup_name'] == 'nightly'
    assert row['target_hours'] == 36


def test_a_stuck_backup_tells_how_long_it_may_take(admin):
    make.volume('v', 'p', 'stuck', stuck_after_s=5400)
    page = pages.text(admin, pages.VOLUMES)
    assert 'should have ended within 90 min' in page


@pytest.mark.parametrize(
    ('seconds', 'told'),
    [
        (0, '0 s'),
        (0.42, '0.4 s'),
        (3, '3 s'),
        (12.7, '13 s'),
        (119, '119 s'),
        (200, '3 min'),
        (9000, '2.5 h'),
    ],
)
def test_how_long_something_took_has_its_unit(seconds, told):
    assert rey.lasting(seconds) == told


@pytest.mark.parametrize(
    ('hours', 'told'),
    [(1, '1 hour'), (36, '36 hours'), (24, '1 day'), (336, '14 days')],
)
def test_a_target_is_never_rounded(hours, told):
    assert rey.target(hours) == told


def test_since_is_a_weekday_and_then_a_day():
    local = timezone.localtime()
    assert rey.since(local) == local.strftime('%H:%M')
    for days, form in ((1, '%A'), (6, '%A'), (7, '%Y-%m-%d')):
        time = local - datetime.timedelta(days=days)
        assert rey.since(time) == time.strftime(form)


def test_an_excluded_volume_tells_why(admin):
    make.volume('v', 'p', 'excluded', target_source='name')
    assert 'excluded by: its name' in pages.text(admin, pages.VOLUMES)
