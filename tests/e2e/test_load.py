"""Twenty people reload pages while a process writes all tables anew.

With each of the three databases: nothing fails, and nobody waits in vain.
"""

import contextlib

import pytest

from tests import bench_pages
from tests import databases
from tests.load import horizon
from tests.load import people

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PROJECTS = 300
SECONDS = 15


@pytest.fixture(scope='module')
def sessions(tmp_path_factory):
    return tmp_path_factory.mktemp('sessions')


@pytest.fixture(scope='module')
def cookies(demo, sessions, tmp_path_factory):
    """Signing in costs more than a page; once for all databases."""
    folder = tmp_path_factory.mktemp('sign-in')
    url = f'sqlite:///{folder}/rey.sqlite3'
    place = horizon.Horizon(demo, url, folder, sessions)
    place.manage('migrate', 'rey_dashboard')
    with place.running():
        return people.signed_in(place)


@contextlib.contextmanager
def database(kind, folder):
    if kind == 'sqlite':
        yield f'sqlite:///{folder}/rey.sqlite3'
        return
    with databases.running(kind) as server:
        server.add('rey', 'rey', 'secret')
        yield server.url('rey', 'rey', 'secret')


@pytest.mark.parametrize('kind', ['sqlite', *databases.KINDS])
def test_twenty_people_reload_pages_while_a_sync_writes(
    demo, cookies, sessions, tmp_path, kind
):
    with database(kind, tmp_path) as url:
        place = horizon.Horizon(demo, url, tmp_path, sessions)
        place.manage('migrate', 'rey_dashboard')
        place.python('tests.load.fill', str(PROJECTS))
        with place.running(), people.writing(place):
            pages = bench_pages.with_project(
                place.url, people.browser(cookies[0]), bench_pages.PAGES
            )
            found = people.reload_pages(place, cookies, pages, SECONDS)
    assert not people.complaints(place), people.complaints(place)[:5]
    assert not found.failures, found
    assert not found.told, found.told
    assert found.requests
    assert people.written(place)
