import pytest

from tests.e2e import expected
from tests.e2e import site

pytestmark = pytest.mark.browser
PROJECTS = '/rey/projects/'


def exported(page):
    """The rows of the JSON export, asked for with the window's session."""
    answer = page.request.get(f'{PROJECTS}?format=json')
    assert answer.ok
    return {row['project_id']: row for row in answer.json()['rows']}


def compare(demo, cloud, page):
    """Every number of page and export against the bare APIs."""
    with demo.without_worker():
        demo.collect()
        wanted = expected.rows(cloud)
    export = exported(page)
    assert set(export) == set(wanted)
    for project_id, row in wanted.items():
        found = {name: export[project_id][name] for name in row}
        assert found == row, project_id
    shown = sorted(
        (cells[0], cells[6], *cells[1:6])
        for cells in site.table(page, PROJECTS)
    )
    assert shown == sorted(
        (
            ' '.join(row.get('name', project_id).split()) or project_id,
            row.get('domain_name') or '–',
            *expected.cells(row),
        )
        for project_id, row in wanted.items()
    )
    return wanted


def test_one_number_from_the_api_to_the_browser(demo, cloud, sign_in):
    demo.collect()
    project = next(row for row in cloud.projects() if row['name'] == 'webshop')
    quota = cloud.compute_quota(project['id'])['instances']
    page = sign_in('admin')

    page.goto(PROJECTS)
    row = page.locator('tr', has=page.get_by_role('link', name='webshop'))

    servers = row.locator('td').nth(1).inner_text()
    assert servers.split('\n')[0].strip() == (
        f'{quota["in_use"]} / {quota["limit"]}'
    )


def test_every_number_of_the_small_cloud(demo, cloud, sign_in):
    wanted = compare(demo, cloud, sign_in('admin'))
    assert len(wanted) > 20


@pytest.mark.slow
def test_every_number_of_the_bulk_cloud(demo, cloud, sign_in):
    demo.fill_in_bulk()
    wanted = compare(demo, cloud, sign_in('admin'))
    assert len(wanted) > 1200


def test_a_member_is_refused(sign_in):
    page = sign_in('member')
    assert not page.get_by_text('Cloud Operations').count()
    for address in (
        '/rey/',
        PROJECTS,
        f'{PROJECTS}?format=csv',
        f'{PROJECTS}?format=json',
        f'{PROJECTS}p/',
        '/rey/data/',
    ):
        assert page.request.get(address).status == 403, address
    page.goto(PROJECTS)
    assert 'not authorized' in page.content().lower()


def test_hostile_names_are_shown_and_do_nothing(sign_in):
    page = sign_in('admin')
    alarms = []
    page.on('dialog', lambda dialog: (alarms.append(1), dialog.dismiss()))
    errors = []
    page.on('pageerror', lambda error: errors.append(error))
    page.goto(f'{PROJECTS}?q=<script>')
    assert page.get_by_role('link', name='<script>').count() == 1
    page.get_by_role('link', name='<script>').click()
    assert '<script>' in page.locator('h1').inner_text()
    assert not alarms
    assert not errors


def test_refresh_now_shows_progress_and_then_the_new_data(demo, sign_in):
    page = sign_in('admin')
    page.goto(PROJECTS)
    page.evaluate('window.before = true')
    page.get_by_role('button', name='Refresh now').click()
    page.locator('.rey-reading').wait_for()
    # The page is loaded anew when the data is there.
    page.wait_for_function('window.before === undefined', timeout=120_000)
    page.get_by_role('button', name='Refresh now').wait_for()
    assert page.locator('.rey-age').inner_text().startswith('As of')


def test_filter_and_order_stand_in_the_address(sign_in):
    page = sign_in('admin')
    page.goto(PROJECTS)
    page.get_by_role('searchbox').fill('shop')
    page.get_by_role('button', name='Filter').click()
    page.wait_for_url('**q=shop*')
    page.get_by_role('link', name='Servers', exact=True).click()
    page.wait_for_url('**q=shop*sort=-servers*')
    assert page.locator('.rey-name a').count()
    for link in page.locator('.rey-name a').all_inner_texts():
        assert 'shop' in link.lower()


def test_a_projects_page_lists_its_servers_and_volumes(cloud, sign_in):
    project = next(row for row in cloud.projects() if row['name'] == 'webshop')
    page = sign_in('admin')
    servers = site.table(page, f'{PROJECTS}{project["id"]}/')
    volumes = site.table(page, f'{PROJECTS}{project["id"]}/volumes/')
    mine = [
        row for row in cloud.servers() if row['tenant_id'] == project['id']
    ]
    disks = [
        row
        for row in cloud.volumes()
        if row['os-vol-tenant-attr:tenant_id'] == project['id']
    ]
    assert sorted(row[4] for row in servers) == sorted(
        str(row['flavor']['vcpus']) for row in mine
    )
    assert sorted((row[1], row[2]) for row in volumes) == sorted(
        (row['status'], str(row['size'])) for row in disks
    )
