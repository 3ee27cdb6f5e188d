"""The Backups panel: its bar, tabs, filters, orders and exports."""

import csv
import datetime
import io
import json

from django.db import connection
from django.test import utils
from django.utils import timezone
import pytest

from rey_dashboard.inventory import models
from rey_dashboard.templatetags import rey
from tests import factory
from tests import factory_backups as make

pytestmark = pytest.mark.django_db
INDEX = '/rey/backups/'
VOLUMES = '/rey/backups/volumes/'
ALL = '/rey/backups/all/'
LEVELS = '/rey/backups/levels/'
PAGES = (INDEX, VOLUMES, ALL, LEVELS)
EVIL = '<script>alert(1)</script>'


@pytest.fixture(autouse=True)
def collected():
    factory.collected()
    make.service('backup-1')


def text(browser, address, **query):
    return ' '.join(browser.get(address, query).content.decode().split())


def found(browser, address, key='project_id', **query):
    return [
        row[key] if isinstance(row, dict) else getattr(row, key)
        for row in browser.get(address, query).context['page']
    ]


def export(browser, address, **query):
    response = browser.get(address, {**query, 'format': 'json'})
    return json.loads(b''.join(response.streaming_content))


def one_of_each_state(project_id='p'):
    factory.summary(project_id)
    for state in make.STATES:
        make.volume(f'{project_id}-{state}', project_id, state)
    make.projects()


def test_the_sentence_counts_all_volumes_and_leaves_none_out(admin):
    one_of_each_state()
    make.volume('big', 'p', size_gib=2048)
    # The last try failed, but the good one before is young enough.
    make.volume('young', 'p', 'failing', within=True)
    page = text(admin, INDEX)
    assert (
        'Of <strong>10</strong> volumes <strong>3</strong> are within' in page
    )
    assert '2.0 TiB of 2.0 TiB' in page
    assert 'new and excluded ones, 2, do not count' in page


@pytest.mark.parametrize('address', PAGES)
def test_each_state_has_a_word_a_number_and_a_link(admin, address):
    one_of_each_state()
    make.volume('another', 'p', 'never', size_gib=41)
    page = text(admin, address)
    assert (
        'href="/rey/backups/volumes/?state=never">'
        '<i class="rey-state-never" aria-hidden="true"></i>'
        'Never backed up <strong>2</strong></a> '
        '<span class="rey-quiet">42 GiB</span>'
    ) in page
    assert page.count('<rect class="rey-state-') == len(make.STATES)
    ours = page.partition('<div class="rey">')[2]
    assert 'style=' not in ours.partition('rey-pager')[0]


def test_the_bar_is_full_and_shows_a_single_volume_among_thousands(admin):
    for number in range(1500):
        make.volume(f'{number}', 'p')
    make.volume('ill', 'p', 'stuck')
    parts = admin.get(INDEX).context['protection'].parts
    assert [part.state for part in parts] == ['protected', 'stuck']
    assert sum(float(part.width) for part in parts) == pytest.approx(100, 0.01)
    assert float(parts[1].width) > 0.3


def test_projects_stand_in_the_order_of_their_volumes_at_risk(admin):
    for name, ill in (('a', 1), ('b', 3), ('c', 0), ('d', 2)):
        factory.summary(name)
        make.volume(f'{name}-well', name)
        for number in range(ill):
            make.volume(f'{name}-{number}', name, 'stale')
    make.project('empty')
    make.projects()
    assert found(admin, INDEX) == ['b', 'd', 'a', 'c']
    assert found(admin, INDEX, sort='at_risk') == ['c', 'a', 'd', 'b']
    assert found(admin, INDEX, sort='project') == ['a', 'b', 'c', 'd']
    assert found(admin, INDEX, sort='within') == ['b', 'd', 'a', 'c']


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
    page = text(admin, INDEX)
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
    page = text(admin, INDEX)
    assert 'nothing at risk' in page
    assert '100 %' not in page
    assert export(admin, INDEX)['rows'][0]['within_percent'] is None


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
    assert sorted(found(admin, INDEX, **query)) == ids
    rows = export(admin, INDEX, **query)['rows']
    assert sorted(row['project_id'] for row in rows) == ids


def test_the_worst_and_largest_volumes_come_first(admin, settings):
    settings.REY_DASHBOARD = {'PAGE_SIZE': 3}
    for state in reversed(make.STATES):
        make.volume(str(state), 'p', state)
    make.volume('large', 'p', 'never', size_gib=9)
    every = [
        volume_id
        for page in (1, 2, 3)
        for volume_id in found(admin, VOLUMES, 'volume_id', page=page)
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
    assert sorted(found(admin, VOLUMES, 'volume_id', **query)) == ids
    rows = export(admin, VOLUMES, **query)['rows']
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
    page = text(admin, VOLUMES)
    for words in ('>web</a>', '>gone</a>', '>nightly</a>', 'no space'):
        assert words in page
    assert '36 hours<small>volume type</small>' in page
    assert 'href="/rey/backups/all/?volume=v1">7</a>' in page
    row = export(admin, VOLUMES)['rows'][0]
    assert row['server_names'] == ['web', 'gone']
    assert row['last_good_backup_name'] == 'nightly'
    assert row['target_hours'] == 36


def test_a_stuck_backup_tells_how_long_it_may_take(admin):
    make.volume('v', 'p', 'stuck', stuck_after_s=5400)
    assert 'twice the usual time is 90 min' in text(admin, VOLUMES)


@pytest.mark.parametrize(
    ('seconds', 'told'),
    [(0, '0 s'), (119, '119 s'), (200, '3 min'), (9000, '2.5 h')],
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
    assert 'excluded by: its name' in text(admin, VOLUMES)


def backups():
    factory.domain('research')
    factory.summary('p')
    factory.summary('q', domain_id='research')
    factory.volume('v', 'p', name='disk')
    begun = make.ago(days=1)
    make.backup(
        'full',
        'p',
        name='Sunday',
        has_dependent_backups=True,
        created_at=begun,
        updated_at=begun + datetime.timedelta(hours=9),
    )
    make.backup(
        'step',
        'p',
        is_incremental=True,
        created_at=begun,
        updated_at=begun + datetime.timedelta(minutes=3),
    )
    make.backup('lost', 'q', 'v-gone', is_incremental=True)
    make.backup('sick', 'q', 'v-q', status='error', fail_reason='disk full')
    make.chain('full', full_id='full')
    make.chain('step', parent_id='full', full_id='full', depth=1)
    make.chain(
        'lost', problem='parent_gone', volume_gone=True, project_gone=False
    )
    make.chain('sick', project_gone=True)


@pytest.mark.parametrize(
    ('query', 'ids'),
    [
        ({'q': 'sunday'}, ['full']),
        ({'q': 'STEP'}, ['step']),
        ({'project': 'q'}, ['lost', 'sick']),
        ({'domain': 'research'}, ['lost', 'sick']),
        ({'status': 'error'}, ['sick']),
        ({'kind': 'full'}, ['full', 'sick']),
        ({'kind': 'incremental'}, ['lost', 'step']),
        ({'problem': 'chain'}, ['lost']),
        ({'problem': 'volume_gone'}, ['lost']),
        ({'problem': 'project_gone'}, ['sick']),
        ({'problem': 'any'}, ['lost', 'sick']),
        ({'volume': 'v'}, ['full', 'step']),
    ],
)
def test_filters_of_backups(admin, query, ids):
    backups()
    assert sorted(found(admin, ALL, 'id', **query)) == ids
    rows = export(admin, ALL, **query)['rows']
    assert sorted(row['backup_id'] for row in rows) == ids


def test_a_backup_tells_what_it_builds_on_and_what_is_gone(admin):
    backups()
    page = text(admin, ALL)
    assert 'depth 1, on <a href="/rey/backups/all/?q=full">Sunday</a>' in page
    assert 'others depend on it' in page
    assert 'what it builds on is gone' in page
    assert 'v-gone<small>volume is gone</small>' in page
    assert 'q<small>project is gone</small>' in page
    rows = {row['backup_id']: row for row in export(admin, ALL)['rows']}
    assert rows['step']['parent_backup_id'] == 'full'
    assert rows['lost']['parent_backup_id'] is None
    assert rows['lost']['chain_problem'] == 'parent_gone'
    assert rows['step']['volume_name'] == 'disk'


def test_how_long_a_backup_took_is_told_where_it_is_known(admin):
    backups()
    rows = {row['backup_id']: row for row in export(admin, ALL)['rows']}
    assert rows['step']['took_seconds'] == 180
    # Cinder has changed it since, and that one never ended well.
    assert rows['full']['took_seconds'] is None
    assert rows['sick']['took_seconds'] is None
    assert '>3 min<' in text(admin, ALL)
    assert found(admin, ALL, 'id', sort='-took')[0] == 'step'


def test_backups_that_are_not_judged_yet_are_listed(admin):
    make.backup('b', 'nobody-knows')
    page = text(admin, ALL)
    assert 'nobody-knows' in page
    assert export(admin, ALL)['rows'][0]['project_gone'] is None


def test_another_domains_parent_is_not_told(sign_in):
    factory.domain_role('research')
    factory.domain('research')
    factory.project('p', domain_id='research')
    factory.summary('p', domain_id='research')
    make.backup('foreign', 'elsewhere', name='str4nge')
    make.backup('mine', 'p', is_incremental=True)
    make.chain('mine', parent_id='foreign', full_id='foreign', depth=1)
    browser = sign_in('member')
    row = export(browser, ALL)['rows'][0]
    assert (row['parent_backup_id'], row['full_backup_id']) == (None, None)
    assert 'foreign' not in text(browser, ALL)


@pytest.mark.parametrize('address', PAGES)
def test_names_are_shown_as_they_are_written(admin, address):
    for number, name in enumerate((EVIL, '🦄' * 64, '', 'x' * 255)):
        project_id = f'p{number}'
        factory.summary(project_id, name=name, domain_name=name)
        factory.volume(f'v{number}', project_id, name=name)
        make.volume(f'v{number}', project_id, 'failing', name=name)
        models.VolumeCoverage.objects.update(fail_reason=EVIL, type=EVIL)
        make.backup(
            f'b{number}',
            project_id,
            f'v{number}',
            name=name,
            fail_reason=EVIL,
            container=name,
        )
        make.day(project_id, 0, 1, 2)
    make.projects()
    models.ProjectCoverage.objects.update(fail_reason=EVIL)
    page = text(admin, address)
    assert EVIL not in page
    assert '&lt;script&gt;alert(1)' in page
    for name in ('🦄' * 64, 'x' * 255, '>p2</a>'):
        assert name in page
    rows = export(admin, address)['rows']
    key = 'name' if 'name' in rows[0] else 'project_name'
    assert {row[key] for row in rows} == {EVIL, '🦄' * 64, '', 'x' * 255}


def test_no_cell_of_a_csv_file_is_a_formula(admin):
    factory.summary('p', name='=1+1')
    make.volume('v', 'p', 'failing', name='@x', fail_reason='-2')
    response = admin.get(VOLUMES, {'format': 'csv'})
    body = b''.join(response.streaming_content).decode()
    row = next(csv.DictReader(io.StringIO(body)))
    assert row['name'] == "'@x"
    assert row['project_name'] == "'=1+1"
    assert row['fail_reason'] == "'-2"


@pytest.mark.parametrize('address', PAGES)
def test_without_rows_a_page_says_so_and_has_no_bar(admin, address):
    page = text(admin, address)
    assert 'There are none.' in page
    assert 'rey-stack' not in page
    assert export(admin, address)['rows'] == []


@pytest.mark.parametrize('address', PAGES)
def test_nothing_collected_is_told(admin, address):
    models.PartState.objects.all().delete()
    assert 'Nothing has been collected' in text(admin, address)


@pytest.mark.parametrize('address', PAGES)
def test_a_part_that_fails_is_told(admin, address):
    models.PartState.objects.filter(name='backups').update(
        failing_since=make.ago(hours=1), error='Cinder said 500'
    )
    page = text(admin, address)
    assert 'Backups could not be read' in page
    assert 'Cinder said 500' in page


@pytest.mark.parametrize('address', PAGES)
def test_a_filter_that_cannot_be_is_told_and_never_exports(admin, address):
    query = {'q': 'x' * 300}
    assert 'at most 255 characters' in text(admin, address, **query)
    assert admin.get(address, {**query, 'format': 'csv'}).status_code == 400
    assert admin.get(address, {'format': 'xml'}).status_code == 400


def test_a_service_that_is_down_or_disabled_is_told(admin):
    make.service('backup-2', state='down', updated_at=make.ago(hours=3))
    make.service(
        'backup-3', status='disabled', disabled_reason='<b>new disks</b>'
    )
    make.service('store@lvm', binary='cinder-volume', state='down')
    page = text(admin, LEVELS)
    assert 'The backup service on backup-2 is down.' in page
    assert '3 hours ago' in page
    assert 'The backup service on backup-3 is disabled.' in page
    assert '&lt;b&gt;new disks' in page
    assert 'openstack volume service list --service cinder-backup' in page
    assert 'backup-1' not in page
    assert 'store@lvm' not in page


def test_a_cloud_without_a_backup_service_is_told(admin):
    models.VolumeService.objects.all().delete()
    # Nobody has looked yet.
    assert 'has no backup service' not in text(admin, INDEX)
    make.service('control', binary='cinder-scheduler')
    assert 'This cloud has no backup service' in text(admin, INDEX)


def test_services_and_back_ends_are_not_for_managers_of_a_domain(sign_in):
    make.service('backup-2', state='down')
    factory.domain_role('research')
    factory.domain('research')
    factory.project('p', domain_id='research')
    make.volume('v', 'p', back_end='p0ol-1')
    browser = sign_in('member')
    for address in PAGES:
        assert 'backup-2' not in text(browser, address)
    page = text(browser, VOLUMES)
    assert 'p0ol' not in page
    assert 'name="back_end"' not in page
    row = export(browser, VOLUMES)['rows'][0]
    assert 'back_end' not in row


def fill(count):
    for number in range(count):
        project_id = f'p-{number}'
        factory.summary(project_id, domain_id='d')
        factory.server(f's-{number}', project_id)
        factory.volume(f'v-{number}', project_id, server_ids=[f's-{number}'])
        make.volume(f'v-{number}', project_id, 'failing', last_good_id='b-0')
        make.backup(f'b-{number}', project_id, f'v-{number}')
        make.chain(f'b-{number}', parent_id='b-0', depth=1)
        make.day(project_id, 0, 1, 2)
    models.ProjectCoverage.objects.all().delete()
    make.projects()


@pytest.mark.parametrize('address', [*PAGES, f'{LEVELS}?by=domain'])
def test_queries_do_not_grow_with_the_rows(admin, address):
    counts = []
    for more in (1, 30):
        for model in (
            models.ProjectSummary,
            models.Server,
            models.Volume,
            models.VolumeCoverage,
            models.Backup,
            models.BackupChain,
            models.CoverageDay,
        ):
            model.objects.all().delete()
        fill(more)
        admin.get(address)
        with utils.CaptureQueriesContext(
            connection,
        ) as queries:
            admin.get(address)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20
