"""Takes the pictures of the guides from the running demo.

``python -m tests.screenshots FOLDER`` takes every page in both themes and
three widths, to be looked at; without a folder only the guides' pictures.
"""

import pathlib
import shutil
import sys

from playwright import sync_api

from tests.e2e import site

IMAGES = site.ROOT / 'doc' / 'source' / 'images'
WIDTHS = {'wide': 1920, 'usual': 1280, 'narrow': 420}
THEMES = ('default', 'material')
TABS = (
    'volumes',
    'snapshots',
    'backups',
    'floating-ips',
    'people',
    'hours',
    'history',
)
FOR_THE_GUIDES = {
    *('today', 'projects', 'project', 'backups', 'task'),
    *('find', 'comparison', 'policy', 'restore'),
}
#: Time that a chart takes to be drawn.
CHART_MS = 1500


def main(folder=None):
    demo = site.Site.of_the_demo()
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which('chromium'),
            args=['--no-sandbox', '--disable-background-networking'],
        )
        context = browser.new_context(base_url=demo.url)
        page = context.new_page()
        site.sign_in(page, 'admin')
        if folder:
            take_all(page, pathlib.Path(folder))
        else:
            take_for_the_guides(page)
        browser.close()


def addresses(page):
    page.goto('/rey/projects/?q=webshop')
    link = page.get_by_role('link', name='webshop', exact=True)
    webshop = link.get_attribute('href')
    page.goto('/rey/projects/?state=deleted')
    orphan = page.locator('.rey-name a').first.get_attribute('href')
    return {
        'projects': '/rey/projects/',
        'columns': '/rey/projects/?period=today',
        'filtered': '/rey/projects/?q=a&sort=-servers',
        'nothing': '/rey/projects/?q=zzzz',
        'domains': '/rey/projects/domains/?period=month',
        'users': '/rey/projects/users/?period=month',
        'quotas': '/rey/projects/quotas/',
        'backups': '/rey/backups/',
        'backup-volumes': '/rey/backups/volumes/',
        'backup-records': '/rey/backups/all/',
        'backup-levels': '/rey/backups/levels/',
        'policies': '/rey/backups/policies/',
        'policy': '/rey/backups/policies/new/',
        'pruning': '/rey/backups/pruning/',
        'holds': '/rey/backups/holds/',
        'restore': restored(page),
        'project': webshop,
        **{tab: f'{webshop}{tab}/' for tab in TABS},
        'orphan': orphan,
        'data': '/rey/data/',
        'services': '/rey/services/',
        'readiness': '/rey/readiness/',
        'endpoints': '/rey/readiness/endpoints/',
        'compute-hosts': '/rey/readiness/hosts/',
        'expectations': '/rey/readiness/expectations/',
        'smoke-test': '/rey/readiness/smoke-test/',
        'versions': '/rey/versions/',
        'releases': '/rey/versions/releases/',
        'release-changes': '/rey/versions/changes/',
        'hypervisors': '/rey/versions/hypervisors/',
        'set-quotas': '/rey/projects/set-quotas/?q=webshop&template=M',
        'task': site.plan_quotas(page),
        'tasks': '/rey/tasks/',
        'today': '/rey/today/',
        'findings': '/rey/today/findings/',
        'finding': site.finding(page)['address'],
        'checks': '/rey/today/checks/',
        'find': '/rey/find/?q=shop',
        'server': found_page(page, 'server', 'db'),
        'find-project': found_page(page, 'project', 'webshop'),
        'verification': '/rey/verification/',
        'comparisons': '/rey/verification/comparisons/',
        **compared(page),
    }


def found_page(page, kind, name):
    page.goto(f'/rey/find/?q={name}&kind={kind}')
    link = page.get_by_role('link', name=name, exact=True).first
    return link.get_attribute('href')


def restored(page):
    """Where the last good backup of a volume is restored to a new one."""
    page.goto('/rey/backups/volumes/?state=protected&q=ledger')
    links = page.get_by_role('link', name='to a new volume')
    return links.first.get_attribute('href')


def compared(page):
    """The last comparison, where there is any."""
    page.goto('/rey/verification/comparisons/')
    links = page.locator('.rey-table tbody a[href*="/comparisons/"]')
    if not links.count():
        return {}
    return {'comparison': links.first.get_attribute('href')}


def show(page, name, address):
    page.goto(address)
    if name == 'columns':
        page.locator('.rey-columns summary').click()
    if name == 'policy':
        page.get_by_label('Name', exact=True).fill('Every night')
        page.get_by_role('button', name='Preview').click()
        page.locator('#rey-preview').scroll_into_view_if_needed()
    if page.locator('[data-rey-chart]').count():
        page.wait_for_timeout(CHART_MS)


def take_for_the_guides(page):
    IMAGES.mkdir(exist_ok=True)
    page.set_viewport_size({'width': 1280, 'height': 800})
    found = addresses(page)
    put_news_away(page)
    for name in found.keys() & FOR_THE_GUIDES:
        show(page, name, found[name])
        page.screenshot(path=IMAGES / f'{name}.png')


def put_news_away(page):
    """Of tasks that ended: it is on every page until then."""
    while True:
        page.goto('/rey/data/')
        page.wait_for_load_state('networkidle')
        news = page.get_by_role('button', name='Put away')
        if not news.count():
            return
        news.first.click()
        page.wait_for_load_state('networkidle')


def take_all(page, folder):
    folder.mkdir(parents=True, exist_ok=True)
    found = addresses(page)
    for theme in THEMES:
        page.context.add_cookies(
            [
                {
                    'name': 'theme',
                    'value': theme,
                    'url': site.Site.of_the_demo().url,
                }
            ]
        )
        for label, width in WIDTHS.items():
            page.set_viewport_size({'width': width, 'height': 900})
            for name, address in found.items():
                show(page, name, address)
                path = folder / f'{name}-{theme}-{label}.png'
                page.screenshot(path=path)


if __name__ == '__main__':
    main(*sys.argv[1:2])
