"""The Backups pages against what the bare APIs say, small and in bulk."""

import collections
import contextlib
import datetime
import os
import time

import pytest

from tests.e2e import coverage_chains
from tests.e2e import coverage_expected
from tests.e2e import coverage_totals
from tests.e2e import site
from tests.e2e import sums

pytestmark = pytest.mark.browser
BACKUPS = '/rey/backups/'
VOLUMES = f'{BACKUPS}volumes/'
ALL = f'{BACKUPS}all/'
#: The demo's company has volumes in these, however old the demo is.
LASTING = {'stale', 'never', 'failing', 'stuck', 'excluded'}
LABELS = {
    'protected': 'Protected',
    'in_progress': 'In progress',
    'new': 'New',
    'stale': 'Stale',
    'never': 'Never backed up',
    'failing': 'Failing',
    'stuck': 'Stuck',
    'excluded': 'Excluded',
}
#: The APIs do not tell these of a project that Keystone has no more.
FORGOTTEN = ('project_name', 'domain_id', 'domain_name', 'contact')
PATIENCE_S = 300
#: Far more than is read while the cloud is collected.
VERY_LONG = 1 << 40


@pytest.fixture(
    scope='module',
    params=['small', pytest.param('bulk', marks=pytest.mark.slow)],
)
def facts(request, demo, cloud):
    """What the APIs say, and the moments before and after a collection."""
    if request.param == 'bulk':
        moments = request.getfixturevalue('bulk')
        facts = coverage_expected.read(cloud)
        assert len(facts.volumes) > 12000
        yield facts, moments
        return
    with demo.without_worker():
        begin = datetime.datetime.now(datetime.UTC)
        demo.collect()
        end = datetime.datetime.now(datetime.UTC)
        facts = coverage_expected.read(cloud)
        assert len(facts.volumes) > 50
        yield facts, (begin, end)


only_small = pytest.mark.parametrize('facts', ['small'], indirect=True)

#: What people said and tried here: no API tells it.
OURS = {'proven_at', 'proven_backup_id', 'hold_reason', 'hold_until'}


def known_volumes(facts, page):
    """The rows of the volumes' export, each of which is as it must be."""
    facts, moments = facts
    told = {
        row['volume_id']: row for row in site.export(page, VOLUMES)['rows']
    }
    assert set(told) == set(facts.volumes)
    for volume_id, volume in facts.volumes.items():
        early, late = (
            coverage_expected.volume(facts, volume, now) for now in moments
        )
        compare(told[volume_id], early, late)
    return told


def compare(told, *wanted):
    """Every field, where time may have passed from one row to the next."""
    names = set(told) - ({'contact'} - set(wanted[0])) - OURS
    if 'project_name' not in wanted[0]:
        names -= set(FORGOTTEN)
    assert names <= set(wanted[0])
    wrong = {
        name: (told[name], [row[name] for row in wanted])
        for name in names
        if told[name] not in [row[name] for row in wanted]
    }
    assert not wrong, told


def test_every_field_of_every_volume(facts, sign_in):
    volumes = known_volumes(facts, sign_in('admin'))
    assert {row['state'] for row in volumes.values()} >= LASTING


def test_every_sum_of_every_project(facts, sign_in):
    page = sign_in('admin')
    volumes = known_volumes(facts, page).values()
    told = {
        row['project_id']: row for row in site.export(page, BACKUPS)['rows']
    }
    wanted = coverage_totals.projects(facts[0], volumes)
    assert set(told) == set(wanted)
    of_project = collections.defaultdict(list)
    for row in volumes:
        of_project[row['project_id']].append(row)
    for project_id, row in wanted.items():
        shared = coverage_totals.commonest(of_project[project_id])
        assert told[project_id].pop('fail_reason') in shared
        compare(told[project_id], row)


def test_every_field_of_every_backup(facts, sign_in):
    facts, _moments = facts
    rows = site.export(sign_in('admin'), ALL)['rows']
    told = {row['backup_id']: row for row in rows}
    assert set(told) == set(facts.backups)
    moved = 0
    for backup_id, backup in facts.backups.items():
        wanted = coverage_expected.record(facts, backup)
        row = told[backup_id]
        if row['took_seconds'] != wanted['took_seconds']:
            # It was read once; what built on it moved its row since.
            assert is_shorter(row['took_seconds'], wanted['took_seconds'])
            del row['took_seconds']
            moved += 1
        compare(row, wanted)
    assert moved < len(rows) / 2
    assert {row['chain_problem'] for row in rows} >= {'', 'parent_failed'}
    assert {row['volume_gone'] for row in rows} == {True, False}
    assert {row['project_gone'] for row in rows} == {True, False}


def is_shorter(took, moved):
    """The time that was kept is less than what a moved row tells, if any."""
    return took is not None and (moved is None or took < moved)


def test_the_sentence_and_the_legend(facts, sign_in):
    page = sign_in('admin')
    rows = known_volumes(facts, page).values()
    page.goto(BACKUPS)
    counted = [
        row for row in rows if row['state'] not in coverage_totals.NOT_COUNTED
    ]
    within = sum(row['within'] for row in counted)
    sentence = page.locator('.rey-protection p').inner_text()
    assert ' '.join(sentence.split()).startswith(
        f'Of {len(rows):,} volumes {within:,} are within their target'
    )
    sizes = collections.defaultdict(list)
    for row in rows:
        sizes[row['state']].append(row['size_gib'])
    shown = page.locator('.rey-protection li').all_inner_texts()
    shown = {' '.join(text.split()) for text in shown}
    proven = {text for text in shown if text.startswith('Proven')}
    assert len(proven) == 1
    assert shown - proven == {
        f'{LABELS[state]} {len(found):,} {sums.gib(sum(found))}'
        for state, found in sizes.items()
    }


def test_each_entry_of_the_legend_leads_to_its_volumes(facts, sign_in):
    page = sign_in('admin')
    rows = known_volumes(facts, page).values()
    states = collections.Counter(row['state'] for row in rows)
    for state, count in states.items():
        page.goto(BACKUPS)
        page.locator(f'.rey-protection li a:has(.rey-state-{state})').click()
        page.wait_for_url(lambda url: '/volumes/' in url)
        assert page.locator('.rey-count').inner_text().endswith(f'{count:,}')
        labels = page.locator('.rey-table tbody td:nth-child(2) > .label')
        shown = {text.strip() for text in labels.all_inner_texts()}
        assert {text.capitalize() for text in shown} == {LABELS[state]}


@only_small
def test_a_manager_sees_what_his_domain_has(facts, demo, sign_in):
    facts, (begin, _end) = facts
    # The list of who manages what counts for ten minutes only.
    demo.collect()
    moments = (begin, datetime.datetime.now(datetime.UTC))
    page = sign_in('manager', 'research')
    own = {
        key
        for key, row in facts.projects.items()
        if facts.domains[row['domain_id']] == 'research'
    }
    told = {
        row['volume_id']: row for row in site.export(page, VOLUMES)['rows']
    }
    assert set(told) == {
        key
        for key, row in facts.volumes.items()
        if row['os-vol-tenant-attr:tenant_id'] in own
    }
    for volume_id, row in told.items():
        wanted = [
            coverage_expected.volume(facts, facts.volumes[volume_id], now)
            for now in moments
        ]
        # Of a backup that another domain owns he learns no name.
        good = facts.backups.get(row['last_good_backup_id'])
        if good and good[coverage_chains.OWNER] not in own:
            assert row.pop('last_good_backup_name') is None
        assert 'back_end' not in row
        compare(row, *wanted)
    assert {row['backup_id'] for row in site.export(page, ALL)['rows']} == {
        key
        for key, row in facts.backups.items()
        if row[coverage_chains.OWNER] in own
    }
    projects = site.export(page, BACKUPS)['rows']
    assert {row['project_id'] for row in projects} == {
        row['project_id'] for row in told.values()
    }


def ask(cloud, path):
    (found,) = cloud.ask('block-storage', path).values()
    return found


def wait(cloud, path, status):
    end = time.monotonic() + PATIENCE_S
    while (found := ask(cloud, path))['status'] != status:
        assert found['status'] != 'error', found
        assert time.monotonic() < end, found
        time.sleep(0.5)


def make(cloud, kind, **attributes):
    """Makes one thing of Cinder's; its path."""
    body = cloud.write(
        'POST', f'/{kind}s', 'block-storage', {kind: attributes}
    )
    return f'/{kind}s/{body[kind]["id"]}'


@pytest.fixture
def volume(cloud):
    """A new volume's path; in the end it is deleted, and its backups too."""
    path = make(cloud, 'volume', name='to-be-backed-up', size=1)
    wait(cloud, path, 'available')
    yield path
    for backup in cloud.backups():
        if path.endswith(backup['volume_id']):
            cloud.write('DELETE', f'/backups/{backup["id"]}', 'block-storage')
    cloud.write('DELETE', path, 'block-storage')


@contextlib.contextmanager
def long_to_read(demo, path):
    """While the file behind a volume is huge, its backup does not end."""
    name = f'volume-{path.rpartition("/")[2]}'
    file = demo.home / 'cloud' / 'data' / 'volumes' / 'fast' / name
    size = file.stat().st_size
    os.truncate(file, VERY_LONG)
    try:
        yield
    finally:
        os.truncate(file, size)


def test_a_backup_on_its_way(demo, cloud, sign_in, volume):
    page = sign_in('admin')

    def told():
        demo.collect()
        rows = site.export(page, f'{VOLUMES}?q={volume.rpartition("/")[2]}')
        (row,) = rows['rows']
        return row

    with demo.without_worker():
        assert told()['state'] == 'new'
        with long_to_read(demo, volume):
            backup = make(
                cloud,
                'backup',
                volume_id=volume.rpartition('/')[2],
                name='on-its-way',
            )
            row = told()
            assert ask(cloud, backup)['status'] == 'creating'
        assert (row['state'], row['within']) == ('in_progress', False)
        assert row['last_try_at']
        wait(cloud, backup, 'available')
        row = told()
    assert (row['state'], row['within']) == ('protected', True)
    assert row['last_good_backup_name'] == 'on-its-way'
