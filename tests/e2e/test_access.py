"""Our pages for those who use no mouse, a narrow window or a screen reader."""

from axe_playwright_python import sync_playwright as axe
import pytest

from tests.e2e import site

pytestmark = pytest.mark.browser
PROJECTS = '/rey/projects/'
LISTS = (
    '',
    '?q=shop&sort=-servers',
    '?q=nothing-is-called-so',
    '?over=many',
    'domains/',
    'users/?period=month',
    'quotas/',
)
TABS = (
    '',
    'volumes/',
    'snapshots/',
    'backups/',
    'floating-ips/',
    'people/',
    'hours/?period=month',
    'history/',
)
BACKUPS = '/rey/backups/'
VERSION_TABS = ('', 'releases/', 'changes/', 'hypervisors/')
BACKUP_TABS = (
    '',
    '?state=stale&under=50',
    'volumes/',
    'volumes/?state=failing',
    'all/?problem=any',
    'levels/',
    'levels/?by=domain',
    'policies/',
    'policies/new/',
    'pruning/',
    'holds/',
    'records/',
    'back-up/?state=never',
    'prove/?state=protected',
)
FINDINGS = '/rey/today/findings/'
READINESS_TABS = ('', 'endpoints/', 'hosts/', 'runs/', 'expectations/')
FIND = '/rey/find/'
THEMES = ('default', 'material')
#: What stands past an edge of the window, but for tables in their regions.
CUT_OFF = """() => [...document.querySelectorAll('.rey *')].filter(element => {
    const {left, right, width} = element.getBoundingClientRect();
    return width && (left < -1 || right > innerWidth + 1)
        && element.checkVisibility()
        && !element.closest('.rey-scroll table, .rey-chart div');
}).map(element => element.outerHTML.slice(0, 120))"""
FOCUS = """() => {
    const element = document.activeElement;
    const {width, height} = element.getBoundingClientRect();
    const {outlineStyle, outlineWidth} = getComputedStyle(element);
    return {
        ours: Boolean(element.closest('.rey')),
        shown: width > 0 && height > 0 && outlineStyle !== 'none'
            && parseFloat(outlineWidth) >= 2,
        html: element.outerHTML.slice(0, 120),
    };
}"""


@pytest.fixture
def admin(demo, sign_in, theme):
    page = sign_in('admin')
    page.context.add_cookies(
        [{'name': 'theme', 'value': theme, 'url': demo.url}]
    )
    return page


@pytest.fixture
def usual_columns(admin):
    """Whatever a test chooses is forgotten again."""

    def choose():
        admin.goto(PROJECTS)
        admin.locator('.rey-columns summary').click()
        with admin.expect_navigation():
            admin.get_by_role('button', name='Usual columns').click()

    choose()
    yield
    choose()


def addresses(page):
    """Of every page of ours, with an ordinary and a deleted project."""
    page.goto(f'{PROJECTS}?q=webshop')
    project = page.locator('.rey-name a').first.get_attribute('href')
    page.goto(f'{PROJECTS}?state=deleted')
    deleted = page.locator('.rey-name a').first.get_attribute('href')
    dossiers = [f'{FIND}project/{project.strip("/").split("/")[-1]}/']
    for place in (
        *(f'{project}{end}' for end in ('', 'volumes/')),
        f'{FIND}?q=backup&kind=backup',
        f'{FIND}?q=compute&kind=host',
    ):
        page.goto(place)
        name = page.locator('.rey-name a').first
        dossiers.append(name.get_attribute('href'))
    return [
        *(f'{PROJECTS}{end}' for end in LISTS),
        *(f'{project}{end}' for end in TABS),
        deleted,
        *(f'{BACKUPS}{end}' for end in BACKUP_TABS),
        *(f'{FIND}{end}' for end in ('', '?q=webshop', '?q=no-such-thing')),
        f'{FIND}?q=webshop&kind=project',
        *dossiers,
        '/rey/services/',
        '/rey/services/?status=disabled&name=nova-compute',
        '/rey/services/disable/',
        '/rey/services/enable/?chosen=1',
        '/rey/data/',
        *(f'/rey/readiness/{end}' for end in READINESS_TABS),
        '/rey/readiness/smoke-test/',
        *(f'/rey/versions/{end}' for end in VERSION_TABS),
        *(
            f'/rey/verification/{end}'
            for end in ('', 'comparisons/', 'check/')
        ),
        f'{PROJECTS}set-quotas/?q=webshop&template=M',
        site.plan_quotas(page),
        '/rey/tasks/',
        '/rey/today/',
        *(f'{FINDINGS}{end}' for end in ('', '?state=any&q=volume')),
        site.finding(page)['address'],
        '/rey/today/checks/',
    ]


def violations(page):
    """Serious ones in our part; Horizon's frame is not ours to mend."""
    found = axe.Axe().run(page, context={'include': [['.rey']]})
    return [
        (page.url, rule['id'], node['target'], node['failureSummary'])
        for rule in found.response['violations']
        if rule['impact'] in ('serious', 'critical')
        for node in rule['nodes']
    ]


def tab_to(page, target, most=150):
    """Presses Tab until it is there; each stop of ours must be seen."""
    for _press in range(most):
        page.keyboard.press('Tab')
        focus = page.evaluate(FOCUS)
        assert focus['shown'] or not focus['ours'], focus['html']
        if target.evaluate('element => element === document.activeElement'):
            return
    pytest.fail(f'Tab does not lead to {target}')


@pytest.mark.parametrize('theme', THEMES)
def test_axe_finds_nothing_serious(admin):
    found = []
    for address in addresses(admin):
        admin.goto(address)
        found += violations(admin)
    admin.goto(PROJECTS)
    admin.locator('.rey-columns summary').click()
    found += violations(admin)
    assert not found


@pytest.mark.parametrize('theme', THEMES[:1])
def test_axe_is_asked_about_our_part(admin):
    """So that a page without violations is not a page without a check."""
    admin.goto(PROJECTS)
    admin.add_style_tag(content='.rey * { color: #eee !important; }')
    rules = {(rule, target[0]) for _url, rule, target, _ in violations(admin)}
    assert ('color-contrast', 'h1') in rules
    assert any(target.startswith('.rey-tile') for _rule, target in rules)


@pytest.mark.parametrize('theme', THEMES)
def test_a_narrow_window_scrolls_tables_and_never_the_page(admin):
    found = addresses(admin)
    admin.set_viewport_size({'width': 420, 'height': 800})
    for address in found:
        admin.goto(address)
        assert admin.evaluate(CUT_OFF) == [], address
        wide = admin.evaluate('document.documentElement.scrollWidth')
        assert wide <= 420, address
    admin.goto(PROJECTS)
    admin.locator('.rey-columns summary').click()
    assert admin.evaluate(CUT_OFF) == []

    region = admin.locator('.rey-scroll')
    admin.goto(PROJECTS)
    tab_to(admin, region)
    admin.keyboard.press('ArrowRight')
    admin.wait_for_function(
        'document.querySelector(".rey-scroll").scrollLeft > 0'
    )


@pytest.mark.parametrize('theme', THEMES)
def test_columns_and_order_by_keyboard_alone(admin, usual_columns):
    titles = admin.locator('.rey-table th')
    chooser = admin.locator('.rey-columns summary')
    contact = admin.get_by_role('checkbox', name='Contact')
    admin.goto(PROJECTS)
    assert 'Contact' not in titles.all_inner_texts()

    tab_to(admin, chooser)
    admin.keyboard.press('Enter')
    tab_to(admin, contact)
    admin.keyboard.press('Escape')
    assert not contact.is_visible()
    assert chooser.evaluate('element => element === document.activeElement')

    admin.keyboard.press('Enter')
    tab_to(admin, contact)
    admin.keyboard.press('Space')
    tab_to(admin, admin.get_by_role('button', name='Show these'))
    with admin.expect_navigation():
        admin.keyboard.press('Enter')
    assert 'Contact' in titles.all_inner_texts()

    tab_to(admin, titles.get_by_role('link', name='Servers', exact=True))
    with admin.expect_navigation():
        admin.keyboard.press('Enter')
    assert 'sort=-servers' in admin.url
    order = titles.nth(1).get_attribute('aria-sort')
    assert order == 'descending'


@pytest.mark.parametrize('theme', THEMES[:1])
def test_a_click_elsewhere_closes_the_column_chooser(admin):
    contact = admin.get_by_role('checkbox', name='Contact')
    admin.goto(PROJECTS)
    admin.locator('.rey-columns summary').click()
    admin.locator('.rey-columns legend').click()
    assert contact.is_visible()
    admin.locator('h1').click()
    assert not contact.is_visible()
