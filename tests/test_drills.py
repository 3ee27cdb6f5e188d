"""Drills: backups restored elsewhere, checked and deleted again."""

import pytest

from rey_dashboard import worker
from rey_dashboard.backups import drill_kind
from rey_dashboard.backups import drill_stages
from rey_dashboard.backups import models as backup_models
from rey_dashboard.backups import proofs
from rey_dashboard.backups import restoring
from rey_dashboard.inventory import models as inventory
from rey_dashboard.tasks import models
from rey_dashboard.tasks import orders
from rey_dashboard.tasks import staged
from tests import backup_tasks
from tests import dying_workers
from tests import paper_tasks
from tests import simcloud
from tests.backup_tasks import REGION
from tests.backup_tasks import STATES
from tests.backup_tasks import STEPS
from tests.backup_tasks import plan
from tests.backup_tasks import posts
from tests.backup_tasks import rows
from tests.backup_tasks import work
from tests.paper_tasks import REY
from tests.simcloud import admission

pytestmark = pytest.mark.django_db(transaction=True)
KIND = drill_kind.ProveBackups()


@pytest.fixture
def cloud(tmp_path, monkeypatch):
    monkeypatch.setattr(staged, 'LOOK_S', 0)
    with simcloud.running() as cloud:
        backup_tasks.prepare(cloud, tmp_path, monkeypatch, prove_backups=KIND)
        cloud.scratch = cloud.add_project('scratch')
        yield cloud


def drill(cloud, *volumes, **parameters):
    told = {'project_id': cloud.scratch, **parameters}
    if 'backups' not in told:
        told['volumes'] = list(volumes) or [cloud.volume]
    return plan('prove_backups', **told)


def more_volumes(cloud, count, size=1):
    ids = []
    for _ in range(count):
        ids.append(cloud.add_volume(cloud.project, size, volume_type='fast'))
        cloud.add_backup(ids[-1])
    worker.collect_once(full=True)
    return ids


def proof():
    return backup_models.BackupProof.objects.get()


def proven():
    return inventory.ProvenVolume.objects.get()


def test_it_restores_into_the_scratch_project_checks_and_deletes(
    cloud, engine
):
    cloud.cinder_backup.takes(0.3, work='restore')
    with cloud.calls_made() as calls:
        step = work(engine, drill(cloud))
    assert step.state == STEPS.DONE, step.error
    assert posts(calls) == ['/volumes']
    assert [row.id for row in rows(cloud, 'volumes')] == [cloud.volume]
    assert step.after['checked: size'] == '2 GiB'
    assert step.after['checked: status'] == 'available'
    assert step.after['checked: restored from'] == cloud.backup
    assert step.after['checked: bootable'] == 'no'
    assert list(step.work['seconds']) == list(drill_stages.LABELS)


def test_what_is_made_belongs_to_the_scratch_project(
    cloud, engine, monkeypatch
):
    seen = []
    check = drill_stages.Stages._check

    def looking(self):
        seen.extend(rows(cloud, 'volumes', project_id=cloud.scratch))
        return check(self)

    monkeypatch.setattr(drill_stages.Stages, '_check', looking)
    work(engine, drill(cloud))
    (row,) = seen
    assert row['content'] == 'as it was'
    assert (row['size'], row['volume_type']) == (2, 'fast')


def test_success_stamps_the_volume(cloud, engine):
    step = work(engine, drill(cloud))
    told = proof()
    assert (told.volume_id, told.backup_id) == (cloud.volume, cloud.backup)
    assert (told.project_id, told.size_gib) == (cloud.project, 2)
    assert told.at == step.ended_at
    assert told.checked == step.work['checked']
    assert told.task_id == step.task_id
    assert proven().at == step.ended_at
    assert proven().backup_id == cloud.backup
    worker.collect_once(full=True)
    assert proven().volume_id == cloud.volume
    cloud.delete('volumes', cloud.volume)
    worker.collect_once(full=True)
    assert not inventory.ProvenVolume.objects.exists()
    assert proof().volume_id == cloud.volume


def test_a_proof_that_a_crash_lost_is_made_up_once(cloud, engine, monkeypatch):
    monkeypatch.setattr(drill_kind.ProveBackups, 'mirror', _crash)
    step = work(engine, drill(cloud))
    assert step.state == STEPS.DONE
    assert not backup_models.BackupProof.objects.exists()
    for _ in range(2):
        proofs.write(REGION, ())
    assert proof().at == step.ended_at
    assert proven().at == step.ended_at


def _crash(self, region, steps):
    raise RuntimeError('killed')


@pytest.mark.parametrize('is_done', [True, False])
def test_a_worker_that_dies_at_any_call_leaves_nothing(
    cloud, engine, monkeypatch, is_done
):
    died = dying_workers.at_each_call(monkeypatch, is_done)
    with cloud.calls_made() as calls:
        step = work(engine, drill(cloud))
    assert step.state == STEPS.DONE, step.error
    assert [row.id for row in rows(cloud, 'volumes')] == [cloud.volume]
    assert posts(calls) == ['/volumes']
    assert proof().backup_id == cloud.backup
    assert len(died) > 6


def test_a_restore_that_fails_leaves_nothing_and_proves_nothing(cloud, engine):
    cloud.cinder_backup.fails('gone', work='restore')
    step = work(engine, drill(cloud))
    assert step.state == STEPS.FAILED
    assert step.error == (
        'restore: The volume went to error_restoring. restore backup:Backup '
        'driver failed to restore backup. All that was made is deleted.'
    )
    assert [row.id for row in rows(cloud, 'volumes')] == [cloud.volume]
    assert not backup_models.BackupProof.objects.exists()


def test_one_that_is_not_as_the_backup_proves_nothing(cloud, engine):
    task = drill(cloud)
    step = task.steps.get()
    step.work['asked']['gib'] = 3
    step.save()
    cloud.change('backups', cloud.backup, size=3)
    check = drill_stages.Stages._check

    def shrunk(self):
        self._asked = {**self._asked, 'gib': 4}
        return check(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drill_stages.Stages, '_check', shrunk)
        step = work(engine, task)
    assert step.error.startswith('check: It is not as the backup: ')
    assert 'size: 3 GiB' in step.error
    assert not backup_models.BackupProof.objects.exists()
    assert [row.id for row in rows(cloud, 'volumes')] == [cloud.volume]


@pytest.mark.parametrize('stage', ['sweep', 'restore', 'check'])
def test_a_cancelled_one_deletes_what_it_made(
    cloud, engine, monkeypatch, stage
):
    take = drill_stages.Stages.take
    task = drill(cloud)

    def taking(self, now):
        if now == stage and not task.order:
            task.refresh_from_db()
            orders.cancel(task, REY)
        return take(self, now)

    monkeypatch.setattr(drill_stages.Stages, 'take', taking)
    work(engine, task)
    assert [row.id for row in rows(cloud, 'volumes')] == [cloud.volume]
    # Once it is checked, all that is left is to delete.
    is_proven = stage == 'check'
    ended = STATES.SUCCEEDED if is_proven else STATES.CANCELLED
    assert task.state == ended
    assert backup_models.BackupProof.objects.exists() is is_proven


def test_a_restore_that_hangs_is_stopped_before_it_is_deleted(
    cloud, engine, monkeypatch
):
    monkeypatch.setattr(drill_kind, 'LEAST_PATIENCE_S', 0.3)
    monkeypatch.setattr(drill_kind, 'PATIENCE_S_PER_GIB', 0)
    order = cloud.cinder_backup.hangs(work='restore')
    stop = restoring.stop

    def stopping(owner, backup_id):
        stop(owner, backup_id)
        order.clear()

    monkeypatch.setattr(restoring, 'stop', stopping)
    step = work(engine, drill(cloud))
    assert step.error.startswith('restore: It was not done after')
    assert [row.id for row in rows(cloud, 'volumes')] == [cloud.volume]
    assert rows(cloud, 'backups')[0]['status'] == 'available'


def test_only_so_many_are_restored_at_once(cloud, engine, monkeypatch):
    ids = more_volumes(cloud, 4)
    most = []
    take = drill_stages.Stages.take

    def counting(self, stage):
        most.append(len(rows(cloud, 'volumes', project_id=cloud.scratch)))
        return take(self, stage)

    monkeypatch.setattr(drill_stages.Stages, 'take', counting)
    task = drill(cloud, *ids, at_once=2)
    work(engine, task)
    assert task.state == STATES.SUCCEEDED
    assert 1 <= max(most) <= 2
    assert inventory.ProvenVolume.objects.count() == 4


def test_fewer_run_at_once_where_the_scratch_quota_is_small(cloud):
    ids = more_volumes(cloud, 3, size=4)
    cloud.set_quota('block-storage', cloud.scratch, gigabytes=9)
    worker.collect_once(full=True)
    for asked in (3, 9):
        task = drill(cloud, *ids, cloud.volume, at_once=asked, form=f'{asked}')
        steps = list(task.steps.order_by('number'))
        assert {step.lane_limit for step in steps} == {2}
        assert steps[0].flags == ['fewer']
    step = drill(cloud, at_once=3, form='one').steps.get()
    assert (step.lane_limit, step.flags) == (3, [])


def test_what_the_scratch_quota_has_no_room_for_is_left_out(cloud):
    (large,) = more_volumes(cloud, 1, size=8)
    cloud.set_quota('block-storage', cloud.scratch, gigabytes=5)
    worker.collect_once(full=True)
    first, second = drill(cloud, large, cloud.volume).steps.order_by('number')
    assert 'gigabytes would be 8 of 5' in first.error
    assert second.state == STEPS.PENDING


def test_without_a_scratch_project_each_is_restored_in_its_own(cloud, engine):
    step = work(engine, drill(cloud, project_id=''))
    assert step.state == STEPS.DONE, step.error
    assert step.work['asked']['project_id'] == cloud.project


def test_a_volume_without_a_good_backup_is_left_out(cloud):
    bare = cloud.add_volume(cloud.project, 1)
    worker.collect_once(full=True)
    step = drill(cloud, bare).steps.get()
    assert (step.state, step.error) == (
        STEPS.REFUSED,
        'It has no good backup.',
    )


def test_a_named_backup_is_proven_of_a_volume_that_is_gone(cloud, engine):
    cloud.delete('volumes', cloud.volume)
    worker.collect_once(full=True)
    task = drill(cloud, backups=[cloud.backup])
    assert 'volume_gone' in task.steps.get().flags
    step = work(engine, task)
    assert step.state == STEPS.DONE, step.error
    assert proof().backup_id == cloud.backup


def test_volumes_of_others_with_the_same_name_stay(cloud, engine):
    task = drill(cloud)
    name = f'rey-drill-{task.pk}-{task.steps.get().pk}'
    theirs = cloud.add_volume(cloud.scratch, 1, name=name)
    step = work(engine, task)
    assert step.state == STEPS.DONE, step.error
    assert theirs in [row.id for row in rows(cloud, 'volumes')]


def test_a_project_that_is_closed_to_the_service_user_is_told(cloud, engine):
    cloud.closed_projects.add(cloud.scratch)
    step = work(engine, drill(cloud))
    assert step.state == STEPS.FAILED
    assert step.error.startswith('sweep: ')
    assert 'lacks a role' in step.remedy


def test_a_scratch_project_of_no_administrator_is_told(
    cloud, engine, monkeypatch
):
    """There Cinder shows the service user no backup of others."""
    monkeypatch.setattr(
        admission,
        'is_admin',
        lambda cloud, call: (
            cloud.keystone.project_of(call.token) != cloud.scratch
        ),
    )
    step = work(engine, drill(cloud))
    assert step.state == STEPS.FAILED
    assert step.error.startswith('restore: ')
    assert 'All that was made is deleted.' in step.error
    assert 'give it the role admin there' in step.remedy


def test_what_could_not_be_deleted_goes_with_the_retry(
    cloud, engine, monkeypatch
):
    monkeypatch.setattr(
        drill_kind.ProveBackups, 'patience_of', {'delete volume': 0.3}
    )
    fault = cloud.fault(
        'block-storage', '/volumes/', method='DELETE', status=409
    )
    task = drill(cloud)
    step = work(engine, task)
    assert step.error.startswith('Not done: delete volume: ')
    assert len(rows(cloud, 'volumes')) == 2
    fault.clear()
    orders.retry(task, REY)
    paper_tasks.work_until_it_rests(engine, 60)
    assert models.Step.objects.get().state == STEPS.DONE
    assert len(rows(cloud, 'volumes')) == 1


def test_the_same_by_hand_ends_with_deleting(cloud):
    lines = KIND.commands(drill(cloud).steps.get())
    assert lines[0] == f'export OS_PROJECT_ID={cloud.scratch}'
    assert lines[-1].startswith('openstack volume delete rey-drill-')
