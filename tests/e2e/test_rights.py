"""The accounts of the demo, each as the operators' guide describes it."""

import contextlib

import pytest

from tests import addresses
from tests.e2e import site

pytestmark = pytest.mark.browser
PROJECTS = '/rey/projects/'
FORMATS = ('', '?format=csv', '?format=json')


@pytest.fixture
def own_and_foreign(cloud):
    """Projects of research, and the others, by the bare API."""
    domains = cloud.domains()
    own, foreign = {}, {}
    for row in cloud.projects():
        is_own = domains[row['domain_id']] == 'research'
        (own if is_own else foreign)[row['id']] = row['name']
    return own, foreign


def statuses(page, wanted):
    """How each address is answered that can be got."""
    return {
        page.request.get(address + suffix).status
        for address in wanted
        for suffix in FORMATS
        if not address.endswith(addresses.WRITES)
    }


def write(page, address, **form):
    """A POST that only the rights can hinder."""
    token = next(
        cookie['value']
        for cookie in page.context.cookies()
        if cookie['name'] == 'csrftoken'
    )
    return page.request.post(
        address,
        form={'csrfmiddlewaretoken': token, **form},
        headers={'Referer': page.url},
        max_redirects=0,
    )


@pytest.mark.parametrize(
    'user, refreshes', [('admin', True), ('usage', True), ('helper', False)]
)
def test_who_reads_usage_sees_all_projects(
    demo, own_and_foreign, sign_in, user, refreshes
):
    demo.collect()
    own, foreign = own_and_foreign
    page = sign_in(user)
    page.goto(PROJECTS)
    assert page.get_by_role('button', name='Refresh now').count() == refreshes
    assert page.locator('nav a[href="/rey/projects/"]').count()
    seen = {row['project_id'] for row in site.export(page, PROJECTS)['rows']}
    assert own.keys() <= seen
    assert seen & foreign.keys()
    wanted = addresses.of_usage(next(iter(own)))
    assert statuses(page, [*wanted, '/rey/data/']) == {200}
    answer = write(page, '/rey/data/refresh/')
    assert answer.status == (302 if refreshes else 403)


def test_who_only_updates_sees_no_usage(own_and_foreign, sign_in):
    own, _foreign = own_and_foreign
    page = sign_in('updater')
    links = page.locator('nav a[href^="/rey/"]')
    # Whoever may act anywhere sees tasks, those of his kinds.
    assert [link.get_attribute('href') for link in links.all()] == [
        '/rey/today/',
        '/rey/find/',
        '/rey/tasks/',
        '/rey/readiness/',
        '/rey/versions/',
        '/rey/verification/',
    ]
    assert statuses(page, addresses.of_usage(next(iter(own)))) == {403}
    assert write(page, f'{PROJECTS}columns/', column='x').status == 403
    assert statuses(page, ['/rey/data/']) == {200}


@pytest.mark.parametrize('user', ['manager', 'manager2'])
def test_a_manager_sees_his_domain_alone(demo, own_and_foreign, sign_in, user):
    demo.collect()
    own, foreign = own_and_foreign
    page = sign_in(user, 'research')
    page.goto(PROJECTS)
    assert page.locator('nav a[href="/rey/projects/"]').count()
    today_is_of(own, page, cloud_wide=site.finding(sign_in('admin')))
    shown = {row['project_id'] for row in site.export(page, PROJECTS)['rows']}
    assert shown == own.keys()
    assert statuses(page, addresses.of_usage(next(iter(own)))) == {200}
    tabs = {
        address
        for project_id in [*foreign][:3]
        for address in addresses.of_usage(project_id)
        if project_id in address
    }
    assert statuses(page, tabs) == {404}
    assert page.request.get('/rey/data/').status == 403
    assert write(page, '/rey/data/refresh/').status == 403
    for name in ('', 'domains/', 'users/', 'quotas/?every=1'):
        text = page.request.get(f'{PROJECTS}{name}').text()
        for project_id, project in foreign.items():
            assert project_id not in text
            assert f'>{project}<' not in text


def today_is_of(own, page, cloud_wide):
    """Of the findings he sees his projects' alone, and may say nothing."""
    listed = '/rey/today/findings/?state=any'
    found = site.export(page, listed)['rows']
    # What no project owns is of a policy of his domain.
    assert {
        row['project_id']
        for row in found
        if not row['check'].startswith('policy_')
    } <= own.keys()
    assert page.request.get('/rey/today/').status == 200
    assert page.request.get(cloud_wide['address']).status == 404
    for row in found[:1]:
        address = f'/rey/today/findings/{row["finding_id"]}/'
        assert page.request.get(address).status == 200
        assert write(page, f'{address}acknowledge/').status == 403


def test_a_role_taken_away_closes_with_the_next_reading(demo, cloud, sign_in):
    demo.collect()
    page = sign_in('manager', 'research')
    assert page.request.get(PROJECTS).status == 200
    with without_manager(cloud):
        demo.collect()
        assert page.request.get(PROJECTS).status == 403
    demo.collect()
    assert page.request.get(PROJECTS).status == 200


@contextlib.contextmanager
def without_manager(cloud):
    """Takes the role of the user manager away for a while."""
    domain = next(
        key for key, name in cloud.domains().items() if name == 'research'
    )
    user = next(row['id'] for row in cloud.users() if row['name'] == 'manager')
    names, _implied = cloud.roles()
    role = next(key for key, name in names.items() if name == 'manager')
    grant = f'/domains/{domain}/users/{user}/roles/{role}'
    cloud.write('DELETE', grant)
    try:
        yield
    finally:
        cloud.write('PUT', grant)
