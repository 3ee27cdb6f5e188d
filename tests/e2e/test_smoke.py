"""The smoke test and the expectations, on the real cloud in the browser."""

import os
import signal
import time

import pytest

from tests.e2e import site

pytestmark = pytest.mark.browser
SMOKE = '/rey/readiness/smoke-test/'
EXPECTATIONS = '/rey/readiness/expectations/'
#: It takes half a minute where nothing else goes on.
PATIENCE_MS = 300_000


def left(cloud):
    """Names of what a smoke test made and did not delete."""
    everywhere = {'all_tenants': 1}
    rows = [
        *cloud.ask('network', '/v2.0/networks')['networks'],
        *cloud.ask('network', '/v2.0/subnets')['subnets'],
        *cloud.ask('compute', '/servers', **everywhere)['servers'],
        *cloud.ask('block-storage', '/volumes', **everywhere)['volumes'],
        *cloud.ask('block-storage', '/backups', **everywhere)['backups'],
    ]
    names = [row['name'] or '' for row in rows]
    return [name for name in names if name.startswith('rey-smoke-')]


def start(page, project, host=''):
    page.goto(SMOKE)
    page.get_by_label('Project (name or id)').fill(project)
    page.get_by_label('Host of the server').select_option(host)
    page.get_by_role('button', name='Preview').click()
    page.get_by_role('button', name='Start: 1 step').click()


def ended(page, state):
    page.locator('#rey-progress .label', has_text=state).wait_for(
        timeout=PATIENCE_MS
    )


def test_a_new_host_takes_a_server_and_nothing_is_left(cloud, sign_in):
    services = cloud.ask('compute', '/os-services?binary=nova-compute')
    host = next(
        row['host']
        for row in services['services']
        if (row['state'], row['status']) == ('up', 'enabled')
    )
    page = sign_in('admin')
    # Only there may the service user say where a server is to run.
    start(page, 'service', host)
    # It tells what is under way, and how long each stage took.
    page.get_by_text('under way').wait_for(timeout=PATIENCE_MS)
    ended(page, 'succeeded')
    told = site.export(
        page, page.url.removeprefix(site.Site.of_the_demo().url)
    )
    (step,) = told['rows']
    assert len(step['after']) == 16
    assert all(took.endswith(' s') for took in step['after'].values())
    assert left(cloud) == []
    page.goto('/rey/readiness/')
    text = page.locator('#rey-smoke').inner_text()
    assert f'Smoke test in service on {host}' in text
    assert 'Restore: ' in text
    rows = [row for _link, row in site.table(page, '/rey/readiness/hosts/')]
    row = next(row for row in rows if row['Host'] == host)
    assert row['Mapped'] == 'yes'
    assert row['Test server'].startswith('succeeded')


def test_a_kill_in_the_middle_leaves_nothing_behind(demo, cloud, sign_in):
    page = sign_in('admin')
    start(page, 'demo')
    end = time.monotonic() + PATIENCE_MS / 1000
    while not any(name.endswith('-backup') for name in left(cloud)):
        assert time.monotonic() < end
    os.kill(demo.worker_pid(), signal.SIGKILL)
    assert len(left(cloud)) >= 5
    demo.start()
    ended(page, 'succeeded')
    assert left(cloud) == []


def test_what_is_not_as_expected_is_found_and_goes_away(demo, sign_in):
    page = sign_in('admin')
    page.goto(EXPECTATIONS)
    page.get_by_role('button', name='Expect what is there now').click()
    page.get_by_text('There is none').wait_for()
    upload(page, 'version: 1\nvolume_types: [gold]\n')
    page.get_by_text('It counts from now on.').wait_for()
    words = 'Volume type gold is expected, and is not there'
    assert page.locator('#rey-differences').get_by_text(words).count() == 1
    demo.collect(changes=True)
    site.finding(page, title=words, resolved_at=None)
    upload(page, 'version: 1\nvolume_types:\n- gold\n flavors: 3\n')
    told = page.locator('.alert', has_text='Nothing was stored').inner_text()
    assert 'Line 4' in told
    page.locator('summary').nth(1).click()
    page.get_by_role('button', name='Go back to version').first.click()
    page.get_by_text('There is none').wait_for()


def upload(page, text):
    page.locator('#rey-file').set_input_files(
        {
            'name': 'expectations.yaml',
            'mimeType': 'application/yaml',
            'buffer': text.encode(),
        }
    )
    page.get_by_role('button', name='Upload').click()
