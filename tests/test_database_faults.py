"""A database that is full, locked or old: told in plain words, and no harm."""

import contextlib
import os
import sqlite3
import threading

from django.db import connection
from django.db.backends import signals
from django.utils import timezone
import pytest

from rey_dashboard import cli
from rey_dashboard import worker
from rey_dashboard.inventory import databases
from rey_dashboard.inventory import lease
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def impatient(monkeypatch):
    """Who is started from now on does not wait long for a lock."""

    def impatient(wait_s=0.2):
        monkeypatch.setattr(databases, 'WAIT_S', wait_s)
        # The test's own was made before.
        connection.close()

    databases.limit_waits()
    yield impatient
    connection.close()


@contextlib.contextmanager
def locked():
    """Somebody else has written something, and does not end."""
    other = sqlite3.connect(
        connection.settings_dict['NAME'],
        isolation_level=None,
        check_same_thread=False,
    )
    other.execute('BEGIN IMMEDIATE')
    try:
        yield
    finally:
        other.close()


@contextlib.contextmanager
def full():
    """No file of the database gets any bigger."""

    def limit(connection, **_):
        with connection.cursor() as cursor:
            cursor.execute('PRAGMA page_count')
            (pages,) = cursor.fetchone()
            cursor.execute(f'PRAGMA max_page_count = {pages}')

    with connection.cursor() as cursor:
        # What earlier rows have left would be room.
        cursor.execute('VACUUM')
    connection.close()
    signals.connection_created.connect(limit)
    try:
        yield
    finally:
        signals.connection_created.disconnect(limit)
        connection.close()


@contextlib.contextmanager
def older_tables():
    """As a migration that is still to come finds them."""
    order = 'ALTER TABLE rey_dashboard_partstate RENAME COLUMN {} TO {}'
    with connection.cursor() as cursor:
        cursor.execute(order.format('blind', 'dumb'))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(order.format('dumb', 'blind'))


def fill(cloud):
    cloud.add_project('p')
    for number in range(300):
        cloud.add_server(f's{number:060}', 'p')


def complaint(capsys):
    """What ``rey-dashboard collect`` says when it ends with 1."""
    capsys.readouterr()
    assert cli.main(['collect']) == 1
    told = capsys.readouterr()
    return told.out + told.err


def test_a_full_disk_is_told_and_the_next_collection_repairs_all(
    cloud, capsys
):
    fill(cloud)
    with full():
        told = complaint(capsys)
    assert 'The disk of the database is full.' in told
    assert f'df -h {databases.file().parent}' in told
    servers = models.PartState.objects.get(name=parts.SERVERS)
    assert servers.error.startswith('The disk of the database is full.')
    assert servers.last_good_at is None

    assert cli.main(['collect']) == 0
    assert models.Server.objects.count() == 300
    assert models.ProjectSummary.objects.get().state == 'enabled'


def test_a_lock_is_told_with_its_holder(cloud, capsys, impatient):
    assert cli.main(['collect']) == 0
    impatient()
    with locked():
        told = complaint(capsys)
    assert 'locked by another process' in told
    assert f'process {os.getpid()} (' in told
    assert 'fuser' in told


def test_tables_of_another_version_are_told_with_the_remedy(cloud, capsys):
    with older_tables():
        told = complaint(capsys)
    assert 'of another version' in told
    assert 'migrate rey_dashboard' in told
    assert cli.main(['collect']) == 0


def test_a_part_whose_failure_cannot_be_written_leaves_no_trace(
    cloud, capsys, impatient
):
    """The database is locked in mid-collection, and long."""
    fill(cloud)
    assert cli.main(['collect']) == 0
    before = models.PartState.objects.get(name=parts.SERVERS)
    cloud.add_server('new', 'p')
    impatient(1)
    with contextlib.ExitStack() as lock:
        once = threading.Lock()

        def ask(path):
            if path.startswith('/servers') and once.acquire(blocking=False):
                lock.enter_context(locked())

        cloud.on_ask = ask
        told = complaint(capsys)
    cloud.on_ask = lambda path: None
    assert 'locked by another process' in told
    after = models.PartState.objects.get(name=parts.SERVERS)
    assert after.last_good_at == before.last_good_at
    assert after.error == ''
    assert models.Server.objects.count() == 300

    # It could not even give the lease back.
    impatient(30)
    models.Collector.objects.update(lease_until=timezone.now())
    assert cli.main(['collect']) == 0
    assert models.Server.objects.count() == 301


def test_a_lock_that_keeps_the_lease_from_being_renewed_is_no_harm(
    cloud, monkeypatch
):
    """The parts wait for longer than it lasts."""
    monkeypatch.setattr(lease, 'RENEW_S', 0.05)
    asked = []

    def ask(path):
        if path.startswith('/servers') and not asked:
            asked.append(path)
            with locked():
                threading.Event().wait(0.5)

    cloud.on_ask = ask
    with connection.cursor() as cursor:
        cursor.execute('PRAGMA busy_timeout = 10')
    try:
        assert cli.main(['collect']) == 0
    finally:
        connection.close()
    assert asked


def test_the_worker_goes_on_and_tells_it_once(cloud, caplog, impatient):
    caplog.set_level('INFO', logger=worker.LOG.name)
    stop = threading.Event()
    turns = iter(range(8))
    impatient()
    with contextlib.ExitStack() as lock:
        lock.enter_context(locked())

        def wait(seconds):
            turn = next(turns)
            if turn == 4:
                lock.close()
                impatient(30)
            if turn == 7:
                stop.set()

        stop.wait = wait
        worker._Worker(stop).run()
    (told,) = [row for row in caplog.records if row.levelname == 'ERROR']
    assert 'locked by another process' in told.getMessage()
    assert told.exc_info is None
    assert 'can be written again' in caplog.text
    assert models.Collector.objects.get().ended_at
