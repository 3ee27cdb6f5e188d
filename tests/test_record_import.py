"""Tasks that import records of backups: what they do."""

import datetime
import json
import logging

from django.utils import timezone
import pytest

from rey_dashboard import worker
from rey_dashboard.inventory import models as inventory
from rey_dashboard.tasks import envelopes
from rey_dashboard.tasks import models
from rey_dashboard.tasks import orders
from tests import paper_records as paper
from tests import paper_tasks
from tests import record_tasks as records
from tests.paper_tasks import REY

pytestmark = pytest.mark.django_db(transaction=True)
STATES = models.Step.State


@pytest.fixture
def cloud(tmp_path, monkeypatch):
    with records.running(tmp_path, monkeypatch) as cloud:
        yield cloud


class TestThereAndBack:
    def test_what_cinder_lost_is_there_again_and_can_be_restored(
        self, cloud, admin, engine
    ):
        data = records.exported_file(admin, engine, cloud.step)
        records.lose(cloud, cloud.full, cloud.step)
        task = records.planned(records.ask_import(admin, data))
        assert [one.target for one in task.steps.order_by('number')] == [
            cloud.full,
            cloud.step,
        ]
        records.work(engine, task)
        assert task.state == models.Task.State.SUCCEEDED, [
            one.error for one in task.steps.all()
        ]
        full, last = (
            records.row(cloud, cloud.full),
            records.row(cloud, cloud.step),
        )
        assert full.project_id == last.project_id == cloud.shop
        assert full['status'] == last['status'] == 'available'
        assert (full.name, last['parent_id']) == (records.HOSTILE, cloud.full)
        assert (full['content'], last['content']) == ('1', '2')
        assert last['metadata'] == {'rey_step': 'req-1'}

    def test_pages_know_of_it_at_once_and_invent_no_time(
        self, cloud, admin, engine
    ):
        data = records.exported_file(admin, engine, cloud.full)
        records.lose(cloud, cloud.full, cloud.step)
        cloud.advance(86400)
        records.work(engine, records.planned(records.ask_import(admin, data)))
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
        records.exported_file(admin, engine, cloud.step)
        worker.collect_once(full=True)
        assert there.get().updated_at > before
        assert there.get().took == took


class TestImport:
    @pytest.fixture
    def data(self, cloud, admin, engine):
        return records.exported_file(admin, engine, cloud.step)

    def test_what_came_back_since_is_left_alone(
        self, cloud, admin, engine, data
    ):
        records.lose(cloud, cloud.full, cloud.step)
        first, second = (
            records.planned(records.ask_import(admin, data)) for _ in range(2)
        )
        records.work(engine, first)
        records.work(engine, second)
        assert second.state == models.Task.State.FAILED
        assert 'It is there already' in records.step(second, cloud.full).error

    def test_what_builds_on_one_that_fails_is_not_imported(
        self, cloud, admin, engine, data
    ):
        records.lose(cloud, cloud.step, cloud.full)
        task = records.planned(
            records.ask_import(admin, broken(data, cloud.full))
        )
        records.work(engine, task)
        assert (
            'missing fields (container)'
            in records.step(task, cloud.full).error
        )
        assert 'openstack volume backup delete' in (
            records.step(task, cloud.full).remedy
        )
        assert 'It was not imported' in records.step(task, cloud.step).error
        assert records.row(cloud, cloud.step) is None

    @pytest.mark.parametrize('way', ['policy', 'no role'])
    def test_without_the_right_the_command_is_told_and_retrying_helps(
        self, cloud, admin, engine, data, way
    ):
        records.lose(cloud, cloud.step, cloud.full)
        task = records.planned(records.ask_import(admin, data))
        if way == 'policy':
            path = '/backups/import_record'
            cloud.fault('block-storage', path, status=403)
        else:
            cloud.closed_projects.add(cloud.shop)
        records.work(engine, task)
        assert task.state == models.Task.State.FAILED
        user = cloud.service_user.id
        command = f'role add --user {user} --project {cloud.shop} admin'
        assert command in records.step(task, cloud.full).remedy
        cloud.clear_faults()
        cloud.closed_projects.clear()
        orders.retry(task, REY)
        paper_tasks.work_until_it_rests(engine)
        task.refresh_from_db()
        assert task.state == models.Task.State.SUCCEEDED

    def test_an_answer_that_is_lost_makes_no_second_one(
        self, cloud, admin, engine, data
    ):
        records.lose(cloud, cloud.step, cloud.full)
        task = records.planned(records.ask_import(admin, data))
        path = '/backups/import_record'
        cloud.fault('block-storage', path, kind='lost', times=1)
        records.work(engine, task)
        assert task.state == models.Task.State.SUCCEEDED
        assert len(cloud.tables['backups']) == 2

    def test_what_waits_is_sealed_and_goes_when_it_is_done(
        self, cloud, admin, engine, data, caplog
    ):
        caplog.set_level(logging.DEBUG)
        records.lose(cloud, cloud.step, cloud.full)
        task = records.planned(records.ask_import(admin, data))
        assert 'container' not in json.dumps(
            records.step(task, cloud.full).work
        )
        records.work(engine, task)
        assert 'sealed' not in records.step(task, cloud.full).work
        for word in (records.PASSPHRASE, 'service_metadata', 'backup_url'):
            assert word not in caplog.text

    def test_a_worker_that_came_later_says_what_to_do(
        self, cloud, admin, engine, data
    ):
        records.lose(cloud, cloud.step, cloud.full)
        task = records.planned(records.ask_import(admin, data))
        models.WorkerKey.objects.update(seen_at=timezone.now() - AGES)
        envelopes._own.cache_clear()
        records.work(engine, task)
        assert 'started anew' in records.step(task, cloud.full).error
        envelopes.Teller().tell(records.REGION)
        records.work(engine, records.planned(records.ask_import(admin, data)))
        assert records.row(cloud, cloud.step)['status'] == 'available'

    def test_a_step_waits_for_the_worker_that_can_read_it(
        self, cloud, admin, engine, data
    ):
        records.lose(cloud, cloud.step, cloud.full)
        task = records.planned(records.ask_import(admin, data))
        mine = envelopes._own()
        envelopes._own.cache_clear()
        orders.start(task, REY)
        engine.tick()
        engine.tick()
        waits = records.step(task, cloud.full)
        assert (waits.state, waits.error) == (STATES.RUNNING, '')
        assert envelopes._own() != mine


AGES = datetime.timedelta(hours=1)


def broken(data, backup_id):
    told = records.opened(data)
    for one in told:
        held = records.columns(one)
        if held['id'] == backup_id:
            del held['container']
            one['url'] = paper.url(held)
    return records.sealed(told)
