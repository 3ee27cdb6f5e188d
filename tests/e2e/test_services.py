"""Services disabled in the browser, in the real Nova, and taken back."""

import pytest

pytestmark = pytest.mark.browser
SERVICES = '/rey/services/'
PATIENCE_MS = 60_000
OLD, NEW = 'e2e: rack <b>4</b>', 'e2e: fans "2026"'


def compute(cloud, host):
    path = '/os-services?binary=nova-compute'
    rows = cloud.ask('compute', path)['services']
    return next(row for row in rows if row['host'] == host)


def switch(cloud, row, **body):
    cloud.write('PUT', f'/os-services/{row["id"]}', 'compute', body)


@pytest.fixture
def hosts(demo, cloud):
    """Two; somebody has disabled the first. Both are enabled at the end."""
    rows = cloud.ask('compute', '/os-services?binary=nova-compute')['services']
    first, second = [row for row in rows if row['status'] == 'enabled'][:2]
    switch(cloud, first, status='disabled', disabled_reason=OLD)
    demo.collect(changes=True)
    yield first['host'], second['host']
    for row in (first, second):
        switch(cloud, row, status='enabled')


def told(cloud, host):
    row = compute(cloud, host)
    return row['status'], row['disabled_reason']


def ended(page, state):
    page.locator('#rey-progress .label', has_text=state).wait_for(
        timeout=PATIENCE_MS
    )


def choose(page, host, button):
    page.goto(f'{SERVICES}?name=nova-compute&host={host}')
    name = f'Choose nova-compute on {host}'
    page.get_by_role('checkbox', name=name, exact=True).check()
    page.get_by_role('button', name=button).click()


def start(page):
    page.get_by_role('button', name='Start: 1 step').click()
    ended(page, 'succeeded')


def test_enabled_and_undone_the_old_reason_is_back(cloud, hosts, sign_in):
    host, _other = hosts
    page = sign_in('admin')
    choose(page, host, 'Enable the chosen…')
    page.get_by_role('button', name='Preview for 1 service').click()
    shown = page.locator('.rey-table').inner_text()
    assert 'status disabled → enabled' in shown
    assert f'disabled_reason {OLD} →' in shown
    start(page)
    assert told(cloud, host) == ('enabled', None)
    page.get_by_role('button', name='Undo 1…').click()
    start(page)
    assert told(cloud, host) == ('disabled', OLD)
    page.goto(f'{SERVICES}?name=nova-compute&host={host}')
    assert OLD in page.locator('.rey-table').inner_text()


def test_disabled_by_keyboard_alone_and_seen_in_horizon(cloud, hosts, sign_in):
    _other, host = hosts
    page = sign_in('admin')
    page.goto(f'{SERVICES}?name=nova-compute&host={host}')
    box = page.get_by_role('checkbox', name=f'Choose nova-compute on {host}')
    box.focus()
    page.keyboard.press('Space')
    page.get_by_role('button', name='Disable the chosen…').focus()
    page.keyboard.press('Enter')
    page.locator('[name=reason]').focus()
    page.keyboard.type(NEW)
    page.keyboard.press('Enter')
    page.locator('#rey-progress').wait_for()
    page.get_by_role('button', name='Start: 1 step').focus()
    page.keyboard.press('Enter')
    ended(page, 'succeeded')

    assert told(cloud, host) == ('disabled', NEW)
    page.goto('/admin/hypervisors/?tab=hypervisor_info__compute_host')
    cell = page.get_by_role('cell', name=host, exact=True)
    row = page.locator('tr').filter(has=cell).filter(has_text='Disabled')
    row.first.wait_for()

    page.goto('/rey/tasks/?mine=1')
    page.locator('.rey-table tbody a').first.click()
    page.get_by_role('button', name='Undo 1…').click()
    start(page)
    assert told(cloud, host) == ('enabled', None)


def test_an_agent_has_its_reason_in_its_description(cloud, sign_in):
    def agent():
        return cloud.ask('network', f'/v2.0/agents/{before["id"]}')['agent']

    before = cloud.ask('network', '/v2.0/agents')['agents'][0]
    assert before['admin_state_up']
    page = sign_in('admin')
    page.goto(f'{SERVICES}disable/?chosen=1&id={before["id"]}')
    page.fill('[name=reason]', NEW)
    page.get_by_role('button', name='Preview for 1 service').click()
    start(page)
    assert not agent()['admin_state_up']
    assert agent()['description'] == f'disabled: {NEW}'
    page.get_by_role('button', name='Undo 1…').click()
    start(page)
    assert agent()['admin_state_up']
    assert not agent()['description']


def test_a_cinder_that_could_not_enable_it_again_keeps_its_service(
    cloud, sign_in
):
    """Cinder 29.0.0, which the demo has."""

    def service():
        path = '/os-services?binary=cinder-backup'
        row = cloud.ask('block-storage', path)['services'][0]
        return row['status'], row['disabled_reason']

    page = sign_in('admin')
    page.goto(f'{SERVICES}disable/?name=cinder-backup')
    page.fill('[name=reason]', NEW)
    page.get_by_role('button', name='Preview for 1 service').click()
    page.get_by_role('button', name='Start: 1 step').click()
    ended(page, 'failed')
    words = 'cannot be enabled again by its API'
    assert words in page.locator('.rey-table').inner_text()
    assert service() == ('enabled', None)


def test_who_only_reads_sees_services_and_changes_none(sign_in):
    page = sign_in('helper')
    page.goto(SERVICES)
    assert 'nova-compute' in page.locator('.rey-table').inner_text()
    assert not page.get_by_role('checkbox').count()
    for verb in ('disable', 'enable'):
        assert page.request.get(f'{SERVICES}{verb}/').status == 403
