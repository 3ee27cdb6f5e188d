"""``setup`` in a Horizon that distributions spread over several folders."""

import os
import pwd
import shutil

import pytest

from rey_dashboard import cli
from tests import scratch_horizon

pytestmark = pytest.mark.slow

#: The web server's user: the owner of the secret key.
WEB_USER = 'nobody'


class Spread:
    """Horizon's code in one folder, settings and data in two others."""

    def __init__(self, folder):
        self.horizon = scratch_horizon.ScratchHorizon(folder)
        self.local = self.horizon.local
        self.settings = folder / 'etc'
        self.data = folder / 'var'
        for path in (self.settings, self.data):
            path.mkdir(mode=0o750)

    def add_settings(self, text):
        with (self.local / 'local_settings.py').open('a') as settings:
            settings.write(text)

    def digest(self):
        folders = self.horizon.folder, self.settings, self.data
        return [scratch_horizon.tree(folder) for folder in folders]


def debian(spread):
    """As the postinst of Debian 12 (openstack-dashboard 23.0.0) leaves it."""
    key = spread.data / '.secret_key_store'
    spread.add_settings(
        'from horizon.utils import secret_key\n'
        f'SECRET_KEY = secret_key.generate_or_read_from_file({str(key)!r})\n'
    )
    static = spread.local / 'local_settings.d' / '_0003_debian_static_root.py'
    static.write_text(f"STATIC_ROOT = '{spread.data}/static/'\n")
    for name in ('local_settings.py', 'local_settings.d'):
        shutil.move(spread.local / name, spread.settings / name)
        (spread.local / name).symlink_to(spread.settings / name)
    return key


def red_hat(spread):
    """As RDO's and Red Hat's package (python-django-horizon.spec) have it."""
    spread.add_settings(f'LOCAL_PATH = {str(spread.data)!r}\n')
    there = os.path.relpath(spread.settings, spread.local)
    for name in ('local_settings.py', 'local_settings.d'):
        # The file of settings has no .py there.
        target = name.removesuffix('.py')
        shutil.move(spread.local / name, spread.settings / target)
        (spread.local / name).symlink_to(os.path.join(there, target))
    return spread.data / '.secret_key_store'


@pytest.mark.parametrize('lay_out', [debian, red_hat])
def test_setup_follows_the_links_and_leaves_all_as_it_was(lay_out, tmp_path):
    spread = Spread(tmp_path)
    key = lay_out(spread)
    horizon = spread.horizon
    before = spread.digest()

    assert cli.main(['setup', *horizon.options()]) == 0
    name = scratch_horizon.NAME
    assert (spread.settings / 'local_settings.d' / name).is_file()
    assert horizon.enabled.is_file()
    assert not key.exists()
    assert cli.main(['remove', *horizon.options('--purge')]) == 0
    assert spread.digest() == before
    assert not horizon.state.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason='only root gives files away')
@pytest.mark.parametrize('lay_out, made', [(debian, False), (red_hat, True)])
def test_who_has_the_secret_key_gets_the_database(lay_out, made, tmp_path):
    spread = Spread(tmp_path)
    key = lay_out(spread)
    web = pwd.getpwnam(WEB_USER)
    if made:
        key.write_text('k' * 64)
        key.chmod(0o600)
    # Debian gives the folder to the web server; the key comes later.
    os.chown(key if made else key.parent, web.pw_uid, web.pw_gid)
    horizon = spread.horizon

    assert cli.main(['setup', *horizon.options('--no-static')]) == 0
    data = (horizon.state / 'data' / 'rey_dashboard.sqlite3').stat()
    assert (data.st_uid, data.st_gid) == (web.pw_uid, web.pw_gid)
