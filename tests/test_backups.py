"""The Backups panel: its bar, tabs, filters, orders and exports."""

import csv
import io

from django.db import connection
from django.test import utils
import pytest

from rey_dashboard.inventory import models
from tests import backup_pages as pages
from tests import factory
from tests import factory_backups as make

pytestmark = pytest.mark.django_db
EVIL = '<script>alert(1)</script>'


@pytest.fixture(autouse=True)
def collected():
    factory.collected()
    make.service('backup-1')


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
    page = pages.text(admin, pages.INDEX)
    assert (
        'Of <strong>10</strong> volumes <strong>3</strong> are within' in page
    )
    assert '2.0 TiB of 2.0 TiB' in page
    assert 'new and excluded ones, 2, do not count' in page


@pytest.mark.parametrize('address', pages.PAGES)
def test_each_state_has_a_word_a_number_and_a_link(admin, address):
    one_of_each_state()
    make.volume('another', 'p', 'never', size_gib=41)
    page = pages.text(admin, address)
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
    parts = admin.get(pages.INDEX).context['protection'].parts
    assert [part.state for part in parts] == ['protected', 'stuck']
    assert sum(float(part.width) for part in parts) == pytest.approx(100, 0.01)
    assert float(parts[1].width) > 0.3


@pytest.mark.parametrize('address', pages.PAGES)
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
    page = pages.text(admin, address)
    assert EVIL not in page
    assert '&lt;script&gt;alert(1)' in page
    for name in ('🦄' * 64, 'x' * 255, '>p2</a>'):
        assert name in page
    rows = pages.export(admin, address)['rows']
    key = 'name' if 'name' in rows[0] else 'project_name'
    assert {row[key] for row in rows} == {EVIL, '🦄' * 64, '', 'x' * 255}


def test_no_cell_of_a_csv_file_is_a_formula(admin):
    factory.summary('p', name='=1+1')
    make.volume('v', 'p', 'failing', name='@x', fail_reason='-2')
    response = admin.get(pages.VOLUMES, {'format': 'csv'})
    body = b''.join(response.streaming_content).decode()
    row = next(csv.DictReader(io.StringIO(body)))
    assert row['name'] == "'@x"
    assert row['project_name'] == "'=1+1"
    assert row['fail_reason'] == "'-2"


@pytest.mark.parametrize('address', pages.PAGES)
def test_without_rows_a_page_says_so_and_has_no_bar(admin, address):
    page = pages.text(admin, address)
    assert 'There are none.' in page
    assert 'rey-stack' not in page
    assert pages.export(admin, address)['rows'] == []


@pytest.mark.parametrize('address', pages.PAGES)
def test_nothing_collected_is_told(admin, address):
    models.PartState.objects.all().delete()
    assert 'Nothing has been collected' in pages.text(admin, address)


@pytest.mark.parametrize('address', pages.PAGES)
def test_a_part_that_fails_is_told(admin, address):
    models.PartState.objects.filter(name='backups').update(
        failing_since=make.ago(hours=1), error='Cinder said 500'
    )
    page = pages.text(admin, address)
    assert 'Backups could not be read' in page
    assert 'Cinder said 500' in page


@pytest.mark.parametrize('address', pages.PAGES)
def test_a_filter_that_cannot_be_is_told_and_never_exports(admin, address):
    query = {'q': 'x' * 300}
    assert 'at most 255 characters' in pages.text(admin, address, **query)
    assert admin.get(address, {**query, 'format': 'csv'}).status_code == 400
    assert admin.get(address, {'format': 'xml'}).status_code == 400


def test_a_service_that_is_down_or_disabled_is_told(admin):
    make.service('backup-2', state='down', updated_at=make.ago(hours=3))
    make.service(
        'backup-3', status='disabled', disabled_reason='<b>new disks</b>'
    )
    make.service('store@lvm', binary='cinder-volume', state='down')
    page = pages.text(admin, pages.LEVELS)
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
    assert 'has no backup service' not in pages.text(admin, pages.INDEX)
    make.service('control', binary='cinder-scheduler')
    assert 'This cloud has no backup service' in pages.text(admin, pages.INDEX)


def test_services_and_back_ends_are_not_for_managers_of_a_domain(sign_in):
    make.service('backup-2', state='down')
    factory.domain_role('research')
    factory.domain('research')
    factory.project('p', domain_id='research')
    make.volume('v', 'p', back_end='p0ol-1')
    browser = sign_in('member')
    for address in pages.PAGES:
        assert 'backup-2' not in pages.text(browser, address)
    page = pages.text(browser, pages.VOLUMES)
    assert 'p0ol' not in page
    assert 'name="back_end"' not in page
    row = pages.export(browser, pages.VOLUMES)['rows'][0]
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


@pytest.mark.parametrize(
    'address', [*pages.PAGES, f'{pages.LEVELS}?by=domain']
)
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
