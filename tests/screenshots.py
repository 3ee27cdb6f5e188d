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
    webshop = page.locator('.rey-name a').first.get_attribute('href')
    page.goto('/rey/projects/?state=deleted')
    orphan = page.locator('.rey-name a').first.get_attribute('href')
    return {
        'projects': '/rey/projects/',
        'filtered': '/rey/projects/?q=a&sort=-servers',
        'nothing': '/rey/projects/?q=zzzz',
        'project': webshop,
        'volumes': f'{webshop}volumes/',
        'orphan': orphan,
        'data': '/rey/data/',
    }


def take_for_the_guides(page):
    IMAGES.mkdir(exist_ok=True)
    page.set_viewport_size({'width': 1280, 'height': 800})
    for name in ('projects', 'project'):
        page.goto(addresses(page)[name])
        page.screenshot(path=IMAGES / f'{name}.png')


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
                page.goto(address)
                path = folder / f'{name}-{theme}-{label}.png'
                page.screenshot(path=path)


if __name__ == '__main__':
    main(*sys.argv[1:2])
