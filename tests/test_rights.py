"""Each kind of account tries every address, with the ids of others too."""

import pathlib

from django.urls import reverse
import pytest

from openstack_auth import policy as horizon_policy

from rey_dashboard.inventory import models
from rey_dashboard.pages import models as choices
from tests import addresses
from tests import factory
from tests import factory_tasks
from tests import two_domains as two

pytestmark = pytest.mark.django_db
#: The guide's own; the demo has it too.
BY_TASK = (
    pathlib.Path(__file__).parent.parent / 'doc/source/operator'
) / 'rey_policy.yaml'
METHODS = ('get', 'post', 'put', 'patch', 'delete', 'head', 'options')
FORMATS = ('?format=csv', '?format=json', '?format=exe')


@pytest.fixture
def by_task(settings, policy_in_force):
    settings.POLICY_FILES = {
        **settings.POLICY_FILES,
        'rey': str(BY_TASK),
    }
    horizon_policy.reset()


def answers(browser, address, methods=METHODS, formats=FORMATS):
    """What each method and format is answered with."""
    for method in methods:
        yield getattr(browser, method)(address)
    for suffix in formats:
        yield browser.get(address + suffix)


def test_a_manager_of_a_domain_reads_tasks_and_their_pages_alone(
    sign_in, company
):
    """Of the whole cloud none: nothing is behind a number that he tries."""
    task = factory_tasks.make_task(1, kind='set_quotas')
    factory.domain_role('research')
    browser = sign_in('member')
    for address, status in (
        ('/rey/tasks/', 200),
        ('/rey/tasks/news/', 200),
        (f'/rey/tasks/{task.pk}/', 404),
    ):
        for suffix in ('', *FORMATS[:2]):
            assert browser.get(address + suffix).status_code == status
    models.DomainRole.objects.all().delete()
    for address in addresses.all_of():
        assert browser.get(address).status_code == 403, address


def test_the_walk_finds_the_pages():
    found = addresses.all_of()
    for name in ('projects:index', 'data:index', 'data:refresh'):
        assert reverse(f'horizon:rey:{name}') in found
    assert '/rey/projects/p/volumes/' in found
    assert '/rey/' in found


@pytest.mark.parametrize(
    'roles, tried',
    [
        (('member',), (METHODS, FORMATS)),
        # No way of asking makes another account of one.
        *[
            (roles, (('get', 'post'), FORMATS[:1]))
            for roles in (('manager', 'reader'), ('cloud_usage',), ())
        ],
    ],
)
def test_without_a_right_every_address_is_refused(
    sign_in, company, roles, tried
):
    browser = sign_in(*roles)
    for address in addresses.all_of():
        for answer in answers(browser, address, *tried):
            assert answer.status_code == 403, address
    assert models.Collector.objects.get().requested_at is None
    assert not choices.ColumnChoice.objects.exists()
    assert addresses.menu(browser) == []


def test_strangers_are_sent_to_sign_in(client, horizon_frame):
    for address in addresses.all_of():
        response = client.get(address)
        assert response.status_code == 302, address
        assert '/auth/login/' in response.url


@pytest.mark.parametrize('role', ['cloud_updater', 'cloud_nothing'])
def test_who_only_updates_sees_no_usage(sign_in, company, by_task, role):
    browser = sign_in(role)
    for address in addresses.of_usage():
        for answer in answers(browser, address):
            assert answer.status_code == 403, address
    # Those who update have tasks of their own.
    sees = ['/rey/tasks/'] if 'updater' in role else []
    assert addresses.menu(browser) == sees


@pytest.mark.parametrize(
    'role, refreshes',
    [
        ('admin', True),
        ('cloud_usage', True),
        ('cloud_watcher', False),
        ('cloud_helper', False),
    ],
)
def test_who_follows_usage_sees_all_of_it(
    sign_in, company, by_task, role, refreshes
):
    browser = sign_in(role)
    assert '/rey/projects/' in addresses.menu(browser)
    for project_id in ('p', f'{two.FOREIGN}-project'):
        for address in addresses.of_usage(project_id):
            if not address.endswith(addresses.WRITES):
                assert browser.get(address).status_code == 200, address
    page = browser.get('/rey/projects/').content.decode()
    assert ('Refresh now' in page) is refreshes
    assert two.STRANGE in page
    answer = browser.post('/rey/data/refresh/')
    assert answer.status_code == (302 if refreshes else 403)
    asked = models.Collector.objects.get().requested_at
    assert (asked is not None) is refreshes


def test_the_dashboard_opens_with_today_whoever_may_see_it(
    sign_in, company, settings, tmp_path
):
    assert sign_in('admin').get('/rey/').url == '/rey/today/'
    (tmp_path / 'rey_policy.yaml').write_text(
        '"rey:operate:read": "role:auditor"\n'
        '"rey:today:read": "role:watcher"\n'
    )
    settings.POLICY_FILES = {'rey': str(tmp_path / 'rey_policy.yaml')}
    horizon_policy.reset()
    assert sign_in('auditor').get('/rey/').url == '/rey/services/'
    assert sign_in('watcher').get('/rey/').url == '/rey/today/'


@pytest.mark.parametrize(
    'role, sees',
    [('cloud_watcher', True), ('cloud_helper', True), ('cloud_usage', False)],
)
def test_who_watches_sees_all_that_is_backed_up(
    sign_in, company, by_task, role, sees
):
    browser = sign_in(role)
    assert ('/rey/backups/' in addresses.menu(browser)) is sees
    for address in addresses.of_operate():
        status = 200 if sees else 403
        for suffix in ('', *FORMATS[:2]):
            answer = browser.get(address + suffix)
            assert answer.status_code == status, address
    if sees:
        assert two.STRANGE in browser.get('/rey/backups/').content.decode()


@pytest.mark.parametrize(
    'role, on_domain', [('admin', ''), ('member', 'manager')]
)
def test_no_page_takes_a_method_that_it_has_not(
    sign_in, company, role, on_domain
):
    factory.domain_role('research', on_domain)
    browser = sign_in(role)
    for address in addresses.of_usage():
        writes = address.endswith(addresses.WRITES)
        for method in ('get',) if writes else ('post',):
            assert getattr(browser, method)(address).status_code == 405
        for method in ('put', 'patch', 'delete'):
            assert getattr(browser, method)(address).status_code == 405
    assert browser.get('/rey/projects/p/').status_code == 200
