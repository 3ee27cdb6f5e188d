"""Drills that fail, hang, are cancelled, or lose their worker."""

import pytest

from rey_dashboard.backups import drill_kind
from rey_dashboard.backups import drill_stages
from rey_dashboard.backups import models as backup_models
from rey_dashboard.backups import proofs
from rey_dashboard.backups import restoring
from rey_dashboard.tasks import models
from rey_dashboard.tasks import orders
from tests import drills
from tests import dying_workers
from tests import paper_tasks
from tests.backup_tasks import REGION
from tests.backup_tasks import STATES
from tests.backup_tasks import STEPS
from tests.backup_tasks import posts
from tests.backup_tasks import rows
from tests.backup_tasks import work
from tests.paper_tasks import REY
from tests.simcloud import admission

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cloud(tmp_path, monkeypatch):
    with drills.running(tmp_path, monkeypatch) as cloud:
        yield cloud


def test_a_proof_that_a_crash_lost_is_made_up_once(cloud, engine, monkeypatch):
    monkeypatch.setattr(drill_kind.ProveBackups, 'mirror', _crash)
    step = work(engine, drills.drill(cloud))
    assert step.state == STEPS.DONE
    assert not backup_models.BackupProof.objects.exists()
    for _ in range(2):
        proofs.write(REGION, ())
    assert drills.proof().at == step.ended_at
    assert drills.proven().at == step.ended_at


def _crash(self, region, steps):
    raise RuntimeError('killed')


@pytest.mark.parametrize('is_done', [True, False])
def test_a_worker_that_dies_at_any_call_leaves_nothing(
    cloud, engine, monkeypatch, is_done
):
    died = dying_workers.at_each_call(monkeypatch, is_done)
    with cloud.calls_made() as calls:
        step = work(engine, drills.drill(cloud))
    assert step.state == STEPS.DONE, step.error
    assert [row.id for row in rows(cloud, 'volumes')] == [cloud.volume]
    assert posts(calls) == ['/volumes']
    assert drills.proof().backup_id == cloud.backup
    assert len(died) > 6


def test_a_restore_that_fails_leaves_nothing_and_proves_nothing(cloud, engine):
    cloud.cinder_backup.fails('gone', work='restore')
    step = work(engine, drills.drill(cloud))
    assert step.state == STEPS.FAILED
    assert step.error == (
        'Restore into the scratch project: The volume went to '
        'error_restoring. restore backup:Backup driver failed to restore '
        'backup. All that was made is deleted.'
    )
    assert [row.id for row in rows(cloud, 'volumes')] == [cloud.volume]
    assert not backup_models.BackupProof.objects.exists()


def test_one_that_is_not_as_the_backup_proves_nothing(cloud, engine):
    task = drills.drill(cloud)
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
    words = 'Check what came of it: It is not as the backup: '
    assert step.error.startswith(words)
    assert 'size: 3 GiB' in step.error
    assert not backup_models.BackupProof.objects.exists()
    assert [row.id for row in rows(cloud, 'volumes')] == [cloud.volume]


@pytest.mark.parametrize('stage', ['sweep', 'restore', 'check'])
def test_a_cancelled_one_deletes_what_it_made(
    cloud, engine, monkeypatch, stage
):
    take = drill_stages.Stages.take
    task = drills.drill(cloud)

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
    step = work(engine, drills.drill(cloud))
    words = 'Restore into the scratch project: It was not done after'
    assert step.error.startswith(words)
    assert [row.id for row in rows(cloud, 'volumes')] == [cloud.volume]
    assert rows(cloud, 'backups')[0]['status'] == 'available'


def test_a_project_that_is_closed_to_the_service_user_is_told(cloud, engine):
    cloud.closed_projects.add(cloud.scratch)
    step = work(engine, drills.drill(cloud))
    assert step.state == STEPS.FAILED
    assert step.error.startswith('Delete what an earlier try left: ')
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
    step = work(engine, drills.drill(cloud))
    assert step.state == STEPS.FAILED
    assert step.error.startswith('Restore into the scratch project: ')
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
    task = drills.drill(cloud)
    step = work(engine, task)
    assert step.error.startswith('Not done: Delete it: ')
    assert len(rows(cloud, 'volumes')) == 2
    fault.clear()
    orders.retry(task, REY)
    paper_tasks.work_until_it_rests(engine, 60)
    assert models.Step.objects.get().state == STEPS.DONE
    assert len(rows(cloud, 'volumes')) == 1
