"""``setup`` with real database servers: from a URL to tables, and back."""

import io
import os
import pathlib
import re
import subprocess
import sys

import pytest

import rey_dashboard
from rey_dashboard import cli
from tests import databases
from tests import scratch_horizon

pytestmark = pytest.mark.slow

PASSWORD = 's3cr@t/p:w'
LATIN = {
    'mysql': (
        'CREATE DATABASE in_latin CHARACTER SET latin1',
        "GRANT ALL ON in_latin.* TO 'rey'",
    ),
    'postgresql': (
        "CREATE DATABASE in_latin OWNER rey ENCODING 'LATIN1' LOCALE 'C' "
        'TEMPLATE template0',
    ),
}
TABLE = 'rey_dashboard_project'


@pytest.fixture(scope='module', params=databases.KINDS)
def server(request):
    with databases.running(request.param) as server:
        server.add('cloud', 'rey', PASSWORD)
        server.add('of_another', 'another', PASSWORD)
        server.execute(*LATIN[server.scheme])
        yield server


@pytest.fixture
def horizon(tmp_path):
    return scratch_horizon.ScratchHorizon(tmp_path)


@pytest.fixture
def setup(horizon, monkeypatch):
    def setup(url, *options):
        monkeypatch.setattr('sys.stdin', io.StringIO(url + '\n'))
        chosen = horizon.options('--no-static', '--database', '-', *options)
        return cli.main(['setup', *chosen])

    return setup


def remove(horizon, *options):
    return cli.main(['remove', *horizon.options(*options)])


def test_tables_are_made_and_ours_alone_are_dropped(
    server, horizon, setup, capfd
):
    server.execute('CREATE TABLE of_another (id INTEGER)', database='cloud')
    before = horizon.digest()
    assert setup(server.url('cloud', 'rey', PASSWORD)) == 0
    assert TABLE in server.tables('cloud')

    after = horizon.digest(), scratch_horizon.tree(horizon.state)
    again = setup(server.url('cloud', 'rey', PASSWORD))
    plain = cli.main(['setup', *horizon.options()])
    assert (again, plain) == (0, 0)
    told = ''.join(capfd.readouterr())
    assert told.count('nothing was changed') == 2
    assert (horizon.digest(), scratch_horizon.tree(horizon.state)) == after

    checked = _check(horizon)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert 'Writing by web server' in checked.stdout
    told += checked.stdout + checked.stderr
    _only_in_its_file(horizon, told)

    assert remove(horizon) == 0
    assert horizon.digest() == before
    assert 'The data is kept: ' in capfd.readouterr().out
    assert TABLE in server.tables('cloud')

    assert setup(server.url('cloud', 'rey', PASSWORD)) == 0
    assert remove(horizon, '--purge') == 0
    assert server.tables('cloud') == {'of_another'}
    assert not horizon.state.exists()
    server.execute('DROP TABLE of_another', database='cloud')


def test_a_password_of_the_environment_is_written_nowhere(
    server, horizon, setup, monkeypatch
):
    url = server.url('cloud', 'rey', '')
    variable = ('--database-password-env', 'REY_PASSWORD')
    assert setup(url, *variable) == 1
    assert not horizon.state.exists()
    monkeypatch.setenv('REY_PASSWORD', PASSWORD)
    assert setup(url, *variable) == 0
    assert TABLE in server.tables('cloud')
    assert not (horizon.state / 'database-password').exists()
    assert _having(horizon.folder) == _having(horizon.state) == []
    monkeypatch.delenv('REY_PASSWORD')
    assert remove(horizon, '--purge') == 1
    assert horizon.snippet.exists()
    monkeypatch.setenv('REY_PASSWORD', PASSWORD)
    assert remove(horizon, '--purge') == 0


@pytest.mark.parametrize(
    'database, password, remedy',
    [
        ('cloud', 'wr0ng', 'Give the right user and password'),
        ('missing', PASSWORD, 'CREATE DATABASE .*missing'),
        ('of_another', PASSWORD, 'GRANT ALL ON'),
        ('in_latin', PASSWORD, 'CHARACTER SET utf8mb4|UTF8'),
    ],
)
def test_a_server_that_refuses_leaves_nothing_half_done(
    server, horizon, setup, capfd, database, password, remedy
):
    before = horizon.digest()
    url = server.url(database, 'rey', password)
    assert setup(url) == 1
    said = capfd.readouterr()
    assert re.search(remedy, said.err.splitlines()[-1])
    assert password not in said.out + said.err
    assert horizon.digest() == before
    assert not horizon.state.exists()


def test_a_server_that_stopped_is_told_and_keeps_its_data(
    server, horizon, setup, capfd
):
    url = server.url('cloud', 'rey', PASSWORD)
    server.stop()
    assert setup(url) == 1
    assert not horizon.state.exists()
    server.start()
    assert setup(url) == 0
    after = horizon.digest()

    server.stop()
    capfd.readouterr()
    assert cli.main(['setup', *horizon.options()]) == 1
    assert remove(horizon, '--purge') == 1
    for line in capfd.readouterr().err.splitlines()[1::2]:
        assert line.startswith('Look whether the server runs')
    assert horizon.digest() == after
    assert _check(horizon).returncode == 1

    server.start()
    assert remove(horizon, '--purge') == 0
    assert server.tables('cloud') == set()


def _check(horizon):
    """As an operator calls it, with Horizon where this one is."""
    code = 'import sys; from rey_dashboard import cli; sys.exit(cli.main())'
    ours = pathlib.Path(rey_dashboard.__path__[0]).parent
    command = [sys.executable, '-c', code, 'check', '--only', 'database']
    path = os.pathsep.join([str(horizon.folder), str(ours)])
    environment = {**os.environ, 'PYTHONPATH': path}
    environment.pop('DJANGO_SETTINGS_MODULE', None)
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False
    )


def _only_in_its_file(horizon, told):
    kept = horizon.state / 'database-password'
    assert kept.read_text() == PASSWORD
    assert kept.stat().st_mode & 0o777 == 0o640
    assert PASSWORD not in told
    assert _having(horizon.folder) == []
    assert _having(horizon.state) == [kept]


def _having(folder):
    return [
        path
        for path in folder.rglob('*')
        if path.is_file()
        and not path.is_symlink()
        and PASSWORD.encode() in path.read_bytes()
    ]
