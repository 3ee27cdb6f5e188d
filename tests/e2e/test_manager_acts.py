"""A domain's manager backs up and restores what his domain has."""

import pytest

from tests.e2e import site
from tests.e2e import test_back_up as backing

pytestmark = pytest.mark.browser
NEW = '/rey/backups/back-up/'
RESTORE = '/rey/backups/restore/'


@pytest.fixture
def volumes(sign_in):
    """The smallest good volume of the domain, and one of another domain."""
    address = f'{backing.VOLUMES}?state=protected'
    rows = site.export(sign_in('admin'), address)['rows']
    rows.sort(key=lambda row: row['size_gib'])
    own = next(row for row in rows if row['domain_name'] == 'research')
    return own, next(row for row in rows if row['domain_name'] != 'research')


def test_he_backs_up_restores_and_takes_it_back(cloud, volumes, sign_in):
    own, _foreign = volumes
    page = sign_in('manager', 'research')
    page.goto(f'{NEW}?chosen=1&id={own["volume_id"]}')
    page.get_by_label('How').select_option('full')
    preview_and_start(page)
    backing.ended(page, 'succeeded')
    made = backing.backups_of(cloud, own['volume_id'])
    made.sort(key=lambda row: row['created_at'])
    backup = made[-1]
    assert backup['status'] == 'available'
    assert backup['os-backup-project-attr:project_id'] == own['project_id']
    page.goto(f'{RESTORE}?chosen=1&id={backup["id"]}')
    preview_and_start(page)
    backing.ended(page, 'succeeded')
    page.get_by_role('link', name='Open the volume').click()
    page.wait_for_url('**/rey/find/volume/*/')
    restored = page.url.rstrip('/').rpartition('/')[2]
    address = f'/volumes/{restored}'
    volume = cloud.ask('block-storage', address)['volume']
    assert volume['os-vol-tenant-attr:tenant_id'] == own['project_id']
    page.go_back()
    page.get_by_role('button', name='Undo 1').click()
    page.get_by_label('Type the number of steps').fill('1')
    page.get_by_role('button', name='Start: 1').click()
    backing.ended(page, 'succeeded')
    left = cloud.ask('block-storage', '/volumes/detail', all_tenants=1)
    assert restored not in {row['id'] for row in left['volumes']}


def test_he_reaches_nothing_of_another_domain(cloud, volumes, sign_in):
    _own, foreign = volumes
    there = backing.backups_of(cloud, foreign['volume_id'])
    page = sign_in('manager', 'research')
    page.goto(f'{NEW}?chosen=1&id={foreign["volume_id"]}')
    text = page.locator('body').inner_text()
    assert foreign['name'] not in text
    assert not page.get_by_role('button', name='Start: 1').count()
    assert backing.backups_of(cloud, foreign['volume_id']) == there


def preview_and_start(page):
    page.get_by_role('button', name='Preview').click()
    page.get_by_role('button', name='Start: 1').click()
