"""Drills: backups restored elsewhere, checked and deleted again."""

import pytest

from rey_dashboard import worker
from rey_dashboard.backups import drill_stages
from rey_dashboard.inventory import models as inventory
from tests import drills
from tests.backup_tasks import STATES
from tests.backup_tasks import STEPS
from tests.backup_tasks import posts
from tests.backup_tasks import rows
from tests.backup_tasks import work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cloud(tmp_path, monkeypatch):
    with drills.running(tmp_path, monkeypatch) as cloud:
        yield cloud


def test_it_restores_into_the_scratch_project_checks_and_deletes(
    cloud, engine
):
    cloud.cinder_backup.takes(0.3, work='restore')
    with cloud.calls_made() as calls:
        step = work(engine, drills.drill(cloud))
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
    work(engine, drills.drill(cloud))
    (row,) = seen
    assert row['content'] == 'as it was'
    assert (row['size'], row['volume_type']) == (2, 'fast')


def test_success_stamps_the_volume(cloud, engine):
    step = work(engine, drills.drill(cloud))
    told = drills.proof()
    assert (told.volume_id, told.backup_id) == (cloud.volume, cloud.backup)
    assert (told.project_id, told.size_gib) == (cloud.project, 2)
    assert told.at == step.ended_at
    assert told.checked == step.work['checked']
    assert told.task_id == step.task_id
    assert drills.proven().at == step.ended_at
    assert drills.proven().backup_id == cloud.backup
    worker.collect_once(full=True)
    assert drills.proven().volume_id == cloud.volume
    cloud.delete('volumes', cloud.volume)
    worker.collect_once(full=True)
    assert not inventory.ProvenVolume.objects.exists()
    assert drills.proof().volume_id == cloud.volume


def test_only_so_many_are_restored_at_once(cloud, engine, monkeypatch):
    ids = drills.more_volumes(cloud, 4)
    most = []
    take = drill_stages.Stages.take

    def counting(self, stage):
        most.append(len(rows(cloud, 'volumes', project_id=cloud.scratch)))
        return take(self, stage)

    monkeypatch.setattr(drill_stages.Stages, 'take', counting)
    task = drills.drill(cloud, *ids, at_once=2)
    work(engine, task)
    assert task.state == STATES.SUCCEEDED
    assert 1 <= max(most) <= 2
    assert inventory.ProvenVolume.objects.count() == 4


def test_fewer_run_at_once_where_the_scratch_quota_is_small(cloud):
    ids = drills.more_volumes(cloud, 3, size=4)
    cloud.set_quota('block-storage', cloud.scratch, gigabytes=9)
    worker.collect_once(full=True)
    for asked in (3, 9):
        task = drills.drill(
            cloud, *ids, cloud.volume, at_once=asked, form=f'{asked}'
        )
        steps = list(task.steps.order_by('number'))
        assert {step.lane_limit for step in steps} == {2}
        assert steps[0].flags == ['fewer']
    step = drills.drill(cloud, at_once=3, form='one').steps.get()
    assert (step.lane_limit, step.flags) == (3, [])


def test_what_the_scratch_quota_has_no_room_for_is_left_out(cloud):
    (large,) = drills.more_volumes(cloud, 1, size=8)
    cloud.set_quota('block-storage', cloud.scratch, gigabytes=5)
    worker.collect_once(full=True)
    first, second = drills.drill(cloud, large, cloud.volume).steps.order_by(
        'number'
    )
    assert 'gigabytes would be 8 of 5' in first.error
    assert second.state == STEPS.PENDING


def test_without_a_scratch_project_each_is_restored_in_its_own(cloud, engine):
    step = work(engine, drills.drill(cloud, project_id=''))
    assert step.state == STEPS.DONE, step.error
    assert step.work['asked']['project_id'] == cloud.project


def test_a_volume_without_a_good_backup_is_left_out(cloud):
    bare = cloud.add_volume(cloud.project, 1)
    worker.collect_once(full=True)
    step = drills.drill(cloud, bare).steps.get()
    assert (step.state, step.error) == (
        STEPS.REFUSED,
        'It has no good backup.',
    )


def test_a_named_backup_is_proven_of_a_volume_that_is_gone(cloud, engine):
    cloud.delete('volumes', cloud.volume)
    worker.collect_once(full=True)
    task = drills.drill(cloud, backups=[cloud.backup])
    assert 'volume_gone' in task.steps.get().flags
    step = work(engine, task)
    assert step.state == STEPS.DONE, step.error
    assert drills.proof().backup_id == cloud.backup


def test_volumes_of_others_with_the_same_name_stay(cloud, engine):
    task = drills.drill(cloud)
    name = f'rey-drill-{task.pk}-{task.steps.get().pk}'
    theirs = cloud.add_volume(cloud.scratch, 1, name=name)
    step = work(engine, task)
    assert step.state == STEPS.DONE, step.error
    assert theirs in [row.id for row in rows(cloud, 'volumes')]


def test_the_same_by_hand_ends_with_deleting(cloud):
    lines = drills.KIND.commands(drills.drill(cloud).steps.get())
    assert lines[0] == f'export OS_PROJECT_ID={cloud.scratch}'
    assert lines[-1].startswith('openstack volume delete rey-drill-')
