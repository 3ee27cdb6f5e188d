"""Backups made and deleted again by a task, on the real cloud."""

import pytest

from tests.e2e import site

pytestmark = pytest.mark.browser
VOLUMES = '/rey/backups/volumes/'
PATIENCE_MS = 300_000


def ended(page, state):
    page.locator('#rey-progress .label', has_text=state).wait_for(
        timeout=PATIENCE_MS
    )


def backups_of(cloud, volume_id):
    rows = cloud.ask('block-storage', '/backups/detail', all_tenants=1)
    return [
        row
        for row in rows['backups']
        if row['volume_id'] == volume_id and row['name'].startswith('rey-')
    ]


def back_up(page, name, method):
    page.goto(f'{VOLUMES}?q={name}')
    page.get_by_label(f'Choose {name}', exact=True).check()
    page.get_by_role('button', name='Back up the chosen').click()
    page.get_by_label('How').select_option(method)
    page.get_by_role('button', name='Preview').click()
    assert (
        page.get_by_text('left (from')
        .or_(page.get_by_text('No history yet'))
        .count()
    )
    page.get_by_role('button', name='Start: 1 step').click()
    ended(page, 'succeeded')


def test_volumes_are_backed_up_in_their_own_project_and_undone(cloud, sign_in):
    page = sign_in('admin')
    volume = site.export(page, f'{VOLUMES}?q=ledger-data-2')['rows'][0]
    name, volume_id = volume['name'], volume['volume_id']
    before = {row['id'] for row in backups_of(cloud, volume_id)}

    def made_of():
        rows = backups_of(cloud, volume_id)
        return [row for row in rows if row['id'] not in before]

    back_up(page, name, 'full')
    back_up(page, name, 'incremental')
    made = made_of()
    assert {row['status'] for row in made} == {'available'}
    assert sorted(row['is_incremental'] for row in made) == [False, True]
    owners = {row['os-backup-project-attr:project_id'] for row in made}
    assert owners == {volume['project_id']}
    assert all(row['metadata']['rey_step'] for row in made)
    # The page of the task is the one that is open: the incremental one's.
    page.get_by_role('button', name='Undo 1').click()
    page.get_by_label('Type the number of steps').fill('1')
    page.get_by_role('button', name='Start: 1 step').click()
    ended(page, 'succeeded')
    assert [row['is_incremental'] for row in made_of()] == [False]
    told = site.export(page, f'{VOLUMES}?q={volume_id}')['rows'][0]
    assert told['state'] == 'protected'
