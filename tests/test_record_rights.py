"""Who may have to do with records of backups: the whole cloud's admins."""

import pytest

from rey_dashboard.backups import record_files
from rey_dashboard.tasks import models
from rey_dashboard.tasks import planning
from tests import factory
from tests import factory_backups
from tests import paper_records as paper
from tests.paper_tasks import REY

pytestmark = pytest.mark.django_db
RECORDS = '/rey/backups/records/'
EXPORT = '/rey/backups/export/'
IMPORT = '/rey/backups/import/'


@pytest.fixture
def task(company, monkeypatch):
    """An export that has ended."""
    monkeypatch.setattr(record_files.Lock, '__init__', paper.quick_lock)
    lock = record_files.Lock.new()
    keys = record_files.Keys('four grey cats sleep', lock)
    factory_backups.backup('b', 'p')
    task = planning.plan(
        'export_backups',
        factory.REGION,
        {
            'backups': ['b'],
            'public_key': keys.public,
            'lock': lock.tell(),
        },
        '<b>Export</b>',
        'token',
        REY,
    )
    told = record_files.seal_one(keys.public, paper.told('b'))
    task.steps.update(state='done', work={'sealed': told})
    now = factory_backups.ago(days=1)
    task.state, task.done = models.Task.State.SUCCEEDED, 1
    task.started_at = task.ended_at = now
    task.save()
    return task


def calls(task):
    yield 'get', RECORDS
    yield 'get', f'{RECORDS}?format=csv'
    for address in (EXPORT, f'{EXPORT}?chosen=1&id=b', IMPORT):
        yield 'get', address
        yield 'post', address
    yield 'get', f'{EXPORT}{task.pk}/'
    yield 'post', f'{EXPORT}{task.pk}/'
    yield 'post', f'{EXPORT}{task.pk}/drop/'


@pytest.mark.parametrize(
    ('role', 'on_domain'),
    [
        ('member', ''),
        ('reader', ''),
        ('manager', 'manager'),
        ('member', 'admin'),
        ('cloud_watcher', ''),
    ],
)
def test_nobody_else_gets_in(sign_in, task, settings, role, on_domain):
    if on_domain:
        factory.domain_role('research', on_domain)
    browser = sign_in(role)
    for method, address in calls(task):
        answer = getattr(browser, method)(address)
        assert answer.status_code == 403, (method, address)
    assert models.Task.objects.count() == 1
    assert task.steps.get().work['sealed']
    assert not task.comments.exists()


def test_who_only_reads_sees_no_way_there(sign_in, task, settings, tmp_path):
    policy = tmp_path / 'rey_policy.yaml'
    policy.write_text('"rey:operate:read": "role:watcher"\n')
    settings.POLICY_FILES = {'rey': str(policy)}
    browser = sign_in('watcher')
    page = browser.get('/rey/backups/all/').content.decode()
    assert RECORDS not in page
    assert EXPORT not in page
    for method, address in calls(task):
        answer = getattr(browser, method)(address)
        assert answer.status_code == 403, (method, address)


def test_a_manager_sees_no_way_there(sign_in, task):
    factory.domain_role('research', 'manager')
    page = sign_in('member').get('/rey/backups/all/').content.decode()
    assert RECORDS not in page
    assert EXPORT not in page


def test_an_admin_finds_the_way(admin, task):
    page = admin.get('/rey/backups/all/?status=available').content.decode()
    assert f'href="{RECORDS}"' in page
    assert f'{EXPORT}?status=available' in page
    page = admin.get(RECORDS)
    assert '&lt;b&gt;Export&lt;/b&gt;' in page.content.decode()
    assert [row.pk for row in page.context['page']] == [task.pk]
    page = admin.get(f'{EXPORT}{task.pk}/').content.decode()
    assert 'Download the file' in page


def test_an_export_of_another_region_is_not_there(admin, task):
    models.Task.objects.update(region='Other')
    assert admin.get(f'{EXPORT}{task.pk}/').status_code == 404
    assert not admin.get(RECORDS).context['page'].object_list


def test_only_exports_are_found(admin, task):
    models.Task.objects.update(kind='back_up')
    assert admin.get(f'{EXPORT}{task.pk}/').status_code == 404


def test_too_many_for_one_file_are_refused(admin, task, monkeypatch):
    monkeypatch.setattr('rey_dashboard.backups.record_forms.MOST', 0)
    form = admin.get(EXPORT).context['form']
    answer = admin.post(
        EXPORT,
        {
            'token': form['token'].value(),
            'expected': form['expected'].value(),
            'passphrase': 'four grey cats sleep',
            'again': 'four grey cats sleep',
        },
    )
    assert 'One file takes 0 backups' in answer.content.decode()


def test_the_pages_without_anything_say_so(admin):
    factory.collected()
    assert 'No backup matches.' in admin.get(EXPORT).content.decode()
    chosen = admin.get(f'{EXPORT}?chosen=1').content.decode()
    assert 'No backup was chosen' in chosen
    assert admin.get(RECORDS).status_code == 200
    assert 'PROJECT admin' in admin.get(IMPORT).content.decode()
