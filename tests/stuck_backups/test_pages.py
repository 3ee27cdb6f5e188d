"""Pages that mend stuck backups, and who may."""

import uuid

from django.urls import reverse
import pytest

from rey_dashboard.backups import backup_checks
from rey_dashboard.checks import models as findings
from rey_dashboard.tasks import models
from tests import factory
from tests.stuck_backups import stuck

pytestmark = pytest.mark.django_db(transaction=True)
STATES = models.Task.State


@pytest.mark.parametrize('kind', ['reset_backups', 'force_delete_backups'])
def test_a_person_types_how_many(site, volume, kind, admin):
    made = stuck.backup(site, volume, 'error_deleting')
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
    made = stuck.backup(site, volume, name=stuck.HOSTILE)
    site.collect()
    address = reverse('horizon:rey:backups:reset') + f'?chosen=1&id={made}'
    page = admin.get(address)
    text = page.content.decode()
    assert stuck.HOSTILE not in text
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
    assert stuck.HOSTILE not in admin.get(answer.url).content.decode()
    address = reverse('horizon:rey:backups:force_delete') + f'?id={made}'
    assert 'Ceph' in admin.get(address).content.decode()
    admin.post(address, {**form, 'token': str(uuid.uuid4())})
    assert models.Task.objects.filter(kind='force_delete_backups').exists()


def test_a_manager_mends_in_his_domain_alone(site, sign_in):
    research, other = map(site.cloud.add_domain, ('research', 'other'))
    ours, theirs = (
        stuck.backup(
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
    made = stuck.backup(site, volume)
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
