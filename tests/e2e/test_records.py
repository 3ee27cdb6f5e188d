"""Cinder loses its rows of backups; the records bring them back."""

import hashlib
import json
import os

from playwright import sync_api
import pytest

from tests.e2e import cinder_rows
from tests.e2e import owned
from tests.e2e import site

pytestmark = pytest.mark.browser
RECORDS = '/rey/backups/records/'
PASSPHRASE = 'four grey cats sleep'
PATIENCE_MS = 300_000
MIB = 1 << 20
#: An import is counted again.
UNCOUNTED = (
    'UPDATE quota_usages SET in_use = in_use - 1 '
    "FROM backups WHERE backups.id = ? AND resource = 'backups' "
    'AND quota_usages.project_id = backups.project_id',
    'UPDATE quota_usages SET in_use = in_use - size '
    "FROM backups WHERE backups.id = ? AND resource = 'backup_gigabytes' "
    'AND quota_usages.project_id = backups.project_id',
)


@pytest.fixture
def project(cloud):
    found = cloud.all('identity', '/projects', 'projects')
    return next(row['id'] for row in found if row['name'] == 'webshop')


@pytest.fixture
def owner(demo, project):
    """Who makes things in that project, and takes them away again."""
    with owned.Owner(demo.clouds_yaml, project) as owner:
        yield owner


@pytest.fixture
def admin_there(cloud, demo, project):
    """Makes the service user an administrator of the project, when asked."""
    users = cloud.ask('identity', '/users', name='rey')['users']
    roles = cloud.ask('identity', '/roles', name='admin')['roles']
    path = f'/projects/{project}/users/{users[0]["id"]}/roles/{roles[0]["id"]}'
    yield lambda: cloud.write('PUT', path)
    cloud.attempt('DELETE', path)


def content(demo, volume_id):
    """A digest of the file that the demo keeps a volume in."""
    folder = demo.home / 'cloud' / 'data' / 'volumes'
    (path,) = folder.glob(f'*/*{volume_id}*')
    with path.open('rb') as file:
        return hashlib.file_digest(file, 'sha256').hexdigest()


def scribble(demo, volume_id, offset, size):
    folder = demo.home / 'cloud' / 'data' / 'volumes'
    (path,) = folder.glob(f'*/*{volume_id}*')
    with path.open('r+b') as file:
        file.seek(offset)
        file.write(os.urandom(size))


def lose(demo, *backup_ids):
    """From Cinder's database alone: the data stay."""
    for one in backup_ids:
        for statement in UNCOUNTED:
            cinder_rows.write(demo, statement, one)
        cinder_rows.write(
            demo, 'DELETE FROM backup_metadata WHERE backup_id = ?', one
        )
        cinder_rows.write(demo, 'DELETE FROM backups WHERE id = ?', one)


def ended(page, state):
    page.locator('#rey-progress .label', has_text=state).first.wait_for(
        timeout=PATIENCE_MS
    )


def export(page, demo, folder, *backup_ids):
    """The file, as a person gets it."""
    chosen = '&'.join(f'id={one}' for one in backup_ids)
    page.goto(f'/rey/backups/export/?chosen=1&{chosen}')
    page.get_by_label('Passphrase').fill(PASSPHRASE)
    page.get_by_label('The same again').fill(PASSPHRASE)
    page.get_by_role('button', name='Preview for').click()
    page.get_by_role('button', name='Start: ').click()
    ended(page, 'succeeded')
    page.get_by_role('link', name='Download the file').click()
    page.get_by_label('Passphrase of the export').fill('another passphrase')
    page.get_by_role('button', name='Download').click()
    page.get_by_text('was made with another passphrase').wait_for()
    page.get_by_label('Passphrase of the export').fill(PASSPHRASE)
    with page.expect_download() as download:
        page.get_by_role('button', name='Download').click()
    path = folder / 'records.json'
    download.value.save_as(path)
    return path


def plan_import(page, path, passphrase=PASSPHRASE):
    page.goto(RECORDS)
    page.get_by_role('link', name='Import a file').click()
    page.get_by_label('File', exact=True).set_input_files(path)
    page.get_by_label('Passphrase of the file').fill(passphrase)
    page.get_by_role('button', name='Preview').click()


def start(page, steps):
    page.locator('[name=typed]').fill(str(steps))
    page.get_by_role('button', name=f'Start: {steps} step').click()


def rows(page):
    """Of the task whose page is open, as its export has them."""
    path = page.url.removeprefix(site.Site.of_the_demo().url)
    return site.export(page, path)['rows']


def test_what_cinder_lost_is_imported_and_restored(
    demo, cloud, owner, admin_there, sign_in, tmp_path
):
    volume = owner.volume(name='rey-e2e <records>')
    scribble(demo, volume, 0, 3 * MIB)
    full = owner.backup(volume, name='full')
    scribble(demo, volume, MIB, MIB)
    step = owner.backup(
        volume, name='step', incremental=True, metadata={'kept': 'yes'}
    )
    demo.collect()
    page = sign_in('admin')
    # The incremental one alone is chosen: what it builds on comes with it.
    path = export(page, demo, tmp_path, step)
    told = json.loads(path.read_text())
    assert told['records'] == 2
    assert volume not in path.read_text()

    lose(demo, full, step)
    assert cloud.answer('block-storage', f'/backups/{step}').status_code == 404
    demo.collect()
    plan_import(page, path, 'four grey cats run')
    page.get_by_text('The passphrase is another one').wait_for()
    plan_import(page, path)
    page.locator('#rey-progress').wait_for()
    planned = rows(page)
    assert [row['target'] for row in planned] == [full, step]
    assert {row['after']['project'] for row in planned} == {'webshop'}
    assert planned[0]['flags'] == ['no_admin']

    # The service user is a member there: Cinder refuses, and the way out is
    # told.
    start(page, 2)
    ended(page, 'failed')
    refused = rows(page)[0]
    assert 'administrators alone' in refused['error']
    assert 'openstack role add --user' in refused['remedy']
    admin_there()
    page.get_by_role('button', name='Retry 2 failed').click()
    ended(page, 'succeeded')
    told = cloud.ask('block-storage', f'/backups/{step}')['backup']
    assert told['status'] == 'available'
    assert told['is_incremental'] is True
    assert told['metadata'] == {'kept': 'yes'}
    assert told['os-backup-project-attr:project_id'] == owner.project_id

    restored = owner.volume(name='restored', backup_id=step)
    assert content(demo, restored) == content(demo, volume)
    following = owner.backup(volume, name='next', incremental=True)
    told = cloud.ask('block-storage', f'/backups/{following}')['backup']
    assert told['is_incremental'] is True

    plan_import(page, path)
    page.locator('#rey-progress').wait_for()
    assert {row['state'] for row in rows(page)} == {'refused'}
    assert 'It is there already' in rows(page)[0]['error']


def test_sealed_records_are_deleted(demo, owner, sign_in, tmp_path):
    backup = owner.backup(owner.volume(name='rey-e2e drop'), name='one')
    demo.collect()
    page = sign_in('admin')
    export(page, demo, tmp_path, backup)
    page.get_by_role('button', name='Delete the sealed records').click()
    # Horizon asks once more.
    page.locator('.modal.in .btn-danger').click()
    page.get_by_text('There is nothing to download').wait_for()
    page.goto(RECORDS)
    sync_api.expect(page.locator('.rey-table')).to_contain_text('deleted')


@pytest.mark.parametrize('account', ['manager', 'member', 'helper'])
def test_others_are_refused(demo, account):
    domain = 'research' if account == 'manager' else 'Default'
    browser = site.browser(demo.url, account, domain)
    for path in (RECORDS, '/rey/backups/export/', '/rey/backups/import/'):
        answer = browser.get(demo.url + path, timeout=60)
        assert answer.status_code == 403, path
