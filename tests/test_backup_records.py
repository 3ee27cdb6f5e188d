"""The tab All backups of the Backups panel."""

import datetime

import pytest

from tests import backup_pages as pages
from tests import factory
from tests import factory_backups as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def collected():
    factory.collected()
    make.service('backup-1')


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
    assert sorted(pages.found(admin, pages.ALL, 'id', **query)) == ids
    rows = pages.export(admin, pages.ALL, **query)['rows']
    assert sorted(row['backup_id'] for row in rows) == ids


def test_a_backup_tells_what_it_builds_on_and_what_is_gone(admin):
    backups()
    page = pages.text(admin, pages.ALL)
    assert 'depth 1, on <a href="/rey/backups/all/?q=full">Sunday</a>' in page
    assert 'others depend on it' in page
    assert 'what it builds on is gone' in page
    assert 'v-gone<small>volume is gone</small>' in page
    assert 'q<small>project is gone</small>' in page
    rows = {
        row['backup_id']: row for row in pages.export(admin, pages.ALL)['rows']
    }
    assert rows['step']['parent_backup_id'] == 'full'
    assert rows['lost']['parent_backup_id'] is None
    assert rows['lost']['chain_problem'] == 'parent_gone'
    assert rows['step']['volume_name'] == 'disk'


def test_how_long_a_backup_took_is_told_where_it_is_known(admin):
    backups()
    rows = {
        row['backup_id']: row for row in pages.export(admin, pages.ALL)['rows']
    }
    assert rows['step']['took_seconds'] == 180
    assert rows['full']['took_seconds'] is None
    assert '>3 min<' in pages.text(admin, pages.ALL)
    assert pages.found(admin, pages.ALL, 'id', sort='-took')[0] == 'step'


def test_backups_that_are_not_judged_yet_are_listed(admin):
    make.backup('b', 'nobody-knows')
    page = pages.text(admin, pages.ALL)
    assert 'nobody-knows' in page
    assert pages.export(admin, pages.ALL)['rows'][0]['project_gone'] is None


def test_another_domains_parent_is_not_told(sign_in):
    factory.domain_role('research')
    factory.domain('research')
    factory.project('p', domain_id='research')
    factory.summary('p', domain_id='research')
    make.backup('foreign', 'elsewhere', name='str4nge')
    make.backup('mine', 'p', is_incremental=True)
    make.chain('mine', parent_id='foreign', full_id='foreign', depth=1)
    browser = sign_in('member')
    row = pages.export(browser, pages.ALL)['rows'][0]
    assert (row['parent_backup_id'], row['full_backup_id']) == (None, None)
    assert 'foreign' not in pages.text(browser, pages.ALL)
