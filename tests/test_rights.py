"""Each kind of account tries every address, with the ids of others too."""

import pathlib

from django.urls import reverse
from django.utils import timezone
import pytest

from openstack_auth import policy as horizon_policy

from rey_dashboard.inventory import models
from rey_dashboard.pages import models as choices
from tests import addresses
from tests import factory
from tests import factory_backups

pytestmark = pytest.mark.django_db
#: The guide's own; the demo has it too.
BY_TASK = (
    pathlib.Path(__file__).parent.parent / 'doc/source/operator'
) / 'rey_policy.yaml'
#: Stand in the ids and in the names of all that belongs to a domain which
#: the manager does not manage.
FOREIGN, STRANGE = 'f0reign', 'str4nge'
METHODS = ('get', 'post', 'put', 'patch', 'delete', 'head', 'options')
FORMATS = ('?format=csv', '?format=json', '?format=exe')


@pytest.fixture
def by_task(settings, policy_in_force):
    settings.POLICY_FILES = {
        **settings.POLICY_FILES,
        'rey': str(BY_TASK),
    }
    horizon_policy.reset()


@pytest.fixture
def company():
    """Two domains with one of everything each."""
    factory.collected()
    _domain('research', 'p', 'webshop')
    _domain(FOREIGN, f'{FOREIGN}-project', STRANGE)


def _domain(domain_id, project_id, name):
    row = {'name': name, 'user_id': f'{name}-user'}
    factory.domain(domain_id)
    factory.project(project_id, domain_id=domain_id)
    factory.summary(
        project_id,
        {'vcpus': (9, 10), 'volumes': (3, 10)},
        name=name,
        domain_id=domain_id,
        domain_name=domain_id,
        contact=f'{name}@example.org',
    )
    factory.quota(project_id, 'volume', f'volumes_{name}', 5, 1)
    models.DomainSummary.objects.create(
        region=factory.REGION,
        domain_id=domain_id,
        name=domain_id,
        sort_name=domain_id,
        **dict.fromkeys(
            (
                'servers_used',
                'vcpus_used',
                'ram_used',
                'volumes_used',
                'storage_used',
            ),
            1,
        ),
    )
    models.User.objects.create(
        region=factory.REGION,
        id=f'{name}-user',
        domain_id=domain_id,
        name=f'{name}-person',
        enabled=True,
        seen=1,
    )
    factory.server(f'in-{project_id[-1]}', project_id, **row)
    # A server of the other domain holds it too: its id may be told.
    factory.volume(
        f'{name}-volume',
        project_id,
        server_ids=['in-p', 'in-t'],
        **row,
    )
    factory.hours(
        project_id, timezone.now().date(), 24, user_id=f'{name}-user'
    )
    _backed_up(project_id, name)


def _backed_up(project_id, name):
    # It builds on a backup of the other domain, of which nobody is told.
    other = f'{STRANGE}-backup' if name != STRANGE else 'webshop-backup'
    factory_backups.volume(
        f'{name}-volume',
        project_id,
        'failing',
        name=name,
        type=f'{name}-type',
        back_end=f'{name}-back-end',
        fail_reason=f'{name} failed',
        last_good_id=f'{name}-backup',
    )
    factory_backups.project(
        project_id, volumes=2, failing=1, fail_reason=f'{name} failed'
    )
    factory_backups.backup(
        f'{name}-backup',
        project_id,
        f'{name}-volume',
        name=name,
        is_incremental=True,
    )
    factory_backups.chain(
        f'{name}-backup', parent_id=other, full_id=other, depth=1
    )
    factory_backups.day(project_id, 0, 1, 2)
    factory_backups.service(f'{name}-host', state='down')


def answers(browser, address):
    """What each method and format is answered with."""
    for method in METHODS:
        yield getattr(browser, method)(address)
    for suffix in FORMATS:
        yield browser.get(address + suffix)


def menu(browser):
    page = browser.get(reverse('horizon:settings:user:index'))
    text = page.content.decode()
    assert ('Cloud Operations' in text) is ('href="/rey/' in text)
    return [
        address
        for address in ('/rey/backups/', '/rey/projects/', '/rey/data/')
        if f'href="{address}"' in text
    ]


def test_the_walk_finds_the_pages():
    found = addresses.all_of()
    for name in ('projects:index', 'data:index', 'data:refresh'):
        assert reverse(f'horizon:rey:{name}') in found
    assert '/rey/projects/p/volumes/' in found
    assert '/rey/' in found


@pytest.mark.parametrize(
    'roles', [('member',), ('manager', 'reader'), ('cloud_usage',), ()]
)
def test_without_a_right_every_address_is_refused(sign_in, company, roles):
    browser = sign_in(*roles)
    for address in addresses.all_of():
        for answer in answers(browser, address):
            assert answer.status_code == 403, address
    assert models.Collector.objects.get().requested_at is None
    assert not choices.ColumnChoice.objects.exists()
    assert menu(browser) == []


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
    assert menu(browser) == []


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
    assert '/rey/projects/' in menu(browser)
    for project_id in ('p', f'{FOREIGN}-project'):
        for address in addresses.of_usage(project_id):
            if not address.endswith(addresses.WRITES):
                assert browser.get(address).status_code == 200, address
    page = browser.get('/rey/projects/').content.decode()
    assert ('Refresh now' in page) is refreshes
    assert STRANGE in page
    answer = browser.post('/rey/data/refresh/')
    assert answer.status_code == (302 if refreshes else 403)
    asked = models.Collector.objects.get().requested_at
    assert (asked is not None) is refreshes


def test_the_dashboard_opens_with_projects_whoever_may_see_them(
    sign_in, company, settings, tmp_path
):
    assert sign_in('admin').get('/rey/').url == '/rey/projects/'
    (tmp_path / 'rey_policy.yaml').write_text(
        '"rey:operate:read": "role:auditor"\n'
    )
    settings.POLICY_FILES = {'rey': str(tmp_path / 'rey_policy.yaml')}
    horizon_policy.reset()
    assert sign_in('auditor').get('/rey/').url == '/rey/backups/'


@pytest.mark.parametrize(
    'role, sees',
    [('cloud_watcher', True), ('cloud_helper', True), ('cloud_usage', False)],
)
def test_who_watches_sees_all_that_is_backed_up(
    sign_in, company, by_task, role, sees
):
    browser = sign_in(role)
    assert ('/rey/backups/' in menu(browser)) is sees
    for address in addresses.of_operate():
        for suffix in ('', *FORMATS[:2]):
            answer = browser.get(address + suffix)
            assert answer.status_code == (200 if sees else 403), address
    if sees:
        assert STRANGE in browser.get('/rey/backups/').content.decode()


def test_a_manager_sees_nothing_of_another_domain(sign_in, company):
    factory.domain_role('research')
    browser = sign_in('member')
    assert menu(browser) == ['/rey/backups/', '/rey/projects/']
    page = browser.get('/rey/projects/').content.decode()
    assert 'webshop' in page
    assert 'Refresh now' not in page
    assert 'hosts can hold' not in page
    tried = (
        '',
        f'?domain={FOREIGN}',
        f'?q={FOREIGN}&every=1',
        '?state=gone',
        '?over=0&quota=vcpus',
        '?sort=-name&page=99',
        f'?quota=type:{FOREIGN}',
        f'?project={FOREIGN}-project',
        '?backups=at_risk',
        '?by=domain',
        '?problem=any',
    )
    for address in (*addresses.of_usage(), *addresses.of_operate()):
        for suffix in (*FORMATS, *tried):
            answer = browser.get(address + suffix)
            assert answer.status_code in (200, 400, 405), address + suffix
            text = answer.getvalue().decode()
            assert STRANGE not in text, address + suffix
            # Unless it is what was asked for, told again.
            if FOREIGN not in suffix:
                assert FOREIGN not in text, address + suffix
    for project_id in (f'{FOREIGN}-project', 'nothing', '%3Cscript%3E'):
        for end in ('', 'volumes/', 'people/', 'hours/', 'history/'):
            address = f'/rey/projects/{project_id}/{end}'
            for suffix in FORMATS:
                assert browser.get(address + suffix).status_code == 404
    assert browser.get('/rey/data/').status_code == 403
    assert browser.post('/rey/data/refresh/').status_code == 403
    assert browser.get('/rey/data/age/').status_code == 200


def test_a_manager_is_not_told_hosts_and_back_ends(sign_in, company):
    models.Server.objects.update(host='c0mpute-1')
    models.Volume.objects.update(host='p0ol-1')
    factory.domain_role('research')
    browser = sign_in('member')
    for end in ('', 'volumes/'):
        for suffix in ('', *FORMATS[:2]):
            answer = browser.get(f'/rey/projects/p/{end}{suffix}')
            text = answer.getvalue().decode()
            assert 'c0mpute' not in text
            assert 'p0ol' not in text


def test_the_words_of_a_fault_are_for_administrators(sign_in, company):
    models.PartState.objects.update(
        failing_since=models.PartState.objects.first().last_good_at,
        error='https://inner.test:8774 says no',
        remedy='look into nova.conf',
        request_id='req-1',
    )
    models.Worker.objects.update(problem='p4ssword is wrong')
    factory.domain_role('research')
    page = sign_in('member').get('/rey/projects/').content.decode()
    assert 'not complete' in page
    for words in ('inner.test', 'nova.conf', 'req-1', 'p4ssword', 'ops-1'):
        assert words not in page


def test_a_manager_of_two_domains_sees_both(sign_in, company):
    factory.domain_role('research')
    factory.domain_role(FOREIGN, 'admin')
    page = sign_in('member').get('/rey/projects/').content.decode()
    assert 'webshop' in page
    assert STRANGE in page


@pytest.mark.parametrize('role', ['member', 'reader', 'Manager', ''])
def test_another_role_on_a_domain_is_no_managers(sign_in, company, role):
    factory.domain_role('research', role)
    browser = sign_in('member')
    assert browser.get('/rey/projects/').status_code == 403
    assert menu(browser) == []


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


def test_a_manager_cannot_choose_what_another_domain_has(sign_in, company):
    factory.domain_role('research')
    browser = sign_in('member')
    column = f'type:volumes_{STRANGE}'
    browser.post('/rey/projects/columns/', {'column': ['vcpus', column]})
    kept = choices.ColumnChoice.objects.get()
    assert 'vcpus' in str(kept.columns)
    assert STRANGE not in str(kept.columns)
