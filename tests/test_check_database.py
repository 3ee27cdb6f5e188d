import datetime
import json
import os
import pathlib
import tempfile

from django import db
from django.db import connection
from django.db.migrations import recorder
from django.utils import timezone
import pytest

from rey_dashboard.inventory import models
from rey_dashboard.setup import checks_data
from rey_dashboard.setup import checks_database
from rey_dashboard.setup import checks_writing
from rey_dashboard.setup import horizon
from rey_dashboard.setup import snippet
from tests import factory

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def here(monkeypatch):
    monkeypatch.setattr('socket.gethostname', lambda: 'ops-1')


def test_a_missing_file_is_told_and_not_made(tmp_path, monkeypatch):
    name = tmp_path / 'none.sqlite3'
    monkeypatch.setitem(connection.settings_dict, 'NAME', str(name))
    (verdict,) = checks_database.verdicts()
    assert verdict.state == 'not well'
    assert 'django-admin migrate rey_dashboard' in verdict.remedy
    assert not name.exists()


def test_tables_behind_and_ahead_of_the_code():
    rows = recorder.MigrationRecorder(connection)
    last = rows.migration_qs.filter(app='rey_dashboard').latest('name').name
    rows.record_unapplied('rey_dashboard', last)
    verdict = checks_database.tables()
    assert verdict.words == f'They lack {last}.'
    assert 'django-admin migrate rey_dashboard' in verdict.remedy

    rows.record_applied('rey_dashboard', last)
    assert checks_database.tables().state == 'well'

    rows.record_applied('rey_dashboard', '9999_tomorrow')
    verdict = checks_database.tables()
    assert 'newer version (9999_tomorrow)' in verdict.words
    assert verdict.remedy


def test_a_database_that_cannot_be_written():
    with connection.cursor() as cursor:
        cursor.execute('PRAGMA query_only = 1')
    try:
        verdict = checks_writing.writing()
    finally:
        with connection.cursor() as cursor:
            cursor.execute('PRAGMA query_only = 0')
    assert verdict.state == 'not well'
    assert 'readonly' in verdict.words
    assert 'its folder' in verdict.remedy


def test_the_web_server_is_not_known_but_how_to_try():
    verdict = checks_writing.web_server()
    assert verdict.state == 'unknown'
    assert 'rw-' in verdict.words
    assert 'rey-dashboard check --only database' in verdict.remedy


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """What setup --systemd leaves, with two users that every Linux has."""
    package = tmp_path / 'openstack_dashboard'
    snippets = package / 'local' / 'local_settings.d'
    snippets.mkdir(parents=True)
    state = tmp_path / 'state'
    state.mkdir()
    (snippets / snippet.NAME).write_text(f'{snippet.STATE}{state}\n')
    choices = {'units': '/u', 'worker_user': 'daemon', 'web_user': 'nobody'}
    (state / 'setup.json').write_text(json.dumps({'choices': choices}))
    found = horizon.Horizon(package)
    monkeypatch.setattr(horizon, 'find', lambda: found)


@pytest.fixture
def sqlite(monkeypatch):
    """A file that any user could reach."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, 'rey.sqlite3')
        file.touch()
        file.parent.chmod(0o777)
        file.chmod(0o666)
        monkeypatch.setitem(connection.settings_dict, 'NAME', str(file))
        yield file


@pytest.mark.skipif(os.geteuid(), reason='only root tries as another user')
def test_root_tries_as_the_users_of_the_worker_and_the_web_server(
    installed, sqlite
):
    worker, web = checks_writing.worker(), checks_writing.web_server()
    assert (worker.state, web.state) == ('well', 'well')
    assert 'daemon' in worker.words
    assert 'nobody' in web.words

    sqlite.chmod(0o644)
    verdict = checks_writing.web_server()
    assert verdict.words == f'The user nobody may not write {sqlite}.'
    assert 'root:root, -rw-r--r--' in verdict.remedy
    assert checks_writing.worker().state == 'not well'

    sqlite.chmod(0o666)
    sqlite.parent.chmod(0o755)
    verdict = checks_writing.web_server()
    assert verdict.words.endswith(f'may not write {sqlite.parent}.')


@pytest.mark.parametrize(
    ('words', 'remedy'),
    [
        ('attempt to write a readonly database', 'a group that may write'),
        ('unable to open database file', 'a group that may write'),
        ('database is locked', 'fuser'),
        ('file is not a database', 'back from a backup'),
    ],
)
def test_what_sqlite_says_decides_what_to_do(sqlite, words, remedy):
    told = checks_writing.remedy(db.DatabaseError(words))
    assert remedy in told
    assert str(sqlite) in told


def test_sqlite_used_from_several_hosts(tmp_path):
    now = timezone.now()
    models.Worker.objects.create(host='ops-0', seen_at=now - 2 * DAY)
    assert checks_database.one_host().state == 'well'

    models.Worker.objects.create(host='ops-2', seen_at=now)
    assert checks_database.one_host().state == 'unknown'

    models.Worker.objects.create(host='ops-1', seen_at=now)
    verdict = checks_database.one_host()
    assert verdict.words == 'Workers of ops-1, ops-2 used it within a day.'
    assert 'PostgreSQL' in verdict.remedy


def test_sqlite_on_a_network_file_system(tmp_path):
    folder = pathlib.Path(connection.settings_dict['NAME']).parent
    mounts = tmp_path / 'mounts'
    mounts.write_text(f'/dev/a / ext4 rw 0 0\nnas:/x {folder} nfs4 rw 0 0\n')
    verdict = checks_database.one_host(str(mounts))
    assert verdict.state == 'not well'
    assert 'lies on nfs4' in verdict.words
    mounts.write_text(f'/dev/a / ext4 rw 0 0\nnas:/x {folder}-b nfs4 rw 0 0\n')
    assert checks_database.one_host(str(mounts)).state == 'well'


def test_a_worker_that_died_or_cannot_work():
    assert checks_data.worker().words == 'No worker was ever seen.'
    models.Worker.objects.create(
        host='ops-1', seen_at=timezone.now() - DAY, problem='', remedy=''
    )
    verdict = checks_data.worker()
    assert 'last was seen on ops-1' in verdict.words
    assert 'rey-dashboard worker' in verdict.remedy
    models.Worker.objects.update(
        seen_at=timezone.now(), problem='No such entry.', remedy='Write it.'
    )
    verdict = checks_data.worker()
    assert verdict.words.endswith('cannot work: No such entry.')
    assert verdict.remedy == 'Write it.'


def test_data_that_is_old_or_lacks_a_part():
    assert checks_data.data('RegionOne').words == 'Nothing was read yet.'
    factory.collected(ago=DAY)
    verdict = checks_data.data('RegionOne')
    assert verdict.words.startswith('It is old')
    assert 'rey-dashboard collect' in verdict.remedy

    part = models.PartState.objects.filter(name='volumes')
    part.update(
        failing_since=timezone.now(), error='Refused.', remedy='Allow it.'
    )
    verdict = checks_data.data('RegionOne')
    assert verdict.words == 'volumes: Refused.'
    assert verdict.remedy == 'Allow it.'

    part.delete()
    assert checks_data.data('RegionOne').words == 'Never read: volumes.'
