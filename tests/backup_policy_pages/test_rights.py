"""Who sees and changes which policies."""

import pytest

from openstack_auth import policy as horizon_policy

from rey_dashboard.backups import models
from rey_dashboard.inventory import models as inventory
from tests import backup_pages
from tests.backup_policy_pages import pages
from tests.factory_policies import make
from tests.factory_policies import scope

pytestmark = pytest.mark.django_db


def test_a_manager_makes_one_for_his_domain_alone(manager):
    page = backup_pages.text(manager, pages.NEW)
    assert 'the whole cloud' not in page
    assert '<option value="default"' not in page
    assert '<option value="domain"' not in page
    answer = pages.preview(manager, domain='')
    assert 'This field is required' in answer.content.decode()
    for changed in (
        {'domain': 'default'},
        {'domain': 'research', 'reach': 'domain', 'values': 'default'},
        {'domain': 'research', 'reach': 'project', 'values': 'p'},
    ):
        answer = pages.keep(manager, **changed)
        assert answer.status_code == 200, changed
    assert not models.BackupPolicy.objects.exists()
    pages.keep(manager, domain='research', reach='list', values='a\nb')
    policy = models.BackupPolicy.objects.get()
    assert (policy.domain_id, policy.volumes) == ('research', 1)
    rows = backup_pages.export(manager, pages.of(policy, 'volumes'))['rows']
    assert [row['volume_id'] for row in rows] == ['b']


def test_a_manager_sees_no_policy_of_another_domain_or_the_cloud(manager):
    own = make(domain_id='research', name='own')
    foreign = [
        make(name='wholecloud'),
        make(domain_id='default', name='foreign'),
    ]
    page = backup_pages.text(manager, pages.LIST)
    assert 'own' in page
    assert 'wholecloud' not in page
    assert 'foreign' not in page
    assert 'wholecloud' not in backup_pages.text(manager, pages.of(own))
    for policy in foreign:
        for part in ((), ('volumes',), ('edit',)):
            answer = manager.get(pages.of(policy, *part))
            assert answer.status_code == 404, part
        for order in ('enable', 'disable', 'run', 'take-back', 'remove'):
            answer = manager.post(
                pages.of(policy, order), {'name': policy.name, 'version': 1}
            )
            assert answer.status_code == 404, order
        assert pages.refreshed(policy).version == 1
    manager.post(pages.of(own, 'disable'))
    assert not pages.refreshed(own).enabled
    assert manager.get(f'{pages.LIST}{"9" * 30}/').status_code == 404


def test_who_only_reads_changes_nothing(sign_in, volumes, settings, tmp_path):
    (tmp_path / 'rey_policy.yaml').write_text(
        '"rey:operate:read": "role:reader"\n'
    )
    settings.POLICY_FILES = {'rey': str(tmp_path / 'rey_policy.yaml')}
    horizon_policy.reset()
    policy = make()
    browser = sign_in('reader')
    assert 'New policy' not in backup_pages.text(browser, pages.LIST)
    page = backup_pages.text(browser, pages.of(policy))
    assert f'action="{pages.of(policy)[:-1]}/' not in page.replace(
        f'action="{pages.of(policy)}"', ''
    )
    assert f'href="{pages.of(policy, "edit")}"' not in page
    assert browser.get(pages.NEW).status_code == 403
    assert browser.post(pages.NEW, pages.FORM).status_code == 403
    for order in ('edit', 'enable', 'run', 'remove', 'take-back', 'nothing'):
        address = pages.of(policy, order)
        assert browser.post(address).status_code == 403, order
    assert pages.refreshed(policy).version == 1


def test_a_manager_learns_no_name_of_what_is_not_his(manager):
    inventory.Volume.objects.filter(id='a').update(name='board minutes')
    inventory.Volume.objects.filter(id='b').update(name='lab results')
    policy = make(domain_id='research', scope=scope('list', 'a', 'b'))
    # Such an id is to him as one that nothing has.
    answer = pages.preview(
        manager,
        name='another',
        domain='research',
        reach='list',
        values='a\nb\nnothing',
    )
    page = answer.content.decode()
    assert 'no volumes known here: a, nothing.' in page
    assert 'board minutes' not in page
    for page in (pages.LIST, pages.of(policy)):
        told = backup_pages.text(manager, page)
        assert 'lab results' in told
        assert 'board minutes' not in told
