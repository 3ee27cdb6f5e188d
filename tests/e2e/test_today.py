"""Today and a finding in the browser, by mouse and by keyboard."""

import pytest

from tests.e2e import site

pytestmark = pytest.mark.browser
TODAY = '/rey/today/'
#: In so long the page asks for what is new.
FOLLOWS_MS = 21_000


@pytest.fixture
def admin(sign_in):
    return sign_in('admin')


@pytest.fixture
def host_down(admin):
    """The demo's company has a host that is down; it is awake again after."""
    found = site.finding(admin, check='host_down')
    yield found
    admin.goto(found['address'])
    for order in ('wake', 'unacknowledge'):
        if admin.locator(f'#rey-order-{order}').count():
            admin.locator(f'#rey-order-{order}').click()


def tab_to(page, target, most=120):
    for _press in range(most):
        page.keyboard.press('Tab')
        if target.evaluate('element => element === document.activeElement'):
            return
    pytest.fail(f'Tab does not lead to {target}')


def test_the_worst_stands_first_and_leads_to_its_runbook(admin, host_down):
    admin.goto('/rey/')
    assert admin.url.endswith(TODAY)
    cards = admin.locator('.rey-card h2').all_inner_texts()
    assert [card.split()[0] for card in cards] == [
        'Install',
        'Operate',
        'Usage',
        'Update',
    ]
    first = admin.locator('.rey-finding').first
    assert host_down['title'] in first.inner_text()
    first.get_by_role('link', name='Runbook').click()
    admin.get_by_role('heading', name='Runbook').wait_for()
    command = admin.locator('.rey-commands').first.inner_text()
    admin.context.grant_permissions(['clipboard-read', 'clipboard-write'])
    admin.locator('[data-rey-copy]').first.click()
    admin.get_by_role('button', name='Copied').wait_for()
    told = admin.evaluate('navigator.clipboard.readText()')
    assert told == command
    assert host_down['host'] in told


def test_it_is_snoozed_where_it_stands_and_woken(admin, host_down):
    admin.clock.install()
    admin.goto(TODAY)
    row = admin.locator(f'#rey-snooze-{host_down["finding_id"]}')
    row.locator('summary').click()
    row.get_by_label('Why').fill('We know <b>')
    # The page goes on following the cloud, and takes nothing away.
    admin.evaluate('document.getElementById("rey-today").dataset.old = "1"')
    admin.clock.fast_forward(FOLLOWS_MS)
    admin.locator('#rey-today:not([data-old])').wait_for()
    assert row.get_by_label('Why').input_value() == 'We know <b>'
    row.get_by_role('button', name='Snooze it').click()
    admin.locator('#rey-snoozed').wait_for()
    assert admin.url.endswith(TODAY)
    assert not row.count()
    admin.locator('#rey-snoozed').click()
    admin.get_by_role('link', name=host_down['title']).click()
    assert 'We know <b>' in admin.locator('#rey-records').inner_text()
    admin.locator('#rey-order-wake').click()
    admin.goto(TODAY)
    assert row.count()


def test_by_keyboard_alone(admin, host_down):
    admin.goto(TODAY)
    title = admin.locator(f'#rey-finding-{host_down["finding_id"]}')
    tab_to(admin, title)
    admin.keyboard.press('Enter')
    button = admin.locator('#rey-order-acknowledge')
    button.wait_for()
    tab_to(admin, button)
    admin.keyboard.press('Enter')
    taken_back = admin.locator('#rey-order-unacknowledge')
    taken_back.wait_for()
    tab_to(admin, admin.locator('#rey-comment'))
    admin.keyboard.type('On it')
    admin.keyboard.press('Tab')
    with admin.expect_navigation():
        admin.keyboard.press('Enter')
    assert 'On it' in admin.locator('#rey-records').inner_text()
    tab_to(admin, taken_back)
    admin.keyboard.press('Enter')
    button.wait_for()
