"""Stuck backups that are set to error or available, with their volumes."""

import datetime
import re

import pytest

from rey_dashboard.backups import stuck_kinds
from rey_dashboard.inventory import models as inventory
from rey_dashboard.tasks import models
from tests.stuck_backups import stuck

pytestmark = pytest.mark.django_db(transaction=True)
STATES = models.Task.State
STEPS = models.Step.State


def test_one_in_the_making_fails_and_its_volume_is_free(site, volume):
    made = stuck.backup(site, volume, name=stuck.HOSTILE)
    site.collect()
    task = site.plan('reset_backups', backups=[made])
    step = task.steps.get()
    assert step.before == {'backup': 'creating', 'volume': 'backing-up'}
    assert step.after == {'backup': 'error', 'volume': 'available'}
    assert site.run(task).state == STATES.SUCCEEDED
    assert stuck.status(site, 'backups', made) == 'error'
    assert stuck.status(site, 'volumes', volume) == 'available'
    # Pages tell it at once.
    assert inventory.Backup.objects.get().status == 'error'
    assert inventory.Volume.objects.get().status == 'available'
    assert site.covered(volume).state == 'failing'


def test_an_attached_volume_is_in_use_again(site, project, volume):
    site.cloud.attach(volume, site.cloud.add_server(project))
    site.cloud.change('volumes', volume, status='backing-up')
    made = stuck.backup(site, volume)
    site.collect()
    task = site.do('reset_backups', backups=[made])
    assert task.state == STATES.SUCCEEDED
    assert stuck.status(site, 'volumes', volume) == 'in-use'


def test_a_volume_of_which_another_one_is_made_is_left_alone(
    site, project, volume
):
    made = stuck.backup(site, volume)
    stuck.backup(
        site, volume, age=datetime.timedelta(minutes=1), project_id='q'
    )
    site.collect()
    task = site.do('reset_backups', backups=[made])
    assert task.state == STATES.SUCCEEDED
    assert task.steps.get().after['volume'] == 'backing-up'
    assert stuck.status(site, 'volumes', volume) == 'backing-up'


def test_a_snapshot_is_free_again_too(site, project, volume):
    site.cloud.change('volumes', volume, status='in-use')
    snapshot = site.cloud.add_snapshot(volume, status='backing-up')
    made = stuck.backup(site, volume, snapshot_id=snapshot)
    site.collect()
    task = site.do('reset_backups', backups=[made])
    assert task.state == STATES.SUCCEEDED
    assert task.steps.get().after['snapshot'] == 'available'
    assert stuck.status(site, 'snapshots', snapshot) == 'available'


def test_one_that_is_restored_is_whole_and_its_volume_is_not(
    site, project, volume
):
    site.cloud.change('volumes', volume, status='available')
    target = site.cloud.add_volume(project, 3, status='restoring-backup')
    made = stuck.backup(site, volume, 'restoring')
    site.collect()
    task = site.plan('reset_backups', backups=[made])
    step = task.steps.get()
    assert step.after == {'backup': 'available', 'volume': 'error_restoring'}
    assert step.flags == ['half_restored']
    assert site.run(task).state == STATES.SUCCEEDED
    assert stuck.status(site, 'backups', made) == 'available'
    assert stuck.status(site, 'volumes', target) == 'error_restoring'


def test_of_several_volumes_that_are_restored_none_is_guessed(
    site, project, volume
):
    targets = [
        site.cloud.add_volume(project, 3, status='restoring-backup')
        for _ in range(2)
    ]
    made = stuck.backup(site, volume, 'restoring')
    site.collect()
    task = site.plan('reset_backups', backups=[made])
    assert task.steps.get().flags == ['volume_unknown']
    assert site.run(task).state == STATES.SUCCEEDED
    for target in targets:
        assert stuck.status(site, 'volumes', target) == 'restoring-backup'
    # But the one that Cinder itself has named for it.
    site.cloud.change('backups', made, status='restoring')
    site.cloud.change('volumes', targets[0], name=f'restore_backup_{made}')
    site.collect()
    task = site.do('reset_backups', backups=[made], looked=True)
    assert stuck.status(site, 'volumes', targets[0]) == 'error_restoring'
    assert stuck.status(site, 'volumes', targets[1]) == 'restoring-backup'


def test_what_may_still_be_worked_on_is_left_out(site, volume):
    young = stuck.backup(site, volume, age=datetime.timedelta(hours=5))
    good = site.cloud.add_backup(volume)
    undeleted = stuck.backup(
        site, volume, 'error_deleting', datetime.timedelta(minutes=1)
    )
    site.collect()
    ids = [young, good, undeleted, 'nothing']
    for kind in ('reset_backups', 'force_delete_backups'):
        task = site.plan(kind, backups=ids)
        told = dict(task.steps.values_list('target', 'error'))
        assert re.search(
            r'may still be worked on: it is so since 20\S+ \d\d:\d\d UTC',
            told[young],
        )
        assert told[good] == 'It is not stuck: it is available.'
        assert told[undeleted] == ''
        assert 'not there' in told['nothing']
        task = site.plan(kind, backups=ids, looked=True)
        assert task.steps.get(target=young).state == STEPS.PENDING


def test_what_hides_a_loss_is_flagged(site, volume):
    made = stuck.backup(site, volume)
    restored = stuck.backup(site, volume, 'restoring')
    site.collect()
    ids = [made, restored]
    task = site.plan('reset_backups', backups=ids, to_status='available')
    assert task.steps.get(target=made).flags == ['half']
    task = site.plan('reset_backups', backups=ids, to_status='error')
    assert 'lost' in task.steps.get(target=restored).flags


def test_what_ended_by_itself_is_left_alone(site, volume):
    made = stuck.backup(site, volume)
    site.collect()
    task = site.plan('reset_backups', backups=[made])
    site.cloud.change('backups', made, status='available')
    site.cloud.change('volumes', volume, status='available')
    assert site.run(task).state == STATES.FAILED
    assert stuck.error(task) == 'The backup is available by now.'
    assert stuck.status(site, 'backups', made) == 'available'


def test_what_somebody_is_at_by_now_is_left_alone(site, volume):
    made = stuck.backup(site, volume, 'restoring')
    site.collect()
    task = site.plan('reset_backups', backups=[made])
    site.cloud.change('backups', made, status='restoring')
    assert site.run(task).state == STATES.FAILED
    assert 'has changed it since' in stuck.error(task)


def test_an_order_that_comes_to_nothing_is_told(site, volume, monkeypatch):
    # No cinder-backup ever took it on.
    made = stuck.backup(site, volume, service=None)
    site.collect()
    monkeypatch.setattr(stuck_kinds, 'RESET_PATIENCE_S', 0)
    task = site.do('reset_backups', backups=[made])
    assert task.state == STATES.FAILED
    assert 'nothing came of it' in stuck.error(task)
    assert stuck.status(site, 'volumes', volume) == 'backing-up'


def test_without_a_service_nothing_is_ordered(site, volume):
    made = stuck.backup(site, volume)
    undeleted = stuck.backup(site, volume, 'error_deleting')
    site.cloud.cinder_backup.can_force = True
    site.collect()
    for row in site.cloud.tables['volume_services']:
        site.cloud.change('volume_services', row.id, status='disabled')
    for kind, one in (
        ('reset_backups', made),
        ('force_delete_backups', undeleted),
    ):
        task = site.do(kind, backups=[one])
        assert task.state == STATES.FAILED
        assert 'could take the order' in stuck.error(task)
        assert '--service cinder-backup' in task.steps.get().remedy


def test_a_lost_answer_is_no_conflict(site, volume):
    made = stuck.backup(site, volume)
    site.collect()
    site.cloud.fault(
        'block-storage', f'/backups/{made}/action', 'lost', times=1
    )
    task = site.do('reset_backups', backups=[made])
    assert task.state == STATES.SUCCEEDED
    assert stuck.status(site, 'volumes', volume) == 'available'
