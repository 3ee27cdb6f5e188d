"""Backups that nobody needs are deleted by a task, in the simulated cloud."""

import datetime

from django.utils import timezone
import pytest

from rey_dashboard.inventory import models as inventory
from rey_dashboard.tasks import models
from tests import factory_backups
from tests.pruning import backups

pytestmark = pytest.mark.django_db(transaction=True)
STEPS = models.Step.State


def test_a_chain_is_deleted_from_its_end(site, volume):
    full = backups.back_up(site, volume)
    first, second = (
        backups.back_up(site, volume, 'incremental') for _ in '12'
    )
    last = backups.back_up(site, volume)
    task = backups.by_hand(site, volume)
    assert backups.targets(task) == [second, first, full]
    step = task.steps.first()
    assert (step.before['gib'], step.after['gib']) == (3, 0)
    assert step.flags == ['old']
    assert step.lane == f'volume {volume}'
    with site.cloud.calls_made() as calls:
        assert site.run(task).state == backups.STATES.SUCCEEDED
    deleted = [
        path.rpartition('/')[2]
        for _service, method, path, _query in calls
        if method == 'DELETE'
    ]
    assert deleted == [second, first, full]
    assert backups.there(site, volume) == [last]
    # Pages tell it at once, and the next collection the same.
    assert inventory.Backup.objects.get().id == last
    assert inventory.BackupChain.objects.get().backup_id == last
    told = list(inventory.VolumeCoverage.objects.values())
    assert told[0]['backups'] == 1
    site.collect()
    assert list(inventory.VolumeCoverage.objects.values()) == told


def test_only_what_this_dashboard_made_goes(site, project, volume):
    ours = backups.back_up(site, volume)
    mark = site.backups(volume)[0]['metadata']
    theirs = site.cloud.add_backup(volume)
    # Anybody can write a mark; that of a step of another volume, too.
    forged = site.cloud.add_backup(volume, metadata=mark)
    other = site.cloud.add_volume(project, 1)
    elsewhere = site.cloud.add_backup(other, metadata=mark)
    invented = site.cloud.add_backup(volume, metadata={'rey_step': 'req-1'})
    site.cloud.clock.advance(60)
    last = backups.back_up(site, volume)
    site.cloud.add_backup(other)
    site.collect()
    task = site.plan('prune_backups', volumes=[volume, other], keep_last=1)
    assert backups.targets(task) == [ours]
    assert site.run(task).state == backups.STATES.SUCCEEDED
    assert set(backups.there(site, volume)) == {theirs, forged, invented, last}
    assert backups.there(site, other)[0] == elsewhere


def test_a_policy_keeps_what_its_newest_version_says(site, volume):
    nightly = backups.policy(keep_last=2, keep_days=0)
    by_policy = [
        backups.back_up(site, volume, policy=nightly) for _ in range(4)
    ]
    backups.back_up(site, volume)
    task = site.plan('prune_backups', policy=nightly.pk)
    assert backups.targets(task) == by_policy[1::-1]
    # By hand nothing of it goes.
    assert not backups.by_hand(site, volume, keep_last=0, keep_days=1).total
    nightly.removed_at = timezone.now()
    nightly.save()
    assert not site.plan('prune_backups', policy=nightly.pk).total
    assert backups.targets(backups.by_hand(site, volume)) == by_policy[::-1]


def test_young_ones_stay(site, volume):
    old = backups.back_up(site, volume)
    backups.back_up(site, volume)
    rows = inventory.Backup.objects.filter(id=old)
    for days, goes in ((1, 0), (3, 1)):
        ago = timezone.now() - datetime.timedelta(days=days)
        rows.update(data_timestamp=ago)
        assert backups.by_hand(site, volume, keep_days=2).total == goes


def test_a_failed_one_goes_when_a_later_good_one_is_there(site, volume):
    order = site.cloud.cinder_backup.fails('No space')
    site.do('back_up', volumes=[volume], method='full')
    order.clear()
    site.collect()
    failed = backups.there(site, volume)
    assert not backups.by_hand(site, volume, keep_last=9).total
    site.cloud.clock.advance(60)
    backups.back_up(site, volume)
    task = backups.by_hand(site, volume, keep_last=9)
    assert backups.targets(task) == failed
    assert task.steps.get().flags == ['failed']
    assert site.run(task).state == backups.STATES.SUCCEEDED


def test_one_on_hold_stays(site, project, volume):
    old = backups.back_up(site, volume)
    backups.back_up(site, volume)
    kept = factory_backups.hold(old, project)
    assert not backups.by_hand(site, volume).total
    kept.until = timezone.now() - datetime.timedelta(seconds=1)
    kept.save()
    assert backups.by_hand(site, volume).total == 1


def test_a_hold_of_after_the_plan_counts(site, project, volume):
    old = backups.back_up(site, volume)
    backups.back_up(site, volume)
    task = backups.by_hand(site, volume)
    factory_backups.hold(old, project)
    assert site.run(task).state == backups.STATES.FAILED
    assert task.steps.get().error == 'It is on hold: Court <order>'
    assert old in backups.there(site, volume)


def test_the_last_good_one_stays_though_others_went_meanwhile(site, volume):
    old = backups.back_up(site, volume)
    last = backups.back_up(site, volume)
    task = backups.by_hand(site, volume)
    site.cloud.delete('backups', last)
    assert site.run(task).state == backups.STATES.FAILED
    assert 'No later good' in task.steps.get().error
    assert backups.there(site, volume) == [old]


def test_a_later_one_that_broke_meanwhile_is_no_good_one(site, volume):
    old = backups.back_up(site, volume)
    full = backups.back_up(site, volume)
    backups.back_up(site, volume, 'incremental')
    task = backups.by_hand(site, volume)
    assert backups.targets(task) == [old]
    site.cloud.delete('backups', full)
    assert site.run(task).state == backups.STATES.FAILED
    assert old in backups.there(site, volume)


def test_what_others_build_on_by_now_stays(site, volume):
    old = backups.back_up(site, volume)
    backups.back_up(site, volume)
    task = backups.by_hand(site, volume)
    site.cloud.depend(old, 1)
    assert site.run(task).state == backups.STATES.FAILED
    assert task.steps.get().error == 'Others build on it by now.'


def test_one_that_became_anothers_is_left_alone(site, volume):
    old = backups.back_up(site, volume)
    backups.back_up(site, volume)
    task = backups.by_hand(site, volume)
    site.cloud.change('backups', old, metadata={})
    assert site.run(task).state == backups.STATES.FAILED
    assert 'does not say any more' in task.steps.get().error


def test_one_that_is_gone_is_done(site, volume):
    old = backups.back_up(site, volume)
    backups.back_up(site, volume)
    task = backups.by_hand(site, volume)
    site.cloud.delete('backups', old)
    assert site.run(task).state == backups.STATES.SUCCEEDED


def test_what_cinder_cannot_delete_is_told_and_retried(site, volume):
    old = backups.back_up(site, volume)
    backups.back_up(site, volume)
    task = backups.by_hand(site, volume)
    order = site.cloud.cinder_backup.fails('Swift is <away>', work='delete')
    with site.cloud.calls_made() as calls:
        assert site.run(task).state == backups.STATES.FAILED
    assert [call[1] for call in calls].count('DELETE') == 1
    assert task.steps.get().error == 'Swift is <away>'
    order.clear()
    site.retry(task)
    assert site.run(task).state == backups.STATES.SUCCEEDED
    assert old not in backups.there(site, volume)


def test_what_nobody_owns_is_left_out(site, project, volume):
    for _ in range(2):
        backups.back_up(site, volume)
    inventory.Project.objects.update(gone_at=timezone.now())
    (step,) = backups.by_hand(site, volume).steps.all()
    assert step.state == STEPS.REFUSED
    assert 'project is gone' in step.error


def test_what_another_domain_owns_by_now_is_no_policys(site, volume):
    nightly = backups.policy('default', keep_last=1)
    for _ in '12':
        backups.back_up(site, volume, policy=nightly)
    assert site.plan('prune_backups', policy=nightly.pk).total == 1
    inventory.Project.objects.update(domain_id='elsewhere')
    assert not site.plan('prune_backups', policy=nightly.pk).total
