"""A policy of backups, made in the browser and run on the real cloud."""

import pytest

from tests.e2e import site
from tests.e2e import test_back_up as backing

pytestmark = pytest.mark.browser
POLICIES = '/rey/backups/policies/'
#: Cinder takes no character of four bytes in a description.
NAME = 'nightly <b>é💾'


def test_a_policy_backs_up_what_it_reaches(cloud, sign_in):
    page = sign_in('admin')
    address = f'{backing.VOLUMES}?q=reference'
    volume = site.export(page, address)['rows'][0]
    before = len(backing.backups_of(cloud, volume['volume_id']))
    page.goto(f'{POLICIES}new/')
    page.get_by_label('Name', exact=True).fill(NAME)
    page.get_by_label('Backs up').select_option('list')
    page.get_by_label('Of these, one on each line').fill(volume['volume_id'])
    page.get_by_role('button', name='Preview').click()
    preview = page.locator('#rey-preview').inner_text()
    assert 'It reaches 1 volume' in preview
    assert 'It is due next' in preview
    page.get_by_role('button', name='Make the policy').click()
    page.get_by_role('heading', name=NAME).wait_for()
    page.get_by_role('button', name='Run now').click()
    page.wait_for_url('**/rey/tasks/*/')
    backing.ended(page, 'succeeded')
    made = backing.backups_of(cloud, volume['volume_id'])
    assert len(made) == before + 1
    assert made[0]['status'] == 'available'
    (run,) = [
        row
        for row in site.export(page, POLICIES)['rows']
        if row['name'] == NAME
    ]
    assert run['volumes'] == 1
