"""A baseline and comparisons on the real cloud; faults made on purpose."""

import json

import pytest

from tests.e2e import test_access
from tests.e2e import test_smoke

pytestmark = pytest.mark.browser
PATIENCE_MS = 300_000
TIMES = 10
EVERYWHERE = {'all_tenants': 1}
NOWHERE = 'http://127.0.0.1:9/placement'
BLOCK = 'block-storage'
#: Service, what of it, its state before, and the action for both states.
THINGS = (
    ('compute', 'servers', 'ACTIVE', 'os-resetState', 'error', 'active'),
    *(
        (BLOCK, kind, 'available', 'os-reset_status', 'error', 'available')
        for kind in ('volumes', 'snapshots', 'backups')
    ),
)


def verify(demo, *words):
    """What the command tells, and its exit status."""
    done = demo.command('verify', *words, '--json')
    return json.loads(done.stdout), done.returncode


def failed(report):
    return [row for row in report['rows'] if row['result'] == 'fail']


def lines(report, group):
    """Of evidence, of what failed in a group."""
    return [
        line
        for row in failed(report)
        if row['group'] == group
        for line in row['evidence']
    ]


def test_an_untouched_cloud_is_as_before_ten_times_in_a_row(demo):
    demo.collect()
    told, status = verify(demo, '--baseline', 'untouched')
    assert (status, told['unread']) == (0, {})
    for _time in range(TIMES):
        report, status = verify(demo, '--compare', 'untouched')
        assert (failed(report), status) == ([], 0)
        assert {row['change'] for row in report['rows']} <= {
            *('unchanged', 'unknown', 'by_time'),
        }


class Faults:
    """Made by hand, as an update that went wrong would leave them."""

    def __init__(self, cloud):
        self._ask, self._write = cloud.ask, cloud.write
        self._undone = []

    def make(self):
        """The group of each fault, and words that tell it."""
        yield from self._of_services()
        yield from self._of_things()
        yield 'quotas', self._of_limits()
        self._of_endpoint()
        yield 'endpoints', f'the connection was refused, {NOWHERE}'
        yield 'reading', f'Hosts: Unable to establish connection to {NOWHERE}'

    def mend(self):
        while self._undone:
            method, path, kind, body = self._undone.pop()
            self._write(method, path, kind, body)

    def _change(self, method, path, kind, body, back):
        self._write(method, path, kind, body)
        self._undone.append((method, path, kind, back))

    def _of_services(self):
        path = '/os-services?binary=nova-compute'
        first, *others = [
            row
            for row in self._ask('compute', path)['services']
            if (row['state'], row['status']) == ('up', 'enabled')
        ]
        self._switch(first, 'forced_down', True, False)
        yield 'services', f'nova-compute on {first["host"]}: down'
        # Then no server finds a host, and the smoke test fails.
        for row in others:
            self._switch(row, 'status', 'disabled', 'enabled')
            yield 'services', f'nova-compute on {row["host"]}: up, disabled'
        agent = next(
            row
            for row in self._ask('network', '/v2.0/agents')['agents']
            if row['alive'] and row['admin_state_up']
        )
        path = f'/v2.0/agents/{agent["id"]}'
        self._change(
            *('PUT', path, 'network'),
            *({'agent': {'admin_state_up': up}} for up in (False, True)),
        )
        name = f'{agent["agent_type"]} on {agent["host"]}'
        yield 'services', f'{name}: up, disabled'

    def _switch(self, row, name, new, old):
        path = f'/os-services/{row["id"]}'
        self._change('PUT', path, 'compute', {name: new}, {name: old})

    def _of_things(self):
        for kind, collection, good, action, *states in THINGS:
            rows = self._ask(kind, f'/{collection}/detail', **EVERYWHERE)
            row = next(
                row for row in rows[collection] if row['status'] == good
            )
            name = 'state' if kind == 'compute' else 'status'
            path = f'/{collection}/{row["id"]}/action'
            self._change(
                *('POST', path, kind),
                *({action: {name: state}} for state in states),
            )
            yield 'errors', row['id']

    def _of_limits(self):
        projects = self._ask('identity', '/projects')['projects']
        project = next(row for row in projects if row['name'] == 'webshop')
        path = f'/os-quota-sets/{project["id"]}'
        old = self._ask('compute', path)['quota_set']['server_groups']
        self._change(
            *('PUT', path, 'compute'),
            *({'quota_set': {'server_groups': n}} for n in (old + 7, old)),
        )
        return f'server_groups: {old + 7}, was {old}: webshop'

    def _of_endpoint(self):
        """Nobody answers there: Placement cannot be read any more."""
        services = self._ask('identity', '/services?type=placement')
        (service,) = services['services']
        path = f'/endpoints?interface=public&service_id={service["id"]}'
        (endpoint,) = self._ask('identity', path)['endpoints']
        urls = NOWHERE, endpoint['url']
        self._change(
            *('PATCH', f'/endpoints/{endpoint["id"]}', 'identity'),
            *({'endpoint': {'url': url}} for url in urls),
        )


@pytest.fixture
def faults(demo, cloud):
    made = Faults(cloud)
    yield made
    made.mend()
    demo.collect()


def groups(report):
    return {row['group'] for row in failed(report)}


def smoke_test(page, state):
    test_smoke.start(page, 'service')
    test_smoke.ended(page, state)


def compared(page, words):
    """Compares in the browser; the report as its JSON file has it."""
    page.get_by_role('button', name=words).click()
    page.locator('#rey-result').wait_for(timeout=PATIENCE_MS)
    with page.expect_download() as download:
        page.get_by_role('link', name='JSON', exact=True).click()
    return json.loads(download.value.path().read_text())


def says(page, copy):
    """What the page that checks copies tells of this one."""
    page.goto('/rey/verification/check/')
    page.get_by_label('or upload a file').set_input_files(
        {'name': 'copy', 'mimeType': 'text/plain', 'buffer': copy}
    )
    page.get_by_role('button', name='Check', exact=True).click()
    return page.locator('.alert strong').first.inner_text()


def test_a_copy_is_true_until_a_byte_of_it_is_changed(demo, sign_in):
    verify(demo, '--baseline', 'copied')
    report, _status = verify(demo, '--compare', 'copied')
    page = sign_in('admin')
    for name in ('HTML file', 'JSON'):
        page.goto(f'/rey/verification/comparisons/{report["comparison_id"]}/')
        with page.expect_download() as download:
            page.get_by_role('link', name=name, exact=True).click()
        copy = download.value.path().read_bytes()
        assert says(page, copy) == 'Same.'
        changed = copy.replace(b'as before', b'as befare', 1)
        assert says(page, changed) == 'Changed.'


def test_each_fault_is_caught_and_over_when_it_is_mended(
    demo, cloud, faults, sign_in
):
    demo.collect()
    page = sign_in('admin')
    smoke_test(page, 'succeeded')
    page.goto('/rey/verification/')
    page.get_by_label('Its name').fill('before <b>2026.2</b>')
    page.get_by_role('button', name='Take it').click()
    again = page.get_by_role('button', name='Compare now')
    again.wait_for(timeout=PATIENCE_MS)
    baseline = page.url
    assert test_access.violations(page) == []

    expected = list(faults.make())
    smoke_test(page, 'failed')
    page.goto(baseline)
    report = compared(page, 'Compare now')
    for group, words in expected:
        assert any(words in line for line in lines(report, group)), words
    assert len(lines(report, 'smoke_test')) == 1
    assert page.locator('#rey-result').inner_text().startswith('FAIL')
    assert test_access.violations(page) == []
    invented = groups(report) - {group for group, _words in expected}
    assert invented == {'smoke_test'}

    faults.mend()
    report = compared(page, 'Compare again')
    assert groups(report) == {'smoke_test'}
    smoke_test(page, 'succeeded')
    page.goto(baseline)
    assert failed(compared(page, 'Compare now')) == []
