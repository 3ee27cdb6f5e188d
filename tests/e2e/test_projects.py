import pytest

from tests.e2e import site

pytestmark = pytest.mark.browser
PROJECTS = '/rey/projects/'
LISTS = ('domains/', 'users/', 'quotas/')
TABS = (
    'p/',
    'p/volumes/',
    'p/snapshots/',
    'p/backups/',
    'p/floating-ips/',
    'p/people/',
    'p/hours/',
    'p/history/',
)


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


def test_a_member_is_refused(sign_in):
    page = sign_in('member')
    assert not page.get_by_text('Cloud Operations').count()
    lists = [f'{PROJECTS}{name}' for name in ('', *LISTS, *TABS)]
    exports = [
        f'{address}?format={kind}'
        for address in lists
        for kind in ('csv', 'json')
    ]
    for address in ('/rey/', '/rey/data/', *lists, *exports):
        assert page.request.get(address).status == 403, address
    token = next(
        cookie['value']
        for cookie in page.context.cookies()
        if cookie['name'] == 'csrftoken'
    )
    answer = page.request.post(
        f'{PROJECTS}columns/',
        form={'column': 'servers', 'csrfmiddlewaretoken': token},
        headers={'Referer': page.url},
    )
    assert answer.status == 403
    assert 'not authorized' in answer.text().lower(), 'not for its token'
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
    for tab in ('Volumes', 'Backups', 'People', 'Hours', 'History'):
        page.locator('.rey-tabs').get_by_role('link', name=tab).click()
        page.wait_for_load_state()
        assert '<script>' in page.locator('h1').inner_text()
    page.goto(f'{PROJECTS}quotas/?q=<script>&every=1')
    links = page.locator('.rey-name a').all_inner_texts()
    assert set(links) == {'<script>alert(1)</script>'}
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
    rows = [
        row
        for row in site.export(page, PROJECTS)['rows']
        if 'shop' in f'{row["name"]} {row["contact"]}'.lower()
    ]
    assert len(rows) > 1
    page.goto(PROJECTS)
    page.locator('.rey-filter').get_by_role('searchbox').fill('shop')
    page.get_by_role('button', name='Filter').click()
    page.wait_for_url('**q=shop*')
    page.get_by_role('link', name='Servers', exact=True).click()
    page.wait_for_url('**q=shop*sort=-servers*')
    assert page.locator('.rey-name a').all_inner_texts() == [
        row['name']
        for row in sorted(rows, key=lambda row: -row['servers_used'])
    ]
