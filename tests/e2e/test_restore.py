"""Backups restored and proven on the real cloud, byte for byte."""

import os
import pathlib
import signal
import time

import pytest

from tests.e2e import site

pytestmark = pytest.mark.browser
VOLUMES = '/rey/backups/volumes/'
PATIENCE_S = 300
NAME = 'ledger-data-2'
DRILL = 'rey-drill-'


@pytest.fixture(scope='module')
def folder(demo):
    """Where the demo keeps the volumes, each as a sparse file."""
    return demo.home / 'cloud' / 'data' / 'volumes'


@pytest.fixture(scope='module')
def backed_up(demo, cloud, folder):
    """A volume with bytes of its own, backed up; id, file and those bytes."""
    (volume,) = volumes(cloud, name=NAME)
    path = file_of(folder, volume['id'])
    write(path, b'before')
    return volume['id'], path, path.read_bytes()


def file_of(folder, volume_id) -> pathlib.Path:
    return next(folder.rglob(f'volume-{volume_id}'))


def write(path, words):
    """Here and there, so that there are holes between."""
    with path.open('r+b') as file:
        for place in (0, 5 << 20, 9 << 20):
            file.seek(place)
            file.write(words * 1000)


def ended(page, state='succeeded'):
    page.locator('#rey-progress .label', has_text=state).wait_for(
        timeout=PATIENCE_S * 1000
    )


def start(page, typed=''):
    page.get_by_role('button', name='Preview').click()
    if typed:
        page.get_by_label('Type the number of steps').fill(typed)
    page.get_by_role('button', name='Start: 1 step').click()


def volumes(cloud, **query):
    return cloud.ask(
        'block-storage', '/volumes/detail', all_tenants=1, **query
    )['volumes']


def drills(cloud):
    """Names of the volumes that a drill has made and not deleted."""
    names = [row['name'] or '' for row in volumes(cloud)]
    return [name for name in names if name.startswith(DRILL)]


def until(asked):
    end = time.monotonic() + PATIENCE_S
    while not (found := asked()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return found


def test_a_volume_is_backed_up_for_what_follows(backed_up, sign_in):
    volume_id, _path, _bytes = backed_up
    page = sign_in('admin')
    page.goto(f'/rey/backups/back-up/?chosen=1&id={volume_id}')
    page.get_by_label('How').select_option('full')
    start(page)
    ended(page)
    # The inventory follows the task in a moment.
    until(
        lambda: row_of(page, volume_id)['last_good_backup_name'].startswith(
            'rey-'
        )
    )


def row_of(page, volume_id):
    (row,) = site.export(page, f'{VOLUMES}?q={volume_id}')['rows']
    return row


def test_it_is_restored_to_a_new_volume_and_undone(
    cloud, folder, backed_up, sign_in
):
    volume_id, _path, bytes_ = backed_up
    page = sign_in('admin')
    page.goto(f'{VOLUMES}?q={volume_id}')
    page.get_by_role('link', name=f'Restore {NAME} to a new volume').click()
    start(page)
    ended(page)
    (made,) = [
        row for row in volumes(cloud, name=NAME) if row['id'] != volume_id
    ]
    old = cloud.ask('block-storage', f'/volumes/{volume_id}')['volume']
    for name in ('volume_type', 'size', 'os-vol-tenant-attr:tenant_id'):
        assert made[name] == old[name]
    assert made['description'].startswith('Restored from backup')
    assert made['metadata']['rey_step'].startswith('req-')
    assert file_of(folder, made['id']).read_bytes() == bytes_
    # Its page is known at once.
    task = page.url
    until(lambda: page.request.get(f'/rey/find/volume/{made["id"]}/').ok)
    page.get_by_role('link', name='Open the volume').click()
    page.get_by_role('heading', name=NAME).wait_for()
    page.goto(task)
    page.get_by_role('button', name='Undo 1').click()
    page.get_by_label('Type the number of steps').fill('1')
    page.get_by_role('button', name='Start: 1 step').click()
    ended(page)
    assert [row['id'] for row in volumes(cloud, name=NAME)] == [volume_id]


def test_it_is_restored_over_the_volume(backed_up, sign_in):
    volume_id, path, bytes_ = backed_up
    write(path, b'spoilt')
    page = sign_in('admin')
    page.goto(f'/rey/find/volume/{volume_id}/')
    page.get_by_role('link', name='Restore over a volume').click()
    assert 'All that was written to the volume since' in page.content()
    start(page, typed='1')
    ended(page)
    assert path.read_bytes() == bytes_


def test_a_drill_restores_the_same_bytes_and_leaves_nothing(
    cloud, folder, backed_up, sign_in
):
    volume_id, _path, bytes_ = backed_up
    there = set(folder.rglob('volume-*'))
    page = sign_in('admin')
    page.goto(f'{VOLUMES}?q={volume_id}')
    page.get_by_role('link', name=f'Prove the backup of {NAME}').click()
    start(page)
    (made,) = until(lambda: set(folder.rglob('volume-*')) - there)
    # What is deleted is still to be read under another name.
    kept = folder / 'kept-by-a-test'
    os.link(made, kept)
    try:
        ended(page)
        assert not made.exists()
        assert kept.read_bytes() == bytes_
    finally:
        kept.unlink()
    assert drills(cloud) == []
    text = page.locator('#rey-steps').inner_text()
    assert 'checked: size' in text
    row = until(lambda: proven(page, volume_id))
    assert row['proven_backup_id'] == row['last_good_backup_id']


def proven(page, volume_id):
    """Its row among those that were proven lately."""
    address = f'{VOLUMES}?q={volume_id}&proven=lately'
    return next(iter(site.export(page, address)['rows']), None)


def test_a_kill_in_the_middle_of_a_drill_leaves_nothing_behind(
    demo, cloud, backed_up, sign_in
):
    volume_id, _path, _bytes = backed_up
    page = sign_in('admin')
    page.goto(f'/rey/backups/prove/?chosen=1&id={volume_id}')
    start(page)
    until(lambda: drills(cloud))
    os.kill(demo.worker_pid(), signal.SIGKILL)
    demo.start()
    ended(page)
    assert drills(cloud) == []
    volume = cloud.ask('block-storage', f'/volumes/{volume_id}')['volume']
    assert volume['status'] == 'available'
