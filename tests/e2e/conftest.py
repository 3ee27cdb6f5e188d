"""The demo, a browser in it, and the bare APIs beside it."""

import datetime
import shutil

from playwright import sync_api
import pytest

from tests import needs
from tests.e2e import bare
from tests.e2e import site


def pytest_collection_modifyitems(items):
    """What looks through the logs of all tests comes last."""
    items.sort(key=lambda item: item.module.__name__.endswith('.test_secrets'))


@pytest.fixture(scope='package')
def demo():
    """A running demo with its company; stopped again unless it ran before."""
    demo = site.Site.of_the_demo()
    ran = demo.runs()
    demo.start()
    yield demo
    if not ran:
        demo.stop()


@pytest.fixture(scope='package')
def bulk(demo):
    """Fills the demo in bulk and collects it, once for all tests of it.

    Gives the moments before and after; nobody reads anew meanwhile.
    """
    demo.fill_in_bulk()
    with demo.without_worker():
        begin = datetime.datetime.now(datetime.UTC)
        demo.collect(hours_again=30)
        yield begin, datetime.datetime.now(datetime.UTC)


@pytest.fixture(scope='package')
def cloud(demo):
    """The cloud's APIs, asked without a line of the dashboard's code."""
    return bare.Cloud(demo.clouds_yaml)


@pytest.fixture(scope='package')
def chromium():
    path = shutil.which('chromium')
    if not path:
        needs.lack('needs chromium: apt-get install chromium')
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
