"""Stuck backups that are deleted by force."""

import pytest

from rey_dashboard.inventory import models as inventory
from rey_dashboard.tasks import models
from tests import factory_backups
from tests.stuck_backups import stuck

pytestmark = pytest.mark.django_db(transaction=True)
STATES = models.Task.State


def test_what_cannot_be_deleted_goes_by_force_with_its_volume_free(
    site, volume
):
    site.cloud.cinder_backup.can_force = True
    made = stuck.backup(site, volume)
    site.collect()
    task = site.do('force_delete_backups', backups=[made])
    assert task.state == STATES.SUCCEEDED
    assert not site.backups(volume)
    assert not inventory.Backup.objects.exists()
    assert stuck.status(site, 'volumes', volume) == 'available'
    assert site.covered(volume).state != 'stuck'


def test_a_driver_that_cannot_is_told_with_the_way_out(site, volume):
    made = stuck.backup(site, volume, 'error_deleting')
    site.collect()
    task = site.do('force_delete_backups', backups=[made])
    assert task.state == STATES.FAILED
    assert 'cannot delete by force' in stuck.error(task)
    assert 'Set it to error' in task.steps.get().remedy


def test_what_others_build_on_is_never_forced_away(site, project, volume):
    # Cinder would: it looks into the project of the administrator alone.
    site.cloud.cinder_backup.can_force = True
    site.cloud.change('volumes', volume, status='available')
    base = site.cloud.add_backup(volume)
    site.cloud.clock.advance(5)
    site.cloud.add_backup(volume, incremental=True)
    old = site.cloud.clock.told - stuck.LONG_AGO
    site.cloud.change('backups', base, status='deleting', updated_at=old)
    site.collect()
    task = site.plan('force_delete_backups', backups=[base])
    assert stuck.error(task) == 'Others build on it.'
    # And such as come about later.
    inventory.Backup.objects.update(has_dependent_backups=False)
    inventory.BackupChain.objects.update(parent_id='')
    task = site.do('force_delete_backups', backups=[base])
    assert stuck.error(task) == 'Others build on it by now.'
    assert len(site.backups(volume)) == 2


def test_what_is_on_hold_or_whole_is_never_forced_away(site, project, volume):
    site.cloud.cinder_backup.can_force = True
    held, later = (stuck.backup(site, volume, 'error_deleting') for _ in '12')
    whole = stuck.backup(site, volume, 'restoring')
    site.collect()
    factory_backups.hold(held, project)
    ids = [held, later, whole]
    task = site.plan('force_delete_backups', backups=ids)
    factory_backups.hold(later, project)
    site.run(task)
    told = dict(task.steps.values_list('target', 'error'))
    assert told[held] == told[later] == 'It is on hold: Court <order>'
    assert 'It is whole' in told[whole]
    assert len(site.backups(volume)) == 3
