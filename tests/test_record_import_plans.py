"""What is told of an import of records before anything is done."""

import pytest

from rey_dashboard import worker
from rey_dashboard.backups import record_files
from rey_dashboard.inventory import models as inventory
from rey_dashboard.tasks import envelopes
from rey_dashboard.tasks import models
from tests import factory
from tests import paper_records as paper
from tests import record_tasks as records

pytestmark = pytest.mark.django_db(transaction=True)
STATES = models.Step.State


@pytest.fixture
def cloud(tmp_path, monkeypatch):
    with records.running(tmp_path, monkeypatch) as cloud:
        yield cloud


class TestImport:
    @pytest.fixture
    def data(self, cloud, admin, engine):
        return records.exported_file(admin, engine, cloud.step)

    def test_what_is_there_already_is_left_out(self, cloud, admin, data):
        task = records.planned(records.ask_import(admin, data))
        assert task.total == 0
        told = set(task.steps.values_list('error', 'remedy'))
        assert told == {
            (
                'It is there already.',
                f'It is left as it is, in the project {cloud.shop}.',
            )
        }

    def test_a_record_without_what_it_builds_on_is_left_out(
        self, cloud, admin, engine, data
    ):
        records.lose(cloud, cloud.step, cloud.full)
        task = records.planned(
            records.ask_import(admin, without(data, cloud.full))
        )
        refused = records.step(task, cloud.step)
        assert refused.error == (
            'What it builds on neither is there nor comes before it.'
        )
        assert cloud.full in refused.remedy

    def test_a_project_that_keystone_lost_is_told_before(
        self, cloud, admin, engine, data
    ):
        records.lose(cloud, cloud.step, cloud.full)
        cloud.delete('projects', cloud.shop)
        worker.collect_once(full=True)
        task = records.planned(records.ask_import(admin, data))
        assert task.total == 0
        refused = records.step(task, cloud.full)
        assert refused.error == 'Keystone does not have its project.'
        assert cloud.shop in refused.remedy
        task = records.work(
            engine,
            records.planned(records.ask_import(admin, data, into='own')),
        )
        assert task.state == models.Task.State.SUCCEEDED
        own = cloud.service_project.id
        assert records.row(cloud, cloud.step).project_id == own
        assert records.step(task, cloud.full).flags == ['elsewhere']

    def test_a_disabled_project_is_told_before(self, cloud, admin, data):
        records.lose(cloud, cloud.step, cloud.full)
        inventory.Project.objects.filter(id=cloud.shop).update(enabled=False)
        task = records.planned(records.ask_import(admin, data))
        assert (
            records.step(task, cloud.full).error
            == 'Its project shop is disabled.'
        )

    def test_a_full_quota_is_told_before_with_its_numbers(
        self, cloud, admin, data
    ):
        records.lose(cloud, cloud.step, cloud.full)
        inventory.Quota.objects.all().delete()
        factory.quota(cloud.shop, 'volume', 'backups', -1, 0)
        factory.quota(cloud.shop, 'volume', 'backup_gigabytes', 9, 5, 1)
        task = records.planned(records.ask_import(admin, data))
        assert records.step(task, cloud.full).state == STATES.PENDING
        refused = records.step(task, cloud.step)
        assert 'backup_gigabytes would be 10 of 9' in refused.error
        assert f'cinder-manage quota sync --project-id {cloud.shop}' in (
            refused.remedy
        )

    def test_where_the_service_user_is_no_admin_is_told_before(
        self, cloud, admin, data
    ):
        records.lose(cloud, cloud.step, cloud.full)
        task = records.planned(records.ask_import(admin, data))
        assert records.step(task, cloud.full).flags == ['no_admin']
        user = cloud.service_user.id
        assert user in admin.get(records.IMPORT).content.decode()
        cloud.give('admin', user=user, project=cloud.shop)
        worker.collect_once(full=True)
        task = records.planned(records.ask_import(admin, data))
        assert records.step(task, cloud.full).flags == []

    def test_without_a_worker_nothing_is_planned(self, cloud, admin, data):
        models.WorkerKey.objects.update(region='Other')
        answer = records.ask_import(admin, data)
        assert answer.status_code == 200
        assert 'No worker runs' in answer.content.decode()

    @pytest.mark.parametrize(
        ('data', 'passphrase', 'words'),
        [
            (None, 'four grey cats run', 'The passphrase is another one'),
            (b'{}', records.PASSPHRASE, 'It is no file of backup records'),
            (b'', records.PASSPHRASE, 'The file is empty.'),
            (b'[' * 9999, records.PASSPHRASE, 'a part of one only'),
        ],
    )
    def test_a_file_of_no_use_is_refused_in_words(
        self, cloud, admin, engine, data, passphrase, words
    ):
        if data is None:
            data = records.exported_file(admin, engine, cloud.full)
        before = models.Task.objects.count()
        answer = records.ask_import(admin, data, passphrase)
        assert answer.status_code == 200
        assert words in answer.content.decode()
        assert models.Task.objects.count() == before

    def test_records_that_are_none_are_refused_in_words(self, cloud, admin):
        answer = records.ask_import(admin, records.sealed([{'x': 1}]))
        assert 'Number 1 in it is no record' in answer.content.decode()

    def test_names_of_any_kind_are_shown_as_they_are(self, cloud, admin, data):
        records.lose(cloud, cloud.step, cloud.full)
        task = records.planned(records.ask_import(admin, data))
        page = admin.get(f'/rey/tasks/{task.pk}/').content.decode()
        assert '&lt;script&gt;alert(1)&lt;/script&gt; =cmd() 😀' in page
        assert '<script>alert(1)' not in page


def without(data, backup_id):
    told = [
        one
        for one in records.opened(data)
        if records.columns(one)['id'] != backup_id
    ]
    return records.sealed(told)


def test_ten_thousand_records_go_through(admin, monkeypatch):
    """Planned, sealed, put into a file and read again."""
    monkeypatch.setattr(record_files.Lock, '__init__', paper.quick_lock)
    factory.collected()
    factory.project('p')
    envelopes.Teller().tell(records.REGION)
    told = [paper.told(f'n{number}') for number in range(10_000)]
    data = records.sealed(told)
    assert len(data) < record_files.MOST_BYTES / 2
    task = records.planned(records.ask_import(admin, data))
    assert (task.total, task.steps.count()) == (10_000, 10_000)
