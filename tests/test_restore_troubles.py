"""Restores that are hindered, cancelled and tried again."""

import pytest

from rey_dashboard import conf
from rey_dashboard import worker
from rey_dashboard.backups import owners
from rey_dashboard.backups import restore_kinds
from rey_dashboard.backups import restore_over_kind
from rey_dashboard.backups import restoring
from rey_dashboard.cloud import volume
from rey_dashboard.inventory import store
from rey_dashboard.tasks import engine as engines
from rey_dashboard.tasks import orders
from tests import backup_tasks
from tests import paper_tasks
from tests import simcloud
from tests.backup_tasks import REGION
from tests.backup_tasks import STATES
from tests.backup_tasks import STEPS
from tests.backup_tasks import plan
from tests.backup_tasks import posts
from tests.backup_tasks import rows
from tests.backup_tasks import undone
from tests.backup_tasks import work
from tests.paper_tasks import REY

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cloud(tmp_path, monkeypatch):
    # Else a turn would not end while something is waited for.
    monkeypatch.setattr(restoring, 'LOOK_S', 0.5)
    monkeypatch.setattr(restoring, 'LONGEST_LOOK_S', 0.5)
    kinds = {
        'restore_backup': restore_kinds.RestoreBackup(),
        'restore_over': restore_over_kind.RestoreOver(),
    }
    with simcloud.running() as cloud:
        backup_tasks.prepare(cloud, tmp_path, monkeypatch, **kinds)
        yield cloud


@pytest.fixture
def engine(cloud):
    engine = engines.Engine(REGION, conf.current())
    yield engine
    engine.close()


def restore(cloud):
    return plan('restore_backup', backups=[cloud.backup])


def over(cloud):
    return plan('restore_over', backup=cloud.backup, volume=cloud.volume)


def restored_elsewhere(cloud, is_so=True):
    status = 'restoring' if is_so else 'available'
    cloud.change('backups', cloud.backup, status=status)


def finish(engine, task):
    paper_tasks.work_until_it_rests(engine, 60)
    task.refresh_from_db()


def test_a_quota_is_counted_over_all_that_is_planned_together(
    cloud, monkeypatch
):
    monkeypatch.setattr(store, 'BATCH', 1)
    ids = [cloud.backup, cloud.add_backup(cloud.volume)]
    cloud.set_quota('block-storage', cloud.project, gigabytes=5)
    worker.collect_once(full=True)
    task = plan('restore_backup', backups=ids)
    states = [step.state for step in task.steps.order_by('number')]
    assert states == ['pending', 'refused']


def test_a_retry_that_has_to_wait_tells_nothing_of_the_try_before(
    cloud, engine
):
    cloud.cinder_backup.fails('gone', work='restore', times=1)
    task = restore(cloud)
    assert work(engine, task).state == STEPS.FAILED
    restored_elsewhere(cloud)
    orders.retry(task, REY)
    for _ in range(2):
        engine.tick()
    step = task.steps.get()
    assert (step.state, step.error) == (STEPS.RUNNING, '')
    restored_elsewhere(cloud, False)
    finish(engine, task)
    assert task.state == STATES.SUCCEEDED
    assert len(rows(cloud, 'volumes')) == 2


def test_what_a_lost_answer_made_twice_goes_with_a_cancelled_task(
    cloud, engine
):
    """Also when the first of the two is gone already."""
    order = cloud.cinder_backup.hangs(work='restore')
    task = restore(cloud)
    orders.start(task, REY)
    engine.tick()
    step = task.steps.get()
    cloud.add_volume(
        cloud.project,
        2,
        name=owners.name_of(step),
        description=step.request_id,
        metadata={volume.MARK: step.request_id},
    )
    cloud.delete('volumes', step.work['volume_id'])
    order.clear()
    orders.cancel(task, REY)
    finish(engine, task)
    assert task.state == STATES.CANCELLED
    assert [row.id for row in rows(cloud, 'volumes')] == [cloud.volume]


@pytest.mark.parametrize('answer', [{'status': 403}, {'kind': 'html'}])
def test_what_failed_is_deleted_though_cinder_tells_no_messages(
    cloud, engine, answer
):
    cloud.fault('block-storage', '/messages', **answer)
    cloud.cinder_backup.fails('gone', work='restore')
    step = work(engine, restore(cloud))
    assert step.error == (
        'The volume went to error_restoring. It is deleted again.'
    )
    assert [row.id for row in rows(cloud, 'volumes')] == [cloud.volume]


def test_a_volume_that_cinder_could_not_delete_is_deleted_by_force(
    cloud, engine
):
    cloud.cinder_backup.fails('gone', work='restore')
    cloud.cinder_backup.fails('away', work='delete volume', times=1)
    step = work(engine, restore(cloud))
    assert step.error.endswith('It is deleted again.'), step.error
    assert [row.id for row in rows(cloud, 'volumes')] == [cloud.volume]


def test_an_undoing_that_cinder_could_not_delete_is_tried_again(cloud, engine):
    task = restore(cloud)
    work(engine, task)
    cloud.cinder_backup.fails('away', work='delete volume', times=1)
    undo = undone(engine, task)
    step = undo.steps.get()
    assert step.error == 'Cinder could not delete it.'
    orders.retry(undo, REY)
    finish(engine, undo)
    assert undo.state == STATES.SUCCEEDED, undo.steps.get().error
    assert [row.id for row in rows(cloud, 'volumes')] == [cloud.volume]


def test_one_over_a_volume_that_is_cancelled_while_it_waits_writes_nothing(
    cloud, engine, monkeypatch
):
    start = restore_over_kind.RestoreOver.start

    def starting(self, context, step):
        outcome = start(self, context, step)
        restored_elsewhere(cloud)
        return outcome

    monkeypatch.setattr(restore_over_kind.RestoreOver, 'start', starting)
    task = over(cloud)
    orders.start(task, REY)
    for _ in range(2):
        engine.tick()
    assert task.steps.get().state == STEPS.RUNNING
    orders.cancel(task, REY)
    restored_elsewhere(cloud, False)
    with cloud.calls_made() as calls:
        finish(engine, task)
    assert task.state == STATES.CANCELLED
    assert posts(calls) == []
    told = cloud.tables['volumes'].rows[cloud.volume]
    assert told['content'] == 'as it is'
