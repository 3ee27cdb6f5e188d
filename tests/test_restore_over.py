"""Backups restored over volumes that are there, in the simulated cloud."""

import pytest

from rey_dashboard import worker
from rey_dashboard.backups import restore_over_kind
from rey_dashboard.backups import restoring
from rey_dashboard.inventory import models as inventory
from rey_dashboard.tasks import orders
from rey_dashboard.tasks import planning
from rey_dashboard.tasks import showing
from tests import backup_tasks
from tests import dying_workers
from tests import paper_tasks
from tests import simcloud
from tests.backup_tasks import STATES
from tests.backup_tasks import STEPS
from tests.backup_tasks import plan
from tests.backup_tasks import posts
from tests.backup_tasks import work
from tests.paper_tasks import REY

pytestmark = pytest.mark.django_db(transaction=True)
KIND = restore_over_kind.RestoreOver()


@pytest.fixture
def cloud(tmp_path, monkeypatch):
    monkeypatch.setattr(restoring, 'LOOK_S', 0.02)
    monkeypatch.setattr(restoring, 'LONGEST_LOOK_S', 0.05)
    with simcloud.running() as cloud:
        backup_tasks.prepare(cloud, tmp_path, monkeypatch, restore_over=KIND)
        yield cloud


def over(cloud, volume_id='', **more):
    told = {'backup': cloud.backup, 'volume': volume_id or cloud.volume}
    return plan('restore_over', **told, **more)


def content(cloud, volume_id=''):
    return cloud.tables['volumes'].rows[volume_id or cloud.volume]['content']


def test_the_old_bytes_are_back_and_the_page_of_the_volume_is_linked(
    cloud, engine
):
    step = work(engine, over(cloud))
    assert step.state == STEPS.DONE, step.error
    assert content(cloud) == 'as it was'
    (ours, horizons) = KIND.links(step)
    assert ours.address == f'/rey/find/volume/{cloud.volume}/'
    told = inventory.Volume.objects.get(id=cloud.volume)
    assert told.status == 'available'
    assert horizons.admin


def test_another_volume_of_the_project_is_written_over(cloud, engine):
    other = cloud.add_volume(cloud.project, 3, content='other')
    worker.collect_once(full=True)
    work(engine, over(cloud, other))
    assert (content(cloud), content(cloud, other)) == (
        'as it is',
        'as it was',
    )


def test_it_is_typed_and_cannot_be_undone(cloud, engine):
    task = over(cloud)
    assert showing.to_type(task, KIND) == '1'
    assert task.steps.get().flags == ['lost']
    work(engine, task)
    with pytest.raises(planning.CannotUndo):
        planning.plan_undo(task, 'Undo', 'undo', REY)


@pytest.mark.parametrize(
    ('columns', 'words'),
    [
        (
            {'status': 'in-use', 'attachments': ({'server_id': 's1'},)},
            'It is attached to a server: detach it first.',
        ),
        ({'status': 'error'}, 'The volume is error.'),
        ({'size': 1}, 'It is too small: it has 1 GiB, the backup 2 GiB.'),
    ],
)
def test_a_volume_that_is_not_free_is_left_out(cloud, columns, words):
    cloud.change('volumes', cloud.volume, **columns)
    worker.collect_once(full=True)
    step = over(cloud).steps.get()
    assert (step.state, step.error) == (STEPS.REFUSED, words)
    if 'attachments' in columns:
        assert f'openstack server remove volume s1 {cloud.volume}' in (
            step.remedy
        )


def test_a_volume_of_another_project_is_left_out(cloud):
    other = cloud.add_volume(cloud.add_project('other'), 3)
    worker.collect_once(full=True)
    step = over(cloud, other).steps.get()
    assert step.error == 'It belongs to another project than the backup.'


def test_one_that_was_attached_since_the_plan_is_left_alone(cloud, engine):
    task = over(cloud)
    cloud.change('volumes', cloud.volume, status='in-use')
    step = work(engine, task)
    assert (step.state, step.error) == (
        STEPS.FAILED,
        'The volume is in-use.',
    )
    assert content(cloud) == 'as it is'


def test_a_restore_that_fails_is_told_with_the_way_out(cloud, engine):
    cloud.cinder_backup.fails('gone', work='restore')
    step = work(engine, over(cloud))
    assert step.state == STEPS.FAILED
    assert step.error == (
        'The restore failed: the volume went to error_restoring.'
    )
    assert f'--state available {cloud.volume}' in step.remedy


def test_somebody_elses_restore_of_another_backup_is_a_conflict(
    cloud, engine, monkeypatch
):
    start = restore_over_kind.RestoreOver.start

    def starting(self, context, step):
        outcome = start(self, context, step)
        cloud.change('volumes', cloud.volume, status='restoring-backup')
        return outcome

    monkeypatch.setattr(restore_over_kind.RestoreOver, 'start', starting)
    with cloud.calls_made() as calls:
        step = work(engine, over(cloud))
    assert (step.state, step.error) == (
        STEPS.FAILED,
        'Somebody restores another backup over it now.',
    )
    assert posts(calls) == []


@pytest.mark.parametrize('takes_s', [0, 0.2])
@pytest.mark.parametrize('is_done', [True, False])
def test_a_worker_that_dies_at_any_call_restores_nevertheless(
    cloud, engine, monkeypatch, is_done, takes_s
):
    """A restore that was over before anybody looked is done again."""
    dying_workers.at_each_call(monkeypatch, is_done)
    cloud.cinder_backup.takes(takes_s, work='restore')
    with cloud.calls_made() as calls:
        step = work(engine, over(cloud))
    assert step.state == STEPS.DONE, step.error
    assert content(cloud) == 'as it was'
    again = is_done and not takes_s
    assert len(posts(calls)) == (2 if again else 1)


def test_cancelling_lets_it_come_to_its_end(cloud, engine, monkeypatch):
    # Else a turn would not end while it hangs.
    monkeypatch.setattr(restoring, 'LOOK_S', 1)
    monkeypatch.setattr(restoring, 'LONGEST_LOOK_S', 1)
    order = cloud.cinder_backup.hangs(work='restore')
    task = over(cloud)
    orders.start(task, REY)
    engine.tick()
    orders.cancel(task, REY)
    engine.tick()
    order.clear()
    paper_tasks.work_until_it_rests(engine, 60)
    task.refresh_from_db()
    assert task.state == STATES.SUCCEEDED
    assert content(cloud) == 'as it was'


def test_the_same_by_hand_says_that_it_writes_over(cloud):
    lines = KIND.commands(over(cloud).steps.get())
    assert lines[1] == (
        'openstack volume backup restore --force '
        f'{cloud.backup} {cloud.volume}'
    )
