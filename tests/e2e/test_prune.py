"""Backups put on hold, released and pruned, on the real cloud."""

import pytest

from tests.e2e import site
from tests.e2e import test_back_up as backing

pytestmark = pytest.mark.browser
ALL, HOLDS, PRUNING = (
    f'/rey/backups/{name}/' for name in ('all', 'holds', 'pruning')
)
NAME = 'ledger-data-1'
REASON = 'Court order <b>12</b>'


def going(page, project_id):
    address = f'{PRUNING}?policy=by_hand&keep_last=1&project={project_id}'
    page.goto(address)
    return [
        row['backup_id']
        for row in site.export(page, address)['rows']
        if row['volume_name'] == NAME
    ]


def there(cloud, volume_id):
    return {row['id'] for row in backing.backups_of(cloud, volume_id)}


def test_what_is_not_kept_goes_but_for_what_is_on_hold(cloud, sign_in):
    page = sign_in('admin')
    address = f'{backing.VOLUMES}?q={NAME}'
    volume = site.export(page, address)['rows'][0]
    volume_id, project_id = volume['volume_id'], volume['project_id']
    before = {row['id'] for row in backing.backups_of(cloud, volume_id)}
    for method in ('full', 'incremental', 'full'):
        backing.back_up(page, NAME, method)
    rows = backing.backups_of(cloud, volume_id)
    made = sorted(
        (row for row in rows if row['id'] not in before),
        key=lambda row: row['created_at'],
    )
    full, incremental, last = (row['id'] for row in made)
    assert going(page, project_id)[:2] == [incremental, full]

    page.goto(f'{ALL}?q={full}')
    page.get_by_label(f'Choose {made[0]["name"]}', exact=True).check()
    page.get_by_role('button', name='Put the chosen on hold').click()
    page.get_by_label('Why').fill(REASON)
    page.get_by_role('button', name='Put 1 backup on hold').click()
    page.get_by_text('1 backup is on hold.').wait_for()
    assert full not in going(page, project_id)
    assert incremental in going(page, project_id)
    page.goto(f'{ALL}?q={full}')
    assert REASON in page.locator('table').inner_text()

    page.goto(f'{HOLDS}?q={full}')
    page.get_by_label(f'Choose {made[0]["name"]}', exact=True).check()
    page.get_by_role('button', name='Release the chosen').click()
    page.get_by_role('button', name='End 1 hold').click()
    page.get_by_text('1 hold has ended.').wait_for()

    wanted = going(page, project_id)
    page.get_by_role('button', name='Plan to delete').click()
    start = page.get_by_role('button', name='Start:')
    page.locator('input[name=typed]').fill(start.inner_text().split()[1])
    start.click()
    backing.ended(page, 'succeeded')
    assert there(cloud, volume_id) == {*before, last} - set(wanted)
    assert going(page, project_id) == []
