"""A disk that is really full: pages go on, and the next collection repairs."""

import contextlib
import datetime
import pathlib
import shutil
import subprocess
import tempfile

from django.db import connection
import pytest

from rey_dashboard.inventory import freshness
from tests import databases
from tests.crash import collecting
from tests.crash import processes

pytestmark = pytest.mark.slow


@contextlib.contextmanager
def disk(folder, size):
    """A small one, in the place of a folder."""
    options = f'size={size},mode=1777'
    mount = ['mount', '-t', 'tmpfs', '-o', options, 'tmpfs', folder]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip('Only who may mount can have a small disk')
    try:
        yield folder
    finally:
        subprocess.run(['umount', '--lazy', folder], check=True)


@contextlib.contextmanager
def sqlite(folder, monkeypatch):
    with disk(folder, '8m'):
        yield f'sqlite:///{folder}/rey.sqlite3', folder, None


@contextlib.contextmanager
def postgresql(folder, monkeypatch):
    with disk(folder, '400m'), contextlib.ExitStack() as stack:
        with monkeypatch.context() as patched:
            patched.setattr(tempfile, 'tempdir', str(folder))
            server = stack.enter_context(databases.running('postgresql'))
        server.add('cloud', 'rey', 'secret')
        yield server.url('cloud', 'rey', 'secret'), folder, server


@contextlib.contextmanager
def mariadb(folder, monkeypatch):
    """The tables alone: without room for its log it ends itself."""
    with databases.running('mariadb') as server:
        server.add('cloud', 'rey', 'secret')
        tables = server.data / 'cloud'
        options = tables / 'db.opt'
        shutil.copy2(options, folder)
        with disk(tables, '40m'):
            shutil.copy2(folder / options.name, tables)
            yield server.url('cloud', 'rey', 'secret'), tables, server


@pytest.fixture(params=(sqlite, mariadb, postgresql))
def url_and_disk(request, monkeypatch):
    # pytest's own folders are closed to other users.
    folder = pathlib.Path(tempfile.mkdtemp(prefix='rey-disk-'))
    with request.param(folder, monkeypatch) as found:
        yield found
    shutil.rmtree(folder)


@pytest.fixture
def url(url_and_disk):
    return url_and_disk[0]


@contextlib.contextmanager
def full(folder):
    ballast = folder / 'ballast'
    with ballast.open('wb', buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            with contextlib.suppress(OSError):
                while file.write(b'x' * size):
                    pass
    try:
        yield
    finally:
        ballast.unlink()


def test_a_full_disk_is_told_and_the_next_collection_repairs_all(
    deployment, cloud, company, url_and_disk, tmp_path
):
    cloud.page = 1000
    deployment.run(collecting.collect_well)
    known = deployment.run(collecting.ids)
    begun = tmp_path / 'begun'
    deployment.start(collecting.keep_open, str(begun))
    processes.wait_for(begun.exists)
    _url, folder, server = url_and_disk
    with full(folder):
        company.grow(servers=3000)
        status, told = deployment.run(collecting.command, 'collect')
        assert status == 1
        # MariaDB tells it, or ends itself for want of room.
        died = 'The database does not answer.' in told
        if died:
            assert 'a full disk may end it' in told
            processes.wait_for(server.died)
        else:
            assert 'The disk of the database is full.' in told
            assert 'df -h' in told
            nothing_is_lost(deployment, known)
    if died:
        server.start()
    nothing_is_lost(deployment, known)
    deployment.run(collecting.forget_the_lease)
    by_changes = deployment.run(collecting.collect_well)
    assert deployment.run(collecting.ids) == company.ids
    everything = deployment.run(collecting.collect_well, full=True)
    assert by_changes == everything


def nothing_is_lost(deployment, known):
    there = deployment.run(collecting.ids)
    assert all(known[kind] <= there[kind] for kind in known)


@pytest.fixture
def its_pages(url_and_disk, monkeypatch):
    """The pages of this process show the deployment's database."""
    name = url_and_disk[0].removeprefix('sqlite://')
    connection.close()
    monkeypatch.setitem(connection.settings_dict, 'NAME', name)
    yield
    connection.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize('url_and_disk', [sqlite], indirect=True)
def test_pages_and_the_worker_go_on_while_the_disk_is_full(
    deployment, company, its_pages, url_and_disk, tmp_path, admin, monkeypatch
):
    monkeypatch.setattr(
        freshness, 'WORKER_AWAY', datetime.timedelta(seconds=6)
    )
    log = tmp_path / 'log'
    deployment.start(collecting.work, str(log), every_s=2)
    processes.wait_for(lambda: 'bulk-00001' in _page(admin))
    assert 'No worker writes here' not in _page(admin)
    with full(url_and_disk[1]):
        processes.wait_for(lambda: 'database is full' in log.read_text())
        processes.wait_for(lambda: 'No worker writes here' in _page(admin))
        assert 'bulk-00001' in _page(admin)
        assert 'Traceback' not in log.read_text()
        company.live()
    processes.wait_for(lambda: deployment.run(collecting.ids) == company.ids)
    # With the next sign of life, which may be a moment later.
    processes.wait_for(lambda: 'can be written again' in log.read_text())
    processes.wait_for(lambda: 'No worker writes here' not in _page(admin))


def _page(admin):
    connection.close()
    answer = admin.get('/rey/projects/')
    return answer.content.decode() if answer.status_code == 200 else ''
