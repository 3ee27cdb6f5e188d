"""The box that finds things, as somebody without a mouse uses it."""

import pytest

pytestmark = pytest.mark.browser


def test_a_key_leads_to_the_box_and_the_box_to_the_thing(demo, sign_in):
    demo.collect()
    page = sign_in('admin')
    page.goto('/rey/projects/')
    page.keyboard.press('/')
    box = page.locator('[data-rey-find]')
    assert box.evaluate('element => element === document.activeElement')
    page.keyboard.type('webshop/')
    assert box.input_value() == 'webshop/'
    page.keyboard.press('Backspace')
    page.keyboard.press('Enter')
    page.wait_for_url('**/rey/find/?q=webshop')
    group = page.locator('.rey-found tbody', has_text='Projects')
    group.locator('.rey-name a').first.click()
    page.wait_for_url('**/rey/find/project/*/')
    page.get_by_role('link', name='webshop', exact=True).click()
    page.wait_for_url('**/rey/projects/*/')


def test_a_server_tells_live_what_was_done_with_it(demo, cloud, sign_in):
    servers = cloud.ask('compute', '/servers/detail', all_tenants=1)
    server = next(row for row in servers['servers'] if row['name'] == 'db')
    path = f'/servers/{server["id"]}/os-instance-actions'
    actions = cloud.ask('compute', path)['instanceActions']
    demo.collect(changes=True)
    page = sign_in('admin')
    page.goto(f'/rey/find/server/{server["id"]}/')
    page.get_by_role('heading', name='What was done with it').wait_for()
    text = page.locator('#rey-now').inner_text()
    assert actions
    for action in actions:
        assert f'{action["action"]}' in text
        assert action['request_id'] in text
    assert 'Success' in text
    page.get_by_role('link', name='Ask again').click()
    page.locator('#rey-now-told', has_text='Nova was asked at').wait_for(
        state='attached'
    )


def test_the_report_of_a_page_is_copied_and_names_nobody(sign_in):
    page = sign_in('admin', permissions=['clipboard-read', 'clipboard-write'])
    page.goto('/rey/find/?q=webshop')
    page.get_by_text('Report this').click()
    page.get_by_role('button', name='Copy the report').click()
    page.get_by_text('Copied').first.wait_for()
    told = page.evaluate('navigator.clipboard.readText()')
    assert 'Page: GET /rey/find/' in told
    assert 'req-' in told
    assert 'webshop' not in told
