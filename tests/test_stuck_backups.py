"""Backups that Cinder left in the middle, in the simulated cloud."""

import datetime
import uuid

from django.urls import reverse
import pytest

from rey_dashboard.backups import backup_checks
from rey_dashboard.backups import stuck_kinds
from rey_dashboard.checks import models as findings
from rey_dashboard.inventory import models as inventory
from rey_dashboard.tasks import models
from tests import backup_site
from tests import factory
from tests import factory_backups

pytestmark = pytest.mark.django_db(transaction=True)
STATES = models.Task.State
STEPS = models.Step.State
HOSTILE = '<script>alert(1)</script>=cmd()'
LONG_AGO = datetime.timedelta(hours=7)


@pytest.fixture
def site(tmp_path, monkeypatch):
    told = {
        'reset_backups': stuck_kinds.ResetBackups(),
        'force_delete_backups': stuck_kinds.ForceDeleteBackups(),
    }
    with backup_site.running(tmp_path, monkeypatch, told) as site:
        yield site


@pytest.fixture
def project(site):
    return site.cloud.add_project('shop')


@pytest.fixture
def volume(site, project):
    return site.cloud.add_volume(project, 3, name=HOSTILE, status='backing-up')


def stuck(site, volume, status='creating', age=LONG_AGO, **more):
    """A backup that is in this status since then."""
    at = site.cloud.clock.told - age
    return site.cloud.add_backup(
        volume, status=status, created_at=at, updated_at=at, **more
    )


def status(site, kind, one):
    return site.cloud.tables[kind].rows[one]['status']


def error(task):
    return task.steps.get().error


def test_one_in_the_making_fails_and_its_volume_is_free(site, volume):
    made = stuck(site, volume, name=HOSTILE)
    site.collect()
    task = site.plan('reset_backups', backups=[made])
    step = task.steps.get()
    assert step.before == {'backup': 'creating', 'volume': 'backing-up'}
    assert step.after == {'backup': 'error', 'volume': 'available'}
    assert site.run(task).state == STATES.SUCCEEDED
    assert status(site, 'backups', made) == 'error'
    assert status(site, 'volumes', volume) == 'available'
    # Pages tell it at once.
    assert inventory.Backup.objects.get().status == 'error'
    assert inventory.Volume.objects.get().status == 'available'
    assert site.covered(volume).state == 'failing'


def test_an_attached_volume_is_in_use_again(site, project, volume):
    site.cloud.attach(volume, site.cloud.add_server(project))
    site.cloud.change('volumes', volume, status='backing-up')
    made = stuck(site, volume)
    site.collect()
    task = site.do('reset_backups', backups=[made])
    assert task.state == STATES.SUCCEEDED
    assert status(site, 'volumes', volume) == 'in-use'


def test_a_volume_of_which_another_one_is_made_is_left_alone(
    site, project, volume
):
    made = stuck(site, volume)
    stuck(site, volume, age=datetime.timedelta(minutes=1), project_id='q')
    site.collect()
    task = site.do('reset_backups', backups=[made])
    assert task.state == STATES.SUCCEEDED
    assert task.steps.get().after['volume'] == 'backing-up'
    assert status(site, 'volumes', volume) == 'backing-up'


def test_a_snapshot_is_free_again_too(site, project, volume):
    site.cloud.change('volumes', volume, status='in-use')
    snapshot = site.cloud.add_snapshot(volume, status='backing-up')
    made = stuck(site, volume, snapshot_id=snapshot)
    site.collect()
    task = site.do('reset_backups', backups=[made])
    assert task.state == STATES.SUCCEEDED
    assert task.steps.get().after['snapshot'] == 'available'
    assert status(site, 'snapshots', snapshot) == 'available'


def test_one_that_is_restored_is_whole_and_its_volume_is_not(
    site, project, volume
):
    site.cloud.change('volumes', volume, status='available')
    target = site.cloud.add_volume(project, 3, status='restoring-backup')
    made = stuck(site, volume, 'restoring')
    site.collect()
    task = site.plan('reset_backups', backups=[made])
    step = task.steps.get()
    assert step.after == {'backup': 'available', 'volume': 'error_restoring'}
    assert step.flags == ['half_restored']
    assert site.run(task).state == STATES.SUCCEEDED
    assert status(site, 'backups', made) == 'available'
    assert status(site, 'volumes', target) == 'error_restoring'


def test_of_several_volumes_that_are_restored_none_is_guessed(
    site, project, volume
):
    targets = [
        site.cloud.add_volume(project, 3, status='restoring-backup')
        for _ in range(2)
    ]
    made = stuck(site, volume, 'restoring')
    site.collect()
    task = site.plan('reset_backups', backups=[made])
    assert task.steps.get().flags == ['volume_unknown']
    assert site.run(task).state == STATES.SUCCEEDED
    for target in targets:
        assert status(site, 'volumes', target) == 'restoring-backup'
    # But the one that Cinder itself has named for it.
    site.cloud.change('backups', made, status='restoring')
    site.cloud.change('volumes', targets[0], name=f'restore_backup_{made}')
    site.collect()
    task = site.do('reset_backups', backups=[made], looked=True)
    assert status(site, 'volumes', targets[0]) == 'error_restoring'
    assert status(site, 'volumes', targets[1]) == 'restoring-backup'


def test_what_may_still_be_worked_on_is_left_out(site, volume):
    young = stuck(site, volume, age=datetime.timedelta(hours=5))
    good = site.cloud.add_backup(volume)
    undeleted = stuck(
        site, volume, 'error_deleting', datetime.timedelta(minutes=1)
    )
    site.collect()
    ids = [young, good, undeleted, 'nothing']
    for kind in ('reset_backups', 'force_delete_backups'):
        task = site.plan(kind, backups=ids)
        told = dict(task.steps.values_list('target', 'error'))
        assert 'may still be worked on' in told[young]
        assert told[good] == 'It is not stuck: it is available.'
        assert told[undeleted] == ''
        assert 'not there' in told['nothing']
        task = site.plan(kind, backups=ids, looked=True)
        assert task.steps.get(target=young).state == STEPS.PENDING


def test_what_hides_a_loss_is_flagged(site, volume):
    made = stuck(site, volume)
    restored = stuck(site, volume, 'restoring')
    site.collect()
    ids = [made, restored]
    task = site.plan('reset_backups', backups=ids, to_status='available')
    assert task.steps.get(target=made).flags == ['half']
    task = site.plan('reset_backups', backups=ids, to_status='error')
    assert 'lost' in task.steps.get(target=restored).flags


def test_what_ended_by_itself_is_left_alone(site, volume):
    made = stuck(site, volume)
    site.collect()
    task = site.plan('reset_backups', backups=[made])
    site.cloud.change('backups', made, status='available')
    site.cloud.change('volumes', volume, status='available')
    assert site.run(task).state == STATES.FAILED
    assert error(task) == 'The backup is available by now.'
    assert status(site, 'backups', made) == 'available'


def test_what_somebody_is_at_by_now_is_left_alone(site, volume):
    made = stuck(site, volume, 'restoring')
    site.collect()
    task = site.plan('reset_backups', backups=[made])
    site.cloud.change('backups', made, status='restoring')
    assert site.run(task).state == STATES.FAILED
    assert 'has changed it since' in error(task)


def test_an_order_that_comes_to_nothing_is_told(site, volume, monkeypatch):
    # No cinder-backup ever took it on.
    made = stuck(site, volume, service=None)
    site.collect()
    monkeypatch.setattr(stuck_kinds, 'RESET_PATIENCE_S', 0)
    task = site.do('reset_backups', backups=[made])
    assert task.state == STATES.FAILED
    assert 'nothing came of it' in error(task)
    assert status(site, 'volumes', volume) == 'backing-up'


def test_without_a_service_nothing_is_ordered(site, volume):
    made = stuck(site, volume)
    undeleted = stuck(site, volume, 'error_deleting')
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
        assert 'could take the order' in error(task)
        assert '--service cinder-backup' in task.steps.get().remedy


def test_a_lost_answer_is_no_conflict(site, volume):
    made = stuck(site, volume)
    site.collect()
    site.cloud.fault(
        'block-storage', f'/backups/{made}/action', 'lost', times=1
    )
    task = site.do('reset_backups', backups=[made])
    assert task.state == STATES.SUCCEEDED
    assert status(site, 'volumes', volume) == 'available'


def test_what_cannot_be_deleted_goes_by_force_with_its_volume_free(
    site, volume
):
    site.cloud.cinder_backup.can_force = True
    made = stuck(site, volume)
    site.collect()
    task = site.do('force_delete_backups', backups=[made])
    assert task.state == STATES.SUCCEEDED
    assert not site.backups(volume)
    assert not inventory.Backup.objects.exists()
    assert status(site, 'volumes', volume) == 'available'
    assert site.covered(volume).state != 'stuck'


def test_a_driver_that_cannot_is_told_with_the_way_out(site, volume):
    made = stuck(site, volume, 'error_deleting')
    site.collect()
    task = site.do('force_delete_backups', backups=[made])
    assert task.state == STATES.FAILED
    assert 'cannot delete by force' in error(task)
    assert 'Set it to error' in task.steps.get().remedy


def test_what_others_build_on_is_never_forced_away(site, project, volume):
    # Cinder would: it looks into the project of the administrator alone.
    site.cloud.cinder_backup.can_force = True
    site.cloud.change('volumes', volume, status='available')
    base = site.cloud.add_backup(volume)
    site.cloud.clock.advance(5)
    site.cloud.add_backup(volume, incremental=True)
    old = site.cloud.clock.told - LONG_AGO
    site.cloud.change('backups', base, status='deleting', updated_at=old)
    site.collect()
    task = site.plan('force_delete_backups', backups=[base])
    assert error(task) == 'Others build on it.'
    # And such as come about later.
    inventory.Backup.objects.update(has_dependent_backups=False)
    inventory.BackupChain.objects.update(parent_id='')
    task = site.do('force_delete_backups', backups=[base])
    assert error(task) == 'Others build on it by now.'
    assert len(site.backups(volume)) == 2


def test_what_is_on_hold_or_whole_is_never_forced_away(site, project, volume):
    site.cloud.cinder_backup.can_force = True
    held, later = (stuck(site, volume, 'error_deleting') for _ in '12')
    whole = stuck(site, volume, 'restoring')
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


@pytest.mark.parametrize('kind', ['reset_backups', 'force_delete_backups'])
def test_a_person_types_how_many(site, volume, kind, admin):
    made = stuck(site, volume, 'error_deleting')
    site.collect()
    task = site.plan(kind, backups=[made])
    start = reverse('horizon:rey:tasks:order', args=[task.pk, 'start'])
    admin.post(start)
    task.refresh_from_db()
    assert task.state == STATES.PLANNED
    page = admin.get(reverse('horizon:rey:tasks:task', args=[task.pk]))
    assert made in page.content.decode()
    admin.post(start, {'typed': '1'})
    task.refresh_from_db()
    assert task.state == STATES.QUEUED


def test_the_page_tells_what_it_does_and_plans(site, project, volume, admin):
    made = stuck(site, volume, name=HOSTILE)
    site.collect()
    address = reverse('horizon:rey:backups:reset') + f'?chosen=1&id={made}'
    page = admin.get(address)
    text = page.content.decode()
    assert HOSTILE not in text
    assert 'creating: 1' in text
    assert 'error_restoring' in text
    form = {
        'token': str(page.context['form']['token'].value()),
        'expected': 1,
        'to_status': '',
    }
    wrong = admin.post(address, {**form, 'to_status': 'creating'})
    assert wrong.status_code == 200
    answer = admin.post(address, {**form, 'looked': 'on'})
    task = models.Task.objects.get()
    assert task.parameters == {
        'backups': [made],
        'looked': True,
        'to_status': '',
    }
    assert HOSTILE not in admin.get(answer.url).content.decode()
    address = reverse('horizon:rey:backups:force_delete') + f'?id={made}'
    assert 'Ceph' in admin.get(address).content.decode()
    admin.post(address, {**form, 'token': str(uuid.uuid4())})
    assert models.Task.objects.filter(kind='force_delete_backups').exists()


def test_a_manager_mends_in_his_domain_alone(site, sign_in):
    research, other = map(site.cloud.add_domain, ('research', 'other'))
    ours, theirs = (
        stuck(
            site,
            site.cloud.add_volume(site.cloud.add_project('p', domain), 1),
        )
        for domain in (research, other)
    )
    site.collect()
    factory.domain_role(research)
    browser = sign_in('member')
    for name in ('reset', 'force_delete'):
        address = reverse(f'horizon:rey:backups:{name}')
        page = browser.get(f'{address}?chosen=1&id={ours}&id={theirs}')
        assert page.context['count'] == 1
        assert browser.get(f'{address}?id={theirs}').context['count'] == 0
        form = {'token': str(uuid.uuid4()), 'expected': 1}
        browser.post(f'{address}?id={ours}&id={theirs}', form)
        task = models.Task.objects.latest('pk')
        assert task.domain_id == research
        assert [step.target for step in task.steps.all()] == [ours]
    assert site.run(task).state == STATES.FAILED


def test_findings_offer_the_task(site, volume, admin):
    made = stuck(site, volume)
    finding = findings.Finding(subject=made, evidence={})
    for check, name in (
        (backup_checks.BackupStuck(), 'reset'),
        (backup_checks.BackupUndeleted(), 'force_delete'),
    ):
        change = check.change(finding)
        address = reverse(f'horizon:rey:backups:{name}')
        assert change.address == f'{address}?chosen=1&id={made}'
        site.collect()
        assert admin.get(change.address).context['count'] == 1
