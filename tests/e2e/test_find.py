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
    page.get_by_role('link', name='webshop').click()
    page.wait_for_url('**/rey/projects/*/')
