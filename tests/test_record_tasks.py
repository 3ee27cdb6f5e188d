"""Records of backups exported and imported, in the simulated cloud."""

import datetime
import io
import json
import logging

from django.utils import timezone
import pytest

from rey_dashboard import worker
from rey_dashboard.backups import exported
from rey_dashboard.backups import record_files
from rey_dashboard.backups import record_kinds
from rey_dashboard.inventory import models as inventory
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import sync
from rey_dashboard.tasks import envelopes
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models
from rey_dashboard.tasks import orders
from tests import factory
from tests import paper_records as paper
from tests import paper_tasks
from tests import simcloud
from tests.paper_tasks import REY

pytestmark = pytest.mark.django_db(transaction=True)
REGION = 'RegionOne'
STATES = models.Step.State
EXPORT, IMPORT = '/rey/backups/export/', '/rey/backups/import/'
PASSPHRASE = 'four grey cats sleep'
HOSTILE = '<script>alert(1)</script> =cmd() 😀'
PARTS = (
    parts.IDENTITY,
    parts.VOLUMES,
    parts.BACKUPS,
    parts.VOLUME_QUOTAS,
    parts.RIGHTS,
    parts.PEOPLE,
)
KINDS = {
    'export_backups': record_kinds.ExportBackups(),
    'import_backups': record_kinds.ImportBackups(),
}


@pytest.fixture
def cloud(tmp_path, monkeypatch):
    monkeypatch.setenv('OS_CLIENT_CONFIG_FILE', str(tmp_path / 'clouds.yaml'))
    monkeypatch.setattr(kinds, 'installed', lambda: KINDS)
    monkeypatch.setattr(sync, 'ORDER', (PARTS, (parts.READY,)))
    monkeypatch.setattr(sync, 'ORDER_OF_CHANGES', (PARTS, (parts.READY,)))
    monkeypatch.setattr(record_files.Lock, '__init__', paper.quick_lock)
    monkeypatch.setattr(record_kinds, 'LOOK_AGAIN_S', 0.01)
    with simcloud.running() as cloud:
        cloud.clouds_yaml(tmp_path / 'clouds.yaml')
        cloud.shop = cloud.add_project('shop')
        cloud.disk = cloud.add_volume(cloud.shop, 2, name='disk', content='1')
        cloud.full = cloud.add_backup(cloud.disk, name=HOSTILE)
        cloud.advance(60)
        cloud.change('volumes', cloud.disk, content='2')
        cloud.step = cloud.add_backup(
            cloud.disk, incremental=True, metadata={'rey_step': 'req-1'}
        )
        cloud.advance(60)
        worker.collect_once()
        envelopes.Teller().tell(REGION)
        yield cloud


def work(engine, task):
    orders.start(task, REY)
    paper_tasks.work_until_it_rests(engine)
    task.refresh_from_db()
    return task


def planned(answer):
    assert answer.status_code == 302, answer.context['form'].errors
    pk = answer.url.rstrip('/').rpartition('/')[2]
    return models.Task.objects.get(pk=pk)


def ask_export(browser, *ids, passphrase=PASSPHRASE, again=PASSPHRASE):
    address = f'{EXPORT}?chosen=1&' + '&'.join(f'id={one}' for one in ids)
    form = browser.get(address).context['form']
    return browser.post(
        address,
        {
            'token': form['token'].value(),
            'expected': form['expected'].value(),
            'passphrase': passphrase,
            'again': again,
        },
    )


def download(browser, task, passphrase=PASSPHRASE):
    address = f'{EXPORT}{task.pk}/'
    return browser.post(address, {'passphrase': passphrase})


def ask_import(browser, data, passphrase=PASSPHRASE, into='owners'):
    form = browser.get(IMPORT).context['form']
    file = io.BytesIO(data)
    file.name = 'records.json'
    return browser.post(
        IMPORT,
        {
            'token': form['token'].value(),
            'file': file,
            'passphrase': passphrase,
            'into': into,
        },
    )


def exported_file(browser, engine, *ids):
    task = work(engine, planned(ask_export(browser, *ids)))
    assert task.state == models.Task.State.SUCCEEDED
    return download(browser, task).content


def lose(cloud, *ids):
    for one in ids:
        cloud.forget_backup(one)
    worker.collect_once(full=True)
    assert not inventory.Backup.objects.filter(id__in=ids).exists()


def row(cloud, backup_id):
    return cloud.tables['backups'].get(backup_id)


def step(task, backup_id):
    return task.steps.get(target=backup_id)


class TestThereAndBack:
    def test_what_cinder_lost_is_there_again_and_can_be_restored(
        self, cloud, admin, engine
    ):
        data = exported_file(admin, engine, cloud.step)
        lose(cloud, cloud.full, cloud.step)
        task = planned(ask_import(admin, data))
        assert [one.target for one in task.steps.order_by('number')] == [
            cloud.full,
            cloud.step,
        ]
        work(engine, task)
        assert task.state == models.Task.State.SUCCEEDED, [
            one.error for one in task.steps.all()
        ]
        full, last = row(cloud, cloud.full), row(cloud, cloud.step)
        assert full.project_id == last.project_id == cloud.shop
        assert full['status'] == last['status'] == 'available'
        assert (full.name, last['parent_id']) == (HOSTILE, cloud.full)
        assert (full['content'], last['content']) == ('1', '2')
        assert last['metadata'] == {'rey_step': 'req-1'}

    def test_pages_know_of_it_at_once_and_invent_no_time(
        self, cloud, admin, engine
    ):
        data = exported_file(admin, engine, cloud.full)
        lose(cloud, cloud.full, cloud.step)
        cloud.advance(86400)
        work(engine, planned(ask_import(admin, data)))
        for _ in range(2):
            backup = inventory.Backup.objects.get(id=cloud.full)
            assert (backup.status, backup.took) == ('available', None)
            coverage = inventory.VolumeCoverage.objects.get()
            assert coverage.last_good_id == cloud.full
            cloud.change('backups', cloud.full, object_count=3)
            worker.collect_once(full=True)

    def test_an_export_does_not_change_what_making_it_took(
        self, cloud, admin, engine
    ):
        took = datetime.timedelta(seconds=42)
        there = inventory.Backup.objects.filter(id=cloud.step)
        there.update(took=took)
        before = there.get().updated_at
        cloud.advance(86400)
        exported_file(admin, engine, cloud.step)
        worker.collect_once(full=True)
        assert there.get().updated_at > before
        assert there.get().took == took


class TestExport:
    def test_what_it_builds_on_comes_with_it(self, cloud, admin):
        task = planned(ask_export(admin, cloud.step))
        assert step(task, cloud.step).flags == []
        assert step(task, cloud.full).flags == ['needed']

    def test_nothing_that_is_stored_can_be_read_without_the_passphrase(
        self, cloud, admin, engine, caplog
    ):
        caplog.set_level(logging.DEBUG)
        task = work(engine, planned(ask_export(admin, cloud.full)))
        kept = json.dumps([
            task.parameters,
            *task.steps.values_list('work', 'after'),
        ])  # fmt: skip
        for word in (PASSPHRASE, 'service_metadata', 'backup_url'):
            assert word not in kept + caplog.text
        answer = admin.get(f'/rey/tasks/{task.pk}/', {'format': 'json'})
        text = b''.join(answer.streaming_content).decode()
        assert step(task, cloud.full).work['sealed'] not in text

    @pytest.mark.parametrize(
        ('passphrase', 'again', 'words'),
        [
            ('short', 'short', 'It needs 12 characters at least'),
            (PASSPHRASE, 'something else', 'The two are not the same.'),
            ('', '', 'Type the passphrase.'),
            ('x' * 1001, 'x' * 1001, 'longer than 1000'),
        ],
    )
    def test_a_weak_or_mistyped_passphrase_is_refused(
        self, cloud, admin, passphrase, again, words
    ):
        answer = ask_export(
            admin, cloud.full, passphrase=passphrase, again=again
        )
        assert answer.status_code == 200
        assert words in answer.content.decode()
        assert not models.Task.objects.exists()

    def test_spaces_at_the_ends_count(self, cloud, admin, engine):
        told = f' {PASSPHRASE} '
        answer = ask_export(admin, cloud.full, passphrase=told, again=told)
        task = work(engine, planned(answer))
        assert download(admin, task, told).get('Content-Disposition')
        assert 'another passphrase' in download(admin, task).content.decode()

    def test_what_has_no_record_is_left_out_with_the_reason(
        self, cloud, admin
    ):
        cloud.change('backups', cloud.full, status='error')
        worker.collect_once()
        task = planned(ask_export(admin, cloud.step))
        assert step(task, cloud.full).error == (
            'It is error: Cinder tells the record of an available one alone.'
        )
        assert 'Nothing can be restored' in step(task, cloud.step).error
        assert task.total == 0

    def test_one_that_changed_since_fails_alone(self, cloud, admin, engine):
        task = planned(ask_export(admin, cloud.step))
        cloud.change('backups', cloud.full, status='error')
        work(engine, task)
        assert task.state == models.Task.State.PARTLY_FAILED
        assert 'must be available' in step(task, cloud.full).error
        cloud.forget_backup(cloud.full)
        orders.retry(task, REY)
        paper_tasks.work_until_it_rests(engine)
        assert step(task, cloud.full).error == 'It is gone.'
        page = admin.get(f'{EXPORT}{task.pk}/')
        assert len(page.context['left'].without) == 1
        assert 'record is not among them' in page.content.decode()

    def test_a_wrong_passphrase_downloads_nothing(self, cloud, admin, engine):
        task = work(engine, planned(ask_export(admin, cloud.full)))
        answer = download(admin, task, 'four grey cats run')
        assert answer.status_code == 200
        assert not answer.get('Content-Disposition')
        words = 'The export was made with another passphrase.'
        assert words in answer.content.decode()
        assert not task.comments.exists()

    def test_a_download_is_told_and_kept_by_no_browser(
        self, cloud, admin, engine
    ):
        task = work(engine, planned(ask_export(admin, cloud.full)))
        answer = download(admin, task)
        assert answer['Cache-Control'] == 'no-store'
        assert 'backup-records-RegionOne-' in answer['Content-Disposition']
        (comment,) = task.comments.all()
        assert comment.text == 'The file was downloaded.'
        page = admin.get(f'/rey/tasks/{task.pk}/').content.decode()
        assert f'href="{EXPORT}{task.pk}/"' in page

    def test_dropped_records_are_gone(self, cloud, admin, engine):
        task = work(engine, planned(ask_export(admin, cloud.full)))
        assert admin.get('/rey/backups/records/').context['page'][0].sealed
        answer = admin.post(f'{EXPORT}{task.pk}/drop/')
        assert answer.status_code == 302
        assert step(task, cloud.full).work == {}
        assert not exported.is_sealed(task)
        page = admin.get(f'{EXPORT}{task.pk}/').content.decode()
        assert 'There is nothing to download' in page
        assert 'The sealed records were deleted.' in page
        assert row(cloud, cloud.full)['status'] == 'available'

    def test_one_that_runs_is_neither_downloaded_nor_dropped(
        self, cloud, admin
    ):
        task = planned(ask_export(admin, cloud.full))
        orders.start(task, REY)
        models.Task.objects.update(started_at=timezone.now())
        assert 'not ended yet' in (
            admin.get(f'{EXPORT}{task.pk}/').content.decode()
        )
        assert download(admin, task).status_code == 400
        admin.post(f'{EXPORT}{task.pk}/drop/')
        assert not task.comments.exists()


class TestImport:
    @pytest.fixture
    def data(self, cloud, admin, engine):
        return exported_file(admin, engine, cloud.step)

    def test_what_is_there_already_is_left_out(self, cloud, admin, data):
        task = planned(ask_import(admin, data))
        assert task.total == 0
        told = set(task.steps.values_list('error', 'remedy'))
        assert told == {
            (
                'It is there already.',
                f'It is left as it is, in the project {cloud.shop}.',
            )
        }

    def test_what_came_back_since_is_left_alone(
        self, cloud, admin, engine, data
    ):
        lose(cloud, cloud.full, cloud.step)
        first, second = (planned(ask_import(admin, data)) for _ in range(2))
        work(engine, first)
        work(engine, second)
        assert second.state == models.Task.State.FAILED
        assert 'It is there already' in step(second, cloud.full).error

    def test_a_record_without_what_it_builds_on_is_left_out(
        self, cloud, admin, engine, data
    ):
        lose(cloud, cloud.step, cloud.full)
        task = planned(ask_import(admin, without(data, cloud.full)))
        refused = step(task, cloud.step)
        assert refused.error == (
            'What it builds on neither is there nor comes before it.'
        )
        assert cloud.full in refused.remedy

    def test_what_builds_on_one_that_fails_is_not_imported(
        self, cloud, admin, engine, data
    ):
        lose(cloud, cloud.step, cloud.full)
        task = planned(ask_import(admin, broken(data, cloud.full)))
        work(engine, task)
        assert 'missing fields (container)' in step(task, cloud.full).error
        assert 'openstack volume backup delete' in (
            step(task, cloud.full).remedy
        )
        assert 'It was not imported' in step(task, cloud.step).error
        assert row(cloud, cloud.step) is None

    def test_a_project_that_keystone_lost_is_told_before(
        self, cloud, admin, engine, data
    ):
        lose(cloud, cloud.step, cloud.full)
        cloud.delete('projects', cloud.shop)
        worker.collect_once(full=True)
        task = planned(ask_import(admin, data))
        assert task.total == 0
        refused = step(task, cloud.full)
        assert refused.error == 'Keystone does not have its project.'
        assert cloud.shop in refused.remedy
        task = work(engine, planned(ask_import(admin, data, into='own')))
        assert task.state == models.Task.State.SUCCEEDED
        own = cloud.service_project.id
        assert row(cloud, cloud.step).project_id == own
        assert step(task, cloud.full).flags == ['elsewhere']

    def test_a_disabled_project_is_told_before(self, cloud, admin, data):
        lose(cloud, cloud.step, cloud.full)
        inventory.Project.objects.filter(id=cloud.shop).update(enabled=False)
        task = planned(ask_import(admin, data))
        assert step(task, cloud.full).error == 'Its project shop is disabled.'

    def test_a_full_quota_is_told_before_with_its_numbers(
        self, cloud, admin, data
    ):
        lose(cloud, cloud.step, cloud.full)
        inventory.Quota.objects.all().delete()
        factory.quota(cloud.shop, 'volume', 'backups', -1, 0)
        factory.quota(cloud.shop, 'volume', 'backup_gigabytes', 9, 5, 1)
        task = planned(ask_import(admin, data))
        assert step(task, cloud.full).state == STATES.PENDING
        refused = step(task, cloud.step)
        assert 'backup_gigabytes would be 10 of 9' in refused.error
        assert f'cinder-manage quota sync --project-id {cloud.shop}' in (
            refused.remedy
        )

    @pytest.mark.parametrize('way', ['policy', 'no role'])
    def test_without_the_right_the_command_is_told_and_retrying_helps(
        self, cloud, admin, engine, data, way
    ):
        lose(cloud, cloud.step, cloud.full)
        task = planned(ask_import(admin, data))
        if way == 'policy':
            path = '/backups/import_record'
            cloud.fault('block-storage', path, status=403)
        else:
            cloud.closed_projects.add(cloud.shop)
        work(engine, task)
        assert task.state == models.Task.State.FAILED
        user = cloud.service_user.id
        command = f'role add --user {user} --project {cloud.shop} admin'
        assert command in step(task, cloud.full).remedy
        cloud.clear_faults()
        cloud.closed_projects.clear()
        orders.retry(task, REY)
        paper_tasks.work_until_it_rests(engine)
        task.refresh_from_db()
        assert task.state == models.Task.State.SUCCEEDED

    def test_where_the_service_user_is_no_admin_is_told_before(
        self, cloud, admin, data
    ):
        lose(cloud, cloud.step, cloud.full)
        task = planned(ask_import(admin, data))
        assert step(task, cloud.full).flags == ['no_admin']
        user = cloud.service_user.id
        assert user in admin.get(IMPORT).content.decode()
        cloud.give('admin', user=user, project=cloud.shop)
        worker.collect_once(full=True)
        task = planned(ask_import(admin, data))
        assert step(task, cloud.full).flags == []

    def test_an_answer_that_is_lost_makes_no_second_one(
        self, cloud, admin, engine, data
    ):
        lose(cloud, cloud.step, cloud.full)
        task = planned(ask_import(admin, data))
        path = '/backups/import_record'
        cloud.fault('block-storage', path, kind='lost', times=1)
        work(engine, task)
        assert task.state == models.Task.State.SUCCEEDED
        assert len(cloud.tables['backups']) == 2

    def test_what_waits_is_sealed_and_goes_when_it_is_done(
        self, cloud, admin, engine, data, caplog
    ):
        caplog.set_level(logging.DEBUG)
        lose(cloud, cloud.step, cloud.full)
        task = planned(ask_import(admin, data))
        assert 'container' not in json.dumps(step(task, cloud.full).work)
        work(engine, task)
        assert 'sealed' not in step(task, cloud.full).work
        for word in (PASSPHRASE, 'service_metadata', 'backup_url'):
            assert word not in caplog.text

    def test_a_worker_that_came_later_says_what_to_do(
        self, cloud, admin, engine, data
    ):
        lose(cloud, cloud.step, cloud.full)
        task = planned(ask_import(admin, data))
        models.WorkerKey.objects.update(seen_at=timezone.now() - AGES)
        envelopes._own.cache_clear()
        work(engine, task)
        assert 'started anew' in step(task, cloud.full).error
        envelopes.Teller().tell(REGION)
        work(engine, planned(ask_import(admin, data)))
        assert row(cloud, cloud.step)['status'] == 'available'

    def test_a_step_waits_for_the_worker_that_can_read_it(
        self, cloud, admin, engine, data
    ):
        lose(cloud, cloud.step, cloud.full)
        task = planned(ask_import(admin, data))
        mine = envelopes._own()
        envelopes._own.cache_clear()
        orders.start(task, REY)
        engine.tick()
        engine.tick()
        waits = step(task, cloud.full)
        assert (waits.state, waits.error) == (STATES.RUNNING, '')
        assert envelopes._own() != mine

    def test_without_a_worker_nothing_is_planned(self, cloud, admin, data):
        models.WorkerKey.objects.update(region='Other')
        answer = ask_import(admin, data)
        assert answer.status_code == 200
        assert 'No worker runs' in answer.content.decode()

    @pytest.mark.parametrize(
        ('data', 'passphrase', 'words'),
        [
            (None, 'four grey cats run', 'The passphrase is another one'),
            (b'{}', PASSPHRASE, 'It is no file of backup records'),
            (b'', PASSPHRASE, 'The file is empty.'),
            (b'[' * 9999, PASSPHRASE, 'a part of one only'),
        ],
    )
    def test_a_file_of_no_use_is_refused_in_words(
        self, cloud, admin, engine, data, passphrase, words
    ):
        if data is None:
            data = exported_file(admin, engine, cloud.full)
        before = models.Task.objects.count()
        answer = ask_import(admin, data, passphrase)
        assert answer.status_code == 200
        assert words in answer.content.decode()
        assert models.Task.objects.count() == before

    def test_records_that_are_none_are_refused_in_words(self, cloud, admin):
        answer = ask_import(admin, sealed([{'x': 1}]))
        assert 'Number 1 in it is no record' in answer.content.decode()

    def test_names_of_any_kind_are_shown_as_they_are(self, cloud, admin, data):
        lose(cloud, cloud.step, cloud.full)
        task = planned(ask_import(admin, data))
        page = admin.get(f'/rey/tasks/{task.pk}/').content.decode()
        assert '&lt;script&gt;alert(1)&lt;/script&gt; =cmd() 😀' in page
        assert '<script>alert(1)' not in page


AGES = datetime.timedelta(hours=1)


def opened(data):
    return record_files.read(data, PASSPHRASE).records


def sealed(records):
    lock = record_files.Lock.new()
    keys = record_files.Keys(PASSPHRASE, lock)
    now = timezone.now()
    return record_files.write(records, REGION, now, lock, keys)


def without(data, backup_id):
    told = [one for one in opened(data) if columns(one)['id'] != backup_id]
    return sealed(told)


def broken(data, backup_id):
    told = opened(data)
    for one in told:
        held = columns(one)
        if held['id'] == backup_id:
            del held['container']
            one['url'] = paper.url(held)
    return sealed(told)


def columns(one):
    return paper.columns(one['url'])


def test_ten_thousand_records_go_through(admin, monkeypatch):
    """Planned, sealed, put into a file and read again."""
    monkeypatch.setattr(record_files.Lock, '__init__', paper.quick_lock)
    factory.collected()
    factory.project('p')
    envelopes.Teller().tell(REGION)
    told = [paper.told(f'n{number}') for number in range(10_000)]
    data = sealed(told)
    assert len(data) < record_files.MOST_BYTES / 2
    task = planned(ask_import(admin, data))
    assert (task.total, task.steps.count()) == (10_000, 10_000)
