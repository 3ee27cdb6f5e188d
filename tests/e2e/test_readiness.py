"""Readiness on the real cloud: a run from the button to the report."""

import json

import pytest

pytestmark = pytest.mark.browser
READINESS = '/rey/readiness/'
#: The worker looks each second; a run asks some forty times.
RUN_MS = 120_000


def test_a_run_tells_what_is_ready_and_what_is_not(sign_in):
    page = sign_in('admin')
    page.goto(READINESS)
    page.get_by_role('button', name='Run now').click()
    # While it runs the button is away, and the page asks for news.
    button = page.get_by_role('button', name='Run now')
    button.wait_for(timeout=RUN_MS)
    for words in (
        'identity, RegionOne: all endpoints answer (3)',
        'The catalog has nothing twice',
        'compute: microversion 2.96 is used',
        'It may read all that is collected of compute',
    ):
        assert page.get_by_text(words).count() == 1, words
    with page.expect_download() as download:
        page.get_by_role('link', name='HTML file').click()
    assert 'Readiness of RegionOne' in download.value.path().read_text()

    told = json.loads(page.request.get(f'{READINESS}?format=json').text())
    keys = {row['key'] for row in told['rows']}
    assert {'up', 'zones', 'some', 'default_type', 'reads'} <= keys
    found = page.request.get(f'{READINESS}endpoints/?format=json')
    rows = json.loads(found.text())['rows']
    assert {row['state'] for row in rows} <= {'good', 'slow'}
    assert {'identity', 'compute', 'image', 'network'} <= {
        row['service_type'] for row in rows
    }


@pytest.mark.parametrize('user', ['member', 'manager'])
def test_others_find_no_readiness(sign_in, user):
    domain = 'research' if user == 'manager' else 'Default'
    page = sign_in(user, domain)
    assert page.goto(READINESS).status == 403
