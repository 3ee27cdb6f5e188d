"""Backups left in the middle, and a cloud that cannot make any."""

import json

from django.urls import reverse
import pytest

from rey_dashboard.backups import backup_checks
from rey_dashboard.backups import checks
from rey_dashboard.checks import registry
from rey_dashboard.inventory import models
from tests import factory
from tests import factory_backups
from tests import factory_checks
from tests.factory_backups import ago

pytestmark = pytest.mark.django_db
SEVERITY = registry.SEVERITY


def found(check):
    return {one.subject: one for one in check.find(factory.REGION)}


def backup(name, status, hours=7, volume_id='v', **columns):
    factory_backups.backup(
        name,
        'p',
        volume_id,
        status=status,
        created_at=ago(hours=hours),
        **columns,
    )


def test_what_does_not_end_within_six_hours_is_stuck():
    backup('young', 'deleting', hours=5)
    backup('changed', 'restoring', hours=90, updated_at=ago(hours=1))
    backup('deleting', 'deleting')
    backup('restoring', 'restoring', hours=90, updated_at=ago(hours=8))
    backup('made', 'creating')
    backup('good', 'available', hours=90)
    check = backup_checks.BackupStuck()
    assert found(check).keys() == {'deleting', 'restoring', 'made'}


def test_one_in_the_making_is_judged_with_its_volume_where_that_can_be():
    factory_backups.volume('usual', 'p', 'in_progress', stuck_after_s=90000)
    factory_backups.volume('told', 'p', 'stuck')
    factory_backups.volume('left', 'p', 'excluded', stuck_after_s=900)
    factory_backups.volume('new', 'p', 'in_progress')
    for volume_id in ('usual', 'told', 'left', 'new'):
        backup(f'b-{volume_id}', 'creating', volume_id=volume_id)
        backup(f'd-{volume_id}', 'deleting', volume_id=volume_id)
    subjects = found(backup_checks.BackupStuck()).keys()
    assert {name for name in subjects if name.startswith('b')} == {
        'b-left',
        'b-new',
    }
    assert len(subjects) == 6


def test_nobody_makes_backups_though_volumes_want_some():
    check = backup_checks.BackupService()
    factory_backups.service('control', binary='cinder-scheduler')
    factory_backups.volume('v', 'p', 'excluded')
    assert not found(check)
    factory_backups.volume('w', 'p', 'never')
    (one,) = found(check).values()
    assert (one.word, one.severity, one.hits) == ('none', SEVERITY.WARNING, 1)
    factory_backups.service('a', status='disabled')
    backup('old', 'available')
    (one,) = found(check).values()
    assert (one.word, one.severity) == ('disabled', SEVERITY.ERROR)
    # It may be down: that is told of itself.
    factory_backups.service('b', state='down')
    assert not found(check)


def test_without_any_service_nothing_is_known():
    factory_backups.volume('w', 'p', 'never')
    assert not models.VolumeService.objects.exists()
    assert not found(backup_checks.BackupService())


@pytest.mark.parametrize('state', ['never', 'failing', 'stale', 'stuck'])
def test_volumes_at_risk_lead_to_the_page_that_backs_them_up(
    sign_in, our_checks, state
):
    factory.collected()
    factory.project('p', domain_id='research')
    for volume_id, its_state in (('v', state), ('w', 'protected')):
        factory.volume(volume_id, 'p')
        factory_backups.volume(volume_id, 'p', its_state)
    (one,) = checks.VolumesAtRisk().find(factory.REGION)
    finding = factory_checks.make_finding(
        one.subject,
        check_name='volumes_at_risk',
        project_id='p',
        word=str(one.word),
        evidence={'volumes': 1, 'worst': []},
    )
    factory.domain_role('research')
    for role in ('admin', 'member'):
        browser = sign_in(role)
        address = reverse('horizon:rey:today:finding', args=[finding.pk])
        context = browser.get(address).context
        listed = browser.get(f'{context["page"]}&format=json')
        rows = json.loads(b''.join(listed.streaming_content))['rows']
        assert [row['volume_id'] for row in rows] == ['v']
        change = context['change']
        # One that is stuck has to be reset before.
        assert (change is None) == (state == 'stuck')
        if change:
            assert browser.get(change.address).context['count'] == 1


def test_a_manager_is_offered_to_reset_what_is_stuck(sign_in, our_checks):
    factory.collected()
    factory.project('p', domain_id='research')
    backup('made', 'deleting')
    finding = factory_checks.make_finding(
        'made',
        check_name='backup_stuck',
        project_id='p',
        evidence={'status': 'deleting'},
    )
    factory.domain_role('research')
    manager = sign_in('member')
    address = reverse('horizon:rey:today:finding', args=[finding.pk])
    change = manager.get(address).context['change']
    assert manager.get(change.address).context['count'] == 1
    dossier = manager.get('/rey/find/backup/made/').content.decode()
    assert change.address.replace('&', '&amp;') in dossier
