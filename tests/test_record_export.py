"""Tasks that export records of backups, and the files of these."""

import json
import logging

from django.utils import timezone
import pytest

from rey_dashboard import worker
from rey_dashboard.backups import exported
from rey_dashboard.tasks import models
from rey_dashboard.tasks import orders
from tests import paper_tasks
from tests import record_tasks as records
from tests.paper_tasks import REY

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cloud(tmp_path, monkeypatch):
    with records.running(tmp_path, monkeypatch) as cloud:
        yield cloud


class TestExport:
    def test_what_it_builds_on_comes_with_it(self, cloud, admin):
        task = records.planned(records.ask_export(admin, cloud.step))
        assert records.step(task, cloud.step).flags == []
        assert records.step(task, cloud.full).flags == ['needed']

    def test_nothing_that_is_stored_can_be_read_without_the_passphrase(
        self, cloud, admin, engine, caplog
    ):
        caplog.set_level(logging.DEBUG)
        task = records.work(
            engine, records.planned(records.ask_export(admin, cloud.full))
        )
        kept = json.dumps([
            task.parameters,
            *task.steps.values_list('work', 'after'),
        ])  # fmt: skip
        for word in (records.PASSPHRASE, 'service_metadata', 'backup_url'):
            assert word not in kept + caplog.text
        answer = admin.get(f'/rey/tasks/{task.pk}/', {'format': 'json'})
        text = b''.join(answer.streaming_content).decode()
        assert records.step(task, cloud.full).work['sealed'] not in text

    @pytest.mark.parametrize(
        ('passphrase', 'again', 'words'),
        [
            ('short', 'short', 'It needs 12 characters at least'),
            (
                records.PASSPHRASE,
                'something else',
                'The two are not the same.',
            ),
            ('', '', 'Type the passphrase.'),
            ('x' * 1001, 'x' * 1001, 'longer than 1000'),
        ],
    )
    def test_a_weak_or_mistyped_passphrase_is_refused(
        self, cloud, admin, passphrase, again, words
    ):
        answer = records.ask_export(
            admin, cloud.full, passphrase=passphrase, again=again
        )
        assert answer.status_code == 200
        assert words in answer.content.decode()
        assert not models.Task.objects.exists()

    def test_spaces_at_the_ends_count(self, cloud, admin, engine):
        told = f' {records.PASSPHRASE} '
        answer = records.ask_export(
            admin, cloud.full, passphrase=told, again=told
        )
        task = records.work(engine, records.planned(answer))
        assert records.download(admin, task, told).get('Content-Disposition')
        assert (
            'another passphrase'
            in records.download(admin, task).content.decode()
        )

    def test_what_has_no_record_is_left_out_with_the_reason(
        self, cloud, admin
    ):
        cloud.change('backups', cloud.full, status='error')
        worker.collect_once()
        task = records.planned(records.ask_export(admin, cloud.step))
        assert records.step(task, cloud.full).error == (
            'It is error: Cinder tells the record of an available one alone.'
        )
        assert (
            'Nothing can be restored' in records.step(task, cloud.step).error
        )
        assert task.total == 0

    def test_one_that_changed_since_fails_alone(self, cloud, admin, engine):
        task = records.planned(records.ask_export(admin, cloud.step))
        cloud.change('backups', cloud.full, status='error')
        records.work(engine, task)
        assert task.state == models.Task.State.PARTLY_FAILED
        assert 'must be available' in records.step(task, cloud.full).error
        cloud.forget_backup(cloud.full)
        orders.retry(task, REY)
        paper_tasks.work_until_it_rests(engine)
        assert records.step(task, cloud.full).error == 'It is gone.'
        page = admin.get(f'{records.EXPORT}{task.pk}/')
        assert len(page.context['left'].without) == 1
        assert 'record is not among them' in page.content.decode()

    def test_a_wrong_passphrase_downloads_nothing(self, cloud, admin, engine):
        task = records.work(
            engine, records.planned(records.ask_export(admin, cloud.full))
        )
        answer = records.download(admin, task, 'four grey cats run')
        assert answer.status_code == 200
        assert not answer.get('Content-Disposition')
        words = 'The export was made with another passphrase.'
        assert words in answer.content.decode()
        assert not task.comments.exists()

    def test_a_download_is_told_and_kept_by_no_browser(
        self, cloud, admin, engine
    ):
        task = records.work(
            engine, records.planned(records.ask_export(admin, cloud.full))
        )
        answer = records.download(admin, task)
        assert answer['Cache-Control'] == 'no-store'
        assert 'backup-records-RegionOne-' in answer['Content-Disposition']
        (comment,) = task.comments.all()
        assert comment.text == 'The file was downloaded.'
        page = admin.get(f'/rey/tasks/{task.pk}/').content.decode()
        assert f'href="{records.EXPORT}{task.pk}/"' in page

    def test_dropped_records_are_gone(self, cloud, admin, engine):
        task = records.work(
            engine, records.planned(records.ask_export(admin, cloud.full))
        )
        assert admin.get('/rey/backups/records/').context['page'][0].sealed
        answer = admin.post(f'{records.EXPORT}{task.pk}/drop/')
        assert answer.status_code == 302
        assert records.step(task, cloud.full).work == {}
        assert not exported.of(records.REGION).get().sealed
        page = admin.get(f'{records.EXPORT}{task.pk}/').content.decode()
        assert 'There is nothing to download' in page
        assert 'The sealed records were deleted.' in page
        assert records.row(cloud, cloud.full)['status'] == 'available'

    def test_one_that_runs_is_neither_downloaded_nor_dropped(
        self, cloud, admin
    ):
        task = records.planned(records.ask_export(admin, cloud.full))
        orders.start(task, REY)
        models.Task.objects.update(started_at=timezone.now())
        assert 'not ended yet' in (
            admin.get(f'{records.EXPORT}{task.pk}/').content.decode()
        )
        assert records.download(admin, task).status_code == 400
        admin.post(f'{records.EXPORT}{task.pk}/drop/')
        assert not task.comments.exists()
