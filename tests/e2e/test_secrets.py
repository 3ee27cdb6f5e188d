"""After all other tests: no secret on any page, in any log, in the database.

Nobody reads the accounts' password or a token anywhere, whatever he asks for.
"""

import pytest

from tests import addresses
from tests.e2e import secrets

pytestmark = pytest.mark.browser
ACCOUNTS = (
    ('admin', 'Default'),
    ('helper', 'Default'),
    ('updater', 'Default'),
    ('member', 'Default'),
    ('manager', 'research'),
)
SUFFIXES = ('?format=csv', '?format=json', '?format=%00', '?page=%27')


@pytest.mark.parametrize('user, domain', ACCOUNTS)
def test_no_page_tells_a_secret(demo, cloud, sign_in, user, domain):
    search = secrets.Search(demo.home)
    page = sign_in(user, domain)
    project = next(
        row['id'] for row in cloud.projects() if row['name'] == 'genome'
    )
    statuses = set()

    def look(address):
        answer = page.request.get(address)
        statuses.add(answer.status)
        search.look(f'{answer.status} {address}', answer.body())
        return answer.status

    for address in addresses.all_of(project):
        # Who may not see it is refused whatever he asks for.
        if look(address) != 403:
            for suffix in SUFFIXES:
                look(address + suffix)
    for address in addresses.all_of('nothing'):
        look(address)
    assert not search.found
    assert not {status for status in statuses if status >= 500}
    assert search.looked_at > 80


def test_no_log_and_no_row_tells_a_secret(demo):
    search = secrets.Search(demo.home)
    search.look_at_logs()
    search.look_at_database()
    assert not search.found
    assert search.looked_at > 1000


def test_the_search_finds_what_is_there(demo):
    search = secrets.Search(demo.home)
    clouds = demo.clouds_yaml.read_bytes()
    search.look('clouds.yaml', clouds)
    search.look('a page', b'X-Auth-Token: ' + b'gAAAAA' + 60 * b'x')
    assert search.found == [
        'the secret of rey in clouds.yaml',
        'a password in clouds.yaml',
        'a token in a page',
    ]
