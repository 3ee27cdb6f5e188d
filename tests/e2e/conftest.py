"""The demo, a browser in it, and the bare APIs beside it."""

import os
import pathlib
import shutil
import subprocess
import sys

from playwright import sync_api
import pytest

from tests.e2e import bare
from tests.e2e import site

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEMO = ROOT / 'demo'


def run(*command, **kwargs):
    return subprocess.run([str(word) for word in command], **kwargs)


@pytest.fixture(scope='package')
def demo():
    """A running demo with its company; stopped again unless it ran before."""
    ran = run(
        sys.executable, DEMO / 'demo', 'status', stdout=subprocess.DEVNULL
    )
    run(sys.executable, DEMO / 'demo', 'up', check=True)
    yield site.Site.of_the_demo()
    if ran.returncode:
        run(sys.executable, DEMO / 'demo', 'down', check=True)


@pytest.fixture(scope='package')
def cloud(demo):
    """The cloud's APIs, asked without a line of the dashboard's code."""
    return bare.Cloud(demo.clouds_yaml)


@pytest.fixture(scope='package')
def chromium():
    path = shutil.which('chromium')
    if not path:
        message = 'needs chromium: apt-get install chromium'
        if os.environ.get('CI'):
            pytest.fail(message)
        pytest.skip(message)
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=['--no-sandbox', '--disable-background-networking'],
        )
        yield browser
        browser.close()


@pytest.fixture
def sign_in(demo, chromium):
    """Opens a window signed in as a user of the demo."""
    contexts = []

    def sign_in(user, domain='Default', **options):
        context = chromium.new_context(base_url=demo.url, **options)
        contexts.append(context)
        page = context.new_page()
        site.sign_in(page, user, domain)
        return page

    yield sign_in
    for context in contexts:
        context.close()
