"""Quotas set in the browser, in the real services, and taken back."""

import pytest

pytestmark = pytest.mark.browser
PROJECTS = '/rey/projects/'
#: A task of two projects takes seconds.
PATIENCE_MS = 60_000


def limits(cloud, project_id):
    """As the three services tell them."""
    return {
        'cores': cloud.compute_quota(project_id)['cores']['limit'],
        'volumes': cloud.volume_quota(project_id)['volumes']['limit'],
        'port': cloud.network_quota(project_id)['port']['limit'],
    }


@pytest.fixture
def project(demo, cloud):
    """A project; at the end its limits are as they were."""
    demo.collect(changes=True)
    return next(row for row in cloud.projects() if row['name'] == 'webshop')


def choose(page, key, how, value):
    page.select_option(f'[name="how:{key}"]', how)
    page.fill(f'[name="value:{key}"]', str(value))


def ended(page, state):
    page.locator('#rey-progress .label', has_text=state).wait_for(
        timeout=PATIENCE_MS
    )


def test_quotas_are_set_in_three_services_and_taken_back(
    cloud, project, sign_in
):
    before = limits(cloud, project['id'])
    page = sign_in('admin')
    page.goto(f'{PROJECTS}?q={project["id"]}')
    page.get_by_role('link', name='Set quotas of 1 project…').click()
    choose(page, 'compute.cores', 'add', 3)
    choose(page, 'volume.volumes', 'set', before['volumes'] + 2)
    choose(page, 'network.port', 'add', 1)
    page.get_by_role('button', name='Preview for 1 project').click()

    text = page.locator('.rey-table').inner_text()
    assert f'cores {before["cores"]} → {before["cores"] + 3}' in text
    assert limits(cloud, project['id']) == before
    page.get_by_role('button', name='Start: 3 steps').click()
    ended(page, 'succeeded')

    assert limits(cloud, project['id']) == {
        'cores': before['cores'] + 3,
        'volumes': before['volumes'] + 2,
        'port': before['port'] + 1,
    }
    page.goto(f'{PROJECTS}{project["id"]}/')
    shown = page.locator('.rey-service').first.inner_text()
    assert str(before['cores'] + 3) in shown

    page.goto('/rey/tasks/?mine=1')
    page.locator('.rey-table tbody a').first.click()
    page.get_by_role('button', name='Undo 3…').click()
    assert 'pinned' in page.locator('.rey-table').inner_text()
    page.get_by_role('button', name='Start: 3 steps').click()
    ended(page, 'succeeded')
    assert limits(cloud, project['id']) == before


def test_by_keyboard_alone(cloud, project, sign_in):
    page = sign_in('admin')
    page.goto(f'{PROJECTS}set-quotas/?q={project["id"]}')
    page.locator('[name="how:compute.cores"]').focus()
    page.keyboard.type('s')
    page.keyboard.press('Tab')
    page.keyboard.type('7777')
    page.keyboard.press('Enter')
    page.locator('#rey-progress').wait_for()
    assert '7,777' in page.locator('.rey-table').inner_text()
    page.get_by_role('button', name='Drop it').focus()
    page.keyboard.press('Enter')
    ended(page, 'cancelled')


def test_who_changes_nothing_sees_tasks_and_no_button(sign_in):
    page = sign_in('helper')
    page.goto('/rey/tasks/')
    assert page.locator('h1').inner_text() == 'Tasks'
    assert not page.get_by_role('link', name='Set quotas').count()
    answer = page.request.get(f'{PROJECTS}set-quotas/')
    assert answer.status == 403
