"""Every number of the lists against the bare APIs, small and in bulk."""

import pytest

from tests.e2e import expected
from tests.e2e import site
from tests.e2e import sums
from tests.e2e import words

pytestmark = pytest.mark.browser
PROJECTS = '/rey/projects/'
#: The APIs do not tell these of a project that Keystone has no more.
FORGOTTEN = ('name', 'domain_id', 'domain_name', 'contact')
BACKUPS = '/rey/backups/'
OF_BACKUP = ('counted', 'within', 'within_percent', 'at_risk')
USUAL = [
    'Project',
    'Servers',
    'vCPUs',
    'RAM (GiB)',
    'Volumes',
    'Storage (GiB)',
    'Fullest quota',
    'vCPU hours',
    'vCPUs, 30 days',
]


@pytest.fixture(
    scope='module',
    params=['small', pytest.param('bulk', marks=pytest.mark.slow)],
)
def facts(request, demo, cloud):
    """What the APIs say after a collection, while nobody reads anew."""
    if request.param == 'bulk':
        request.getfixturevalue('bulk')
        facts = expected.read(cloud)
        assert len(facts.projects) > 1200
        yield facts
        return
    with demo.without_worker():
        demo.collect()
        facts = expected.read(cloud)
        assert len(facts.projects) > 20
        yield facts


only_small = pytest.mark.parametrize('facts', ['small'], indirect=True)


def known(facts, page, query=''):
    """The projects' expected rows, with what only the export can tell."""
    told = {
        row['project_id']: row
        for row in site.export(page, PROJECTS + query)['rows']
    }
    rows = expected.rows(facts)
    assert set(told) == set(rows)
    # Compared with the APIs by the tests of the Backups pages.
    backups = {
        row['project_id']: row for row in site.export(page, BACKUPS)['rows']
    }
    added = ('vcpus_change_in_a_week', *sums.MEASURES)
    for project_id, row in rows.items():
        names = added if 'name' in row else (*added, *FORGOTTEN)
        row.update({name: told[project_id][name] for name in names})
        backup = backups.get(project_id, {})
        row.update({f'backup_{name}': backup.get(name) for name in OF_BACKUP})
        assert told[project_id] == row
    return rows


def compare_hours(facts, body, key, bounds):
    wrong = {
        row[key]: sums.wrong_hours(row, bounds.get(row[key]))
        for row in body['rows']
    }
    assert not {key: found for key, found in wrong.items() if found}
    assert set(bounds) <= set(wrong)


@pytest.mark.parametrize('period', ['30', 'today', 'month'])
def test_every_number_of_the_projects_export(facts, sign_in, period):
    page = sign_in('admin')
    known(facts, page)
    body = site.export(page, f'{PROJECTS}?period={period}')
    gone = site.export(page, f'{PROJECTS}?period={period}&state=gone')
    body['rows'] += gone['rows']

    assert period == '30' or body['running_until']
    hours = sums.Hours(facts, body).by_project()
    compare_hours(facts, body, 'project_id', hours)


def test_every_cell_of_the_usual_columns(facts, sign_in):
    page = sign_in('admin')
    wanted = known(facts, page)
    choose(page, '', 'Usual columns')
    shown = site.table(page, PROJECTS)
    assert len(shown) == len(wanted)
    for link, cells in shown:
        row = words.cells(wanted[link.split('/')[3]])
        assert cells == {title: row[title] for title in USUAL}


@only_small
def test_every_cell_of_every_column_that_can_be_chosen(facts, sign_in):
    page = sign_in('admin')
    query = '?period=today'
    wanted = known(facts, page, query)
    count = choose(page, query, 'Show these')
    try:
        shown = site.table(page, PROJECTS + query)
    finally:
        choose(page, query, 'Usual columns')

    of_types = words.of_types(next(iter(facts.volume.values())))
    assert len(of_types) >= 3
    assert len(shown) == len(wanted)
    for link, cells in shown:
        project_id = link.split('/')[3]
        row = words.cells(wanted[project_id])
        row.update(dict.fromkeys(of_types, '–'))
        row.update(words.of_types(facts.volume.get(project_id, {})))
        assert cells == row
        assert len(cells) == count + 1
    titles = page.locator('.rey-table th').all_inner_texts()
    assert [title.strip() for title in titles] == USUAL


def choose(page, query, button):
    """Ticks all columns and presses a button; returns how many there are."""
    page.goto(PROJECTS + query)
    page.locator('.rey-columns summary').click()
    boxes = page.locator('.rey-columns input[type=checkbox]')
    count = boxes.count()
    for box in boxes.all():
        box.check()
    with page.expect_navigation():
        page.get_by_role('button', name=button).click()
    assert page.url.endswith(PROJECTS + query)
    return count


def test_the_tiles(facts, sign_in):
    page = sign_in('admin')
    rows = known(facts, page).values()
    page.goto(PROJECTS)
    shown = page.locator('.rey-tile').all_inner_texts()
    shown = [' '.join(text.split()) for text in shown]
    assert shown == sums.tiles(facts, rows)


@pytest.mark.parametrize('period', ['30', 'today'])
def test_every_number_of_the_domains(facts, sign_in, period):
    page = sign_in('admin')
    rows = known(facts, page).values()
    address = f'{PROJECTS}domains/?period={period}'
    body = site.export(page, address)
    told = {row['domain_id']: row for row in body['rows']}
    gone = site.export(page, f'{PROJECTS}?state=gone')['rows']
    wanted = sums.by_domain(facts, rows, gone)
    assert set(told) == set(wanted)
    for domain_id, row in wanted.items():
        row.update({name: told[domain_id][name] for name in sums.MEASURES})
        assert told[domain_id] == row
    # Of the gone projects' domains the APIs tell nothing any more.
    domains = {row['project_id']: row['domain_id'] for row in rows}
    domains |= {row['project_id']: row['domain_id'] for row in gone}
    bounds = sums.together(sums.Hours(facts, body).by_project(), domains)
    compare_hours(facts, body, 'domain_id', bounds)

    shown = [cells for _link, cells in site.table(page, address)]
    assert sorted(shown, key=str) == sorted(
        map(words.of_domain, wanted.values()), key=str
    )


@pytest.mark.parametrize('period', ['30', 'today'])
def test_every_number_of_the_users(facts, cloud, sign_in, period):
    page = sign_in('admin')
    address = f'{PROJECTS}users/?period={period}'
    body = site.export(page, address)
    bounds, projects = sums.Hours(facts, body).by_user()
    assert period == '30' or bounds
    compare_hours(facts, body, 'user_id', bounds)
    names = {row['id']: row['name'] for row in cloud.users()}
    for row in body['rows']:
        assert row['name'] == names.get(row['user_id'])
        assert row['projects'] == projects[row['user_id']]

    shown = [cells for _link, cells in site.table(page, address)]
    assert shown == [words.of_user(row) for row in body['rows']]


def test_the_quotas_in_their_order(facts, sign_in):
    page = sign_in('admin')
    wanted = sums.quotas(facts)
    told = site.export(page, f'{PROJECTS}quotas/')['rows']
    columns = ('project_id', 'service', 'resource', 'percent')
    assert [tuple(row[name] for name in columns) for row in told] == wanted
    for row in told:
        assert (row['in_use'], row['limit']) == sums.use(facts, row)

    page.goto(f'{PROJECTS}quotas/')
    count = page.locator('.rey-count').inner_text()
    assert count.endswith(f'of {len(wanted):,}')
    rows = page.locator('.rey-table tbody tr')
    shown = [' '.join(text.split()) for text in rows.all_inner_texts()]
    assert shown == [words.of_quota(row) for row in told[: len(shown)]]
    assert len(shown) == min(50, len(wanted))
