"""Backups restored to new volumes, in the simulated cloud."""

import datetime

import pytest

from rey_dashboard import worker
from rey_dashboard.backups import restore_kinds
from rey_dashboard.backups import restore_plan
from rey_dashboard.backups import restoring
from rey_dashboard.inventory import models as inventory
from rey_dashboard.tasks import orders
from tests import backup_tasks
from tests import dying_workers
from tests import paper_tasks
from tests import simcloud
from tests.backup_tasks import REGION
from tests.backup_tasks import STATES
from tests.backup_tasks import STEPS
from tests.backup_tasks import plan
from tests.backup_tasks import rows
from tests.backup_tasks import undone
from tests.backup_tasks import work
from tests.paper_tasks import REY

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cloud(tmp_path, monkeypatch):
    monkeypatch.setattr(restoring, 'LOOK_S', 0.02)
    monkeypatch.setattr(restoring, 'LONGEST_LOOK_S', 0.05)
    kind = {'restore_backup': restore_kinds.RestoreBackup()}
    with simcloud.running() as cloud:
        backup_tasks.prepare(cloud, tmp_path, monkeypatch, **kind)
        yield cloud


def restore(cloud, **parameters):
    return plan('restore_backup', backups=[cloud.backup], **parameters)


def new(cloud):
    """The only volume beside the old one."""
    (row,) = [row for row in rows(cloud, 'volumes') if row.id != cloud.volume]
    return row


def test_name_type_and_project_are_kept_and_the_bytes_are_back(cloud, engine):
    step = work(engine, restore(cloud))
    assert step.state == STEPS.DONE, step.error
    row = new(cloud)
    assert row.project_id == cloud.project
    assert (row.name, row['volume_type'], row['size']) == ('orders', 'fast', 2)
    assert row['content'] == 'as it was'
    # What Cinder wrote over them when it restored them.
    assert row['metadata'] == {
        'owner': 'shop',
        'src_backup_id': cloud.backup,
        'rey_step': step.request_id,
    }
    assert row['description'].startswith('Restored from backup')
    assert step.work['volume_id'] == row.id


def test_the_new_volume_is_told_at_once_and_linked(cloud, engine):
    step = work(engine, restore(cloud))
    row = new(cloud)
    told = inventory.Volume.objects.get(id=row.id)
    assert (told.name, told.project_id) == ('orders', cloud.project)
    covered = inventory.VolumeCoverage.objects.get(volume_id=row.id)
    assert covered.state == 'new'
    links = list(restore_kinds.RestoreBackup().links(step))
    assert [link.address for link in links] == [
        f'/rey/find/volume/{row.id}/',
        f'/admin/volumes/{row.id}/',
    ]
    ours = inventory.Volume.objects.filter(id=row.id)
    before = ours.values('name', 'status', 'metadata', 'updated_at').get()
    worker.collect_once(full=True)
    after = ours.values('name', 'status', 'metadata', 'updated_at').get()
    assert after == before


def test_another_name_type_and_size_are_taken(cloud, engine):
    name = '=cmd() <b>"\N{PILE OF POO}'
    task = restore(cloud, name=name, type='slow', size_gib=5)
    step = work(engine, task)
    assert step.state == STEPS.DONE, step.error
    row = new(cloud)
    assert (row.name, row['volume_type'], row['size']) == (name, 'slow', 5)


def test_of_a_volume_that_is_gone_the_backup_gives_the_name(cloud, engine):
    cloud.delete('volumes', cloud.volume)
    worker.collect_once(full=True)
    task = restore(cloud)
    step = task.steps.get()
    assert step.flags == ['volume_gone', 'default_type']
    work(engine, task)
    (row,) = rows(cloud, 'volumes')
    assert (row.name, row['content']) == ('nightly', 'as it was')


@pytest.mark.parametrize(
    ('column', 'words'),
    [
        ({'status': 'error', 'fail_reason': 'No space'}, 'No space'),
        ({'status': 'creating'}, 'The backup is creating.'),
        ({'status': 'restoring'}, 'Cinder does one at a time'),
    ],
)
def test_one_that_is_not_good_is_left_out_with_the_reason(
    cloud, column, words
):
    cloud.change('backups', cloud.backup, **column)
    worker.collect_once(full=True)
    step = restore(cloud).steps.get()
    assert step.state == STEPS.REFUSED
    assert words in step.error


def test_one_whose_chain_is_broken_is_left_out(cloud):
    on_it = cloud.add_backup(cloud.volume, incremental=True)
    cloud.forget_backup(cloud.backup)
    worker.collect_once(full=True)
    step = plan('restore_backup', backups=[on_it]).steps.get()
    assert step.state == STEPS.REFUSED
    assert 'what it builds on is gone' in step.error


def test_what_the_quota_has_no_room_for_is_left_out_with_numbers(cloud):
    others = [cloud.add_backup(cloud.volume) for _ in range(3)]
    cloud.set_quota('block-storage', cloud.project, gigabytes=6)
    worker.collect_once(full=True)
    task = plan('restore_backup', backups=[cloud.backup, *others])
    states = [step.state for step in task.steps.order_by('number')]
    assert states == ['pending', 'pending', 'refused', 'refused']
    assert 'gigabytes would be 8 of 6' in task.steps.last().error


def test_a_type_that_is_gone_is_refused_until_another_is_chosen(cloud):
    for row in rows(cloud, 'types'):
        if row.name == 'fast':
            cloud.delete('types', row.id)
    worker.collect_once(full=True)
    step = restore(cloud).steps.get()
    assert 'The volume type fast is gone' in step.error
    step = restore(cloud, form='again', type='slow').steps.get()
    assert step.state == STEPS.PENDING


def test_one_that_fails_is_told_in_cinders_words_and_deleted(cloud, engine):
    cloud.cinder_backup.fails('gone', work='restore', times=1)
    task = restore(cloud)
    step = work(engine, task)
    assert step.state == STEPS.FAILED
    assert step.error == (
        'The volume went to error_restoring. restore backup:Backup driver '
        'failed to restore backup. It is deleted again.'
    )
    assert len(rows(cloud, 'volumes')) == 1
    orders.retry(task, REY)
    paper_tasks.work_until_it_rests(engine, 60)
    assert new(cloud)['content'] == 'as it was'


def test_cancelling_deletes_what_is_restored(cloud, engine, monkeypatch):
    # Else a turn would not end while it hangs.
    monkeypatch.setattr(restoring, 'LOOK_S', 1)
    monkeypatch.setattr(restoring, 'LONGEST_LOOK_S', 1)
    order = cloud.cinder_backup.hangs(work='restore')
    task = restore(cloud)
    orders.start(task, REY)
    engine.tick()
    assert new(cloud)['status'] == 'creating'
    orders.cancel(task, REY)
    engine.tick()
    order.clear()
    paper_tasks.work_until_it_rests(engine, 60)
    task.refresh_from_db()
    assert task.state == STATES.CANCELLED
    assert len(rows(cloud, 'volumes')) == 1
    assert rows(cloud, 'backups')[0]['status'] == 'available'


def test_another_restore_of_the_same_backup_comes_first(cloud, engine):
    task = plan('restore_backup', backups=[cloud.backup, cloud.backup])
    cloud.cinder_backup.takes(0.3, work='restore')
    work(engine, task)
    assert task.state == STATES.SUCCEEDED
    assert len(rows(cloud, 'volumes')) == 3


@pytest.mark.parametrize('is_done', [True, False])
def test_a_worker_that_dies_at_any_call_makes_one_volume(
    cloud, engine, monkeypatch, is_done
):
    died = dying_workers.at_each_call(monkeypatch, is_done)
    cloud.cinder_backup.takes(0.2, work='restore')
    step = work(engine, restore(cloud))
    assert step.state == STEPS.DONE, step.error
    row = new(cloud)
    assert (row.name, row['content']) == ('orders', 'as it was')
    assert row['metadata']['rey_step'] == step.request_id
    assert len(died) >= 6


def test_undoing_deletes_the_volume_and_the_inventory_tells_so(cloud, engine):
    task = restore(cloud)
    volume_id = work(engine, task).work['volume_id']
    undo = undone(engine, task)
    assert undo.state == STATES.SUCCEEDED, undo.steps.get().error
    assert [row.id for row in rows(cloud, 'volumes')] == [cloud.volume]
    for model, key in (('Volume', 'id'), ('VolumeCoverage', 'volume_id')):
        found = getattr(inventory, model).objects.filter(**{key: volume_id})
        assert not found.exists()


def test_a_volume_that_somebody_uses_is_not_undone(cloud, engine):
    task = restore(cloud)
    volume_id = work(engine, task).work['volume_id']
    cloud.change('volumes', volume_id, status='in-use')
    undo = undone(engine, task)
    assert undo.steps.get().error.startswith('Somebody has used')
    cloud.change('volumes', volume_id, status='available')
    orders.retry(undo, REY)
    paper_tasks.work_until_it_rests(engine, 60)
    # It was attached and may have been written to.
    assert undo.steps.get().error.startswith('Somebody has used')
    assert len(rows(cloud, 'volumes')) == 2


def test_a_volume_that_lost_our_mark_is_not_undone(cloud, engine):
    task = restore(cloud)
    volume_id = work(engine, task).work['volume_id']
    cloud.change('volumes', volume_id, metadata={})
    undo = undone(engine, task)
    assert undo.steps.get().error == 'It does not bear our mark any more.'
    assert len(rows(cloud, 'volumes')) == 2


def test_time_is_told_from_what_restores_took(cloud, engine):
    kind = restore_kinds.RestoreBackup()
    task = restore(cloud)
    step = task.steps.get()
    assert kind.remarks(REGION, [step])[step.pk][restore_plan.GIB] == (
        'no history yet'
    )
    assert kind.forecast(task) is None
    cloud.cinder_backup.takes(0.5, work='restore')
    step = work(engine, task)
    assert 0.9 < step.work['took_s'] < 30
    later = restore(cloud, form='later')
    told = kind.remarks(REGION, later.steps.all())[later.steps.get().pk]
    assert 'by 1 restore onto' in told[restore_plan.GIB]
    assert kind.forecast(later).steps == 1


def test_the_same_by_hand_names_the_project(cloud):
    step = restore(cloud, name='a b').steps.get()
    assert restore_kinds.RestoreBackup().commands(step) == [
        f'export OS_PROJECT_ID={cloud.project}',
        'openstack --os-volume-api-version 3.47 volume create --backup '
        f"{cloud.backup} --size 2 --type fast 'a b'",
    ]


def test_data_is_of_the_time_that_cinder_tells(cloud):
    at = datetime.datetime(2026, 3, 1, 4, 5, tzinfo=datetime.UTC)
    old = cloud.add_backup(cloud.volume, data_timestamp=at)
    worker.collect_once(full=True)
    step = plan('restore_backup', backups=[old]).steps.get()
    assert step.after['data of'] == '2026-03-01T04:05+00:00'
