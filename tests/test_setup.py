import json
import pathlib
import shutil
import sqlite3
import subprocess

import pytest

from rey_dashboard import cli
from rey_dashboard.setup import database
from rey_dashboard.setup import faults
from tests import needs
from tests import scratch_horizon

#: Nothing listens there.
URL = 'postgresql://u:s3cr%40t@127.0.0.1:1/rey'


@pytest.fixture
def horizon(tmp_path):
    return scratch_horizon.ScratchHorizon(tmp_path)


def setup(horizon, *options):
    return cli.main(['setup', *horizon.options(*options)])


def remove(horizon, *options):
    return cli.main(['remove', *horizon.options(*options)])


def test_remove_leaves_horizon_byte_for_byte_as_it_was(horizon, capsys):
    old = horizon.static / 'rey_dashboard' / 'rey.scss'
    old.parent.mkdir(parents=True)
    old.write_text('older')
    (horizon.static / 'logo.svg').write_text('of the operator')
    before = horizon.digest()

    assert setup(horizon) == 0
    assert old.read_text() != 'older'
    assert (horizon.static / 'horizon').is_dir()
    assert horizon.enabled.exists()
    told = capsys.readouterr().out
    assert 'wrote' in told
    assert 'Restart the web server' in told

    # As the web server does when it has read the enabled file.
    compiled = horizon.enabled.parent / '__pycache__'
    compiled.mkdir()
    (compiled / f'{horizon.enabled.stem}.cpython-311.pyc').touch()

    assert remove(horizon) == 0
    assert horizon.digest() == before
    data = horizon.state / 'data' / 'rey_dashboard.sqlite3'
    assert data.exists()
    assert str(data) in capsys.readouterr().out

    assert remove(horizon, '--purge') == 0
    assert not horizon.state.exists()


def test_setup_again_changes_nothing(horizon, capsys):
    assert setup(horizon) == 0
    before = horizon.digest(), scratch_horizon.tree(horizon.state)
    capsys.readouterr()

    assert setup(horizon) == 0

    assert 'nothing was changed' in capsys.readouterr().out
    assert (horizon.digest(), scratch_horizon.tree(horizon.state)) == before


def test_a_dry_run_tells_all_and_does_nothing(horizon, capsys):
    before = horizon.digest()
    assert setup(horizon, '--dry-run', '--json') == 0
    told = json.loads(capsys.readouterr().out)
    would = [row['step'] for row in told['steps'] if row['state'] == 'would']
    assert would == [
        'state directory',
        'settings',
        'enabled file',
        'tables',
        'static files',
    ]
    assert horizon.digest() == before
    assert not horizon.state.exists()


def test_what_an_operator_changed_is_left_without_force(horizon, capsys):
    before = horizon.digest()
    assert setup(horizon, '--no-static') == 0
    by_hand = horizon.snippet.read_text() + '# mine\n'
    horizon.snippet.write_text(by_hand)

    # Nothing new is to be written, so nothing is wrong.
    assert setup(horizon) == 0
    assert 'changed by hand' in capsys.readouterr().out
    assert setup(horizon, '--cloud', 'other') == 1
    assert '--force' in capsys.readouterr().err.splitlines()[-1]
    assert remove(horizon) == 1
    assert '--force' in capsys.readouterr().err.splitlines()[-1]
    assert horizon.snippet.read_text() == by_hand

    assert remove(horizon, '--force') == 0
    assert horizon.digest() == before


def test_a_file_of_the_operators_comes_back(horizon):
    horizon.snippet.write_text('# of the operator\n')
    before = horizon.digest()
    assert setup(horizon, '--no-static') == 1
    assert setup(horizon, '--no-static', '--force') == 0
    assert 'DATABASES' in horizon.snippet.read_text()
    assert remove(horizon, '--force') == 0
    assert horizon.digest() == before


def test_a_database_of_the_operators_is_used(horizon, tmp_path):
    file = tmp_path / 'operators.sqlite3'
    with (horizon.local / 'local_settings.py').open('a') as settings:
        settings.write(
            "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', "
            f"'NAME': {str(file)!r}}}}}\n"
        )
    assert setup(horizon, '--no-static') == 0
    assert 'DATABASES' not in horizon.snippet.read_text()
    assert 'rey_dashboard_project' in _tables(file)

    assert remove(horizon, '--purge') == 0
    assert 'rey_dashboard_project' not in _tables(file)


def test_without_its_server_nothing_is_done(horizon, capfd):
    before = horizon.digest()
    assert setup(horizon, '--database', URL) == 1
    said = capfd.readouterr()
    assert 'Look whether the server runs' in said.err.splitlines()[-1]
    assert 's3cr' not in said.out + said.err
    assert horizon.digest() == before
    assert not horizon.state.exists()


def test_settings_that_horizon_only_logs_as_broken_are_not_well(
    horizon, capsys
):
    broken = horizon.local / 'enabled' / '_9999_last.py'
    broken.write_text("DASHBOARD = 'rey'\nDISABLED = True\n")
    assert setup(horizon, '--no-static') == 1
    assert 'does not take' in capsys.readouterr().out


def test_a_local_folder_that_is_a_link_is_followed(horizon, tmp_path):
    etc = tmp_path / 'etc'
    shutil.move(horizon.local, etc)
    horizon.local.symlink_to(etc)
    before = scratch_horizon.tree(etc)
    assert setup(horizon, '--no-static') == 0
    name = scratch_horizon.NAME
    assert (etc / 'local_settings.d' / name).exists()
    assert (etc / 'enabled' / name).exists()
    assert remove(horizon) == 0
    assert scratch_horizon.tree(etc) == before


def test_a_unit_is_made_on_request(horizon, tmp_path):
    units = tmp_path / 'units'
    options = ('--no-static', '--unit-folder', str(units))
    assert setup(horizon, *options, '--worker-user', 'nobody') == 0
    text = (units / 'rey-dashboard-worker.service').read_text()
    assert 'User=nobody\n' in text
    assert 'LoadCredential=clouds.yaml:/etc/rey-dashboard/' in text
    assert f'PYTHONPATH={horizon.folder}' in text
    assert remove(horizon) == 0
    assert not units.exists()


def test_systemd_understands_the_unit(horizon, tmp_path):
    if not shutil.which('systemd-analyze'):
        needs.lack('There is no systemd-analyze.')
    options = ('--no-static', '--unit-folder', str(tmp_path))
    assert setup(horizon, *options, '--worker-user', 'daemon') == 0
    unit = tmp_path / 'rey-dashboard-worker.service'
    verified = subprocess.run(
        ['systemd-analyze', 'verify', unit],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (verified.returncode, verified.stderr) == (0, '')


def test_static_files_that_were_made_anew_are_left(horizon, capsys):
    assert setup(horizon) == 0
    anew = horizon.static / 'rey_dashboard' / 'rey.scss'
    anew.write_text('newer')
    assert remove(horizon) == 1
    assert anew.read_text() == 'newer'
    assert 'collectstatic' in capsys.readouterr().err
    assert not (horizon.static / 'horizon').exists()


@pytest.mark.parametrize(
    'url, expected',
    [
        (
            'mysql://rey:p%40ss@db:3307/cloud?ssl_ca=/ca.pem',
            {
                'ENGINE': 'django.db.backends.mysql',
                'NAME': 'cloud',
                'HOST': 'db',
                'PORT': '3307',
                'USER': 'rey',
                'OPTIONS': {'charset': 'utf8mb4', 'ssl': {'ca': '/ca.pem'}},
            },
        ),
        (
            'postgres://rey:p%40ss@[::1]/cloud?sslmode=require',
            {
                'ENGINE': 'django.db.backends.postgresql',
                'NAME': 'cloud',
                'HOST': '::1',
                'PORT': '',
                'USER': 'rey',
                'OPTIONS': {'sslmode': 'require'},
            },
        ),
    ],
)
def test_a_url_becomes_settings(url, expected):
    found = database.parse_url(url)
    assert found.settings == expected
    assert found.password == 'p@ss'
    assert 'p@ss' not in repr(found)


def test_sqlite_may_stand_elsewhere():
    found = database.parse_url('sqlite:////srv/rey.sqlite3')
    assert found.sqlite == pathlib.Path('/srv/rey.sqlite3')


@pytest.mark.parametrize(
    'url', ['oracle://u:s3cr@h/n', 'mysql://u:s3cr@h:x/n', 'mysql:///n']
)
def test_an_unknown_url_is_wrong_use_and_not_shown(horizon, url, capsys):
    with pytest.raises(faults.WrongUse):
        database.parse_url(url)
    assert setup(horizon, '--database', url) == 2
    assert 's3cr' not in capsys.readouterr().err


def test_no_horizon_is_not_well(tmp_path, capsys):
    assert cli.main(['setup', '--horizon', str(tmp_path)]) == 1
    assert '--horizon' in capsys.readouterr().err.splitlines()[-1]


def _tables(file):
    with sqlite3.connect(file) as connection:
        rows = connection.execute('SELECT name FROM sqlite_master').fetchall()
    return {row[0] for row in rows}


def test_data_that_settings_need_is_not_purged(horizon, capsys):
    assert setup(horizon, '--no-static') == 0
    horizon.snippet.write_text(horizon.snippet.read_text() + '# mine\n')
    data = horizon.state / 'data' / 'rey_dashboard.sqlite3'

    assert remove(horizon, '--purge') == 1
    assert 'The data is kept' in capsys.readouterr().out
    assert data.exists()
    assert '# mine' in horizon.snippet.read_text()

    assert remove(horizon, '--purge', '--force') == 0
    assert not data.exists()
