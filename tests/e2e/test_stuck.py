"""Backups that Cinder left in the middle, reset and deleted by force."""

import pytest

from tests.e2e import cinder_rows
from tests.e2e import owned
from tests.e2e import site
from tests.e2e import test_back_up as backing

pytestmark = pytest.mark.browser
ALL = '/rey/backups/all/'
HANGS, UNDELETED = 'rey-e2e <stuck>', 'rey-e2e <undeleted>'


@pytest.fixture
def owner(demo, cloud):
    found = cloud.all('identity', '/projects', 'projects')
    project_id = next(row['id'] for row in found if row['name'] == 'webshop')
    with owned.Owner(demo.clouds_yaml, project_id) as owner:
        yield owner


def order(page, backup_id, name, button, looked=False):
    page.goto(f'{ALL}?q={backup_id}')
    page.get_by_label(f'Choose {name}', exact=True).check()
    page.get_by_role('button', name=button).click()
    if looked:
        page.get_by_label('I looked: no cinder-backup works on them').check()
    page.get_by_role('button', name='Preview for 1 backup').click()
    page.locator('#rey-progress').wait_for()


def start(page):
    page.locator('[name=typed]').fill('1')
    page.get_by_role('button', name='Start: 1 step').click()
    backing.ended(page, 'succeeded')


def status(cloud, kind, one):
    return cloud.ask('block-storage', f'/{kind}s/{one}')[kind]['status']


def test_one_that_hangs_is_reset_and_its_volume_set_free(
    demo, cloud, owner, sign_in
):
    volume = owner.volume(name='rey-e2e reset')
    backup = owner.hanging_backup(volume, HANGS)
    demo.collect()
    page = sign_in('admin')
    order(page, backup, HANGS, 'Reset the chosen')
    # It began a moment ago: somebody has to say that nothing is at it.
    assert 'may still be worked on' in page.locator('#rey-steps').inner_text()
    assert status(cloud, 'volume', volume) == 'backing-up'
    order(page, backup, HANGS, 'Reset the chosen', looked=True)
    start(page)
    assert status(cloud, 'backup', backup) == 'error'
    assert status(cloud, 'volume', volume) == 'available'


def test_one_that_cinder_could_not_delete_goes_by_force(
    demo, cloud, owner, sign_in
):
    volume = owner.volume(name='rey-e2e force')
    backup = owner.backup(volume, name=UNDELETED)
    cinder_rows.write(
        demo,
        "UPDATE backups SET status = 'error_deleting' WHERE id = ?",
        backup,
    )
    demo.collect()
    page = sign_in('admin')
    order(page, backup, UNDELETED, 'Delete the chosen by force')
    start(page)
    answer = cloud.answer('block-storage', f'/backups/{backup}')
    assert answer.status_code == 404
    assert status(cloud, 'volume', volume) == 'available'


@pytest.mark.parametrize('path', ['reset', 'force-delete'])
def test_nobody_is_asked_about_what_is_not_his(demo, owner, path):
    backup = owner.backup(owner.volume(name='rey-e2e foreign'), UNDELETED)
    demo.collect()
    for account in ('manager', 'member', 'helper'):
        domain = 'research' if account == 'manager' else 'Default'
        browser = site.browser(demo.url, account, domain)
        address = f'{demo.url}/rey/backups/{path}/?chosen=1&id={backup}'
        page = browser.get(address, timeout=60).text
        assert UNDELETED.strip('<>') not in page, account
        assert 'Preview for' not in page, account
