"""Each way to install, with each Horizon, in a fresh environment."""

import json
import re

import pytest

from tests import environments
from tests import scratch_horizon

pytestmark = pytest.mark.slow

HORIZONS = ('26', '27')
SETTINGS = '--settings=openstack_dashboard.settings'
WELL = {'well'}
LOCAL_SETTINGS = """
ALLOWED_HOSTS = ['localhost']
# As distributions have it; else each page compresses what it lacks.
COMPRESS_OFFLINE = True
# Debian's; Horizon's own wants memcached.
CACHES = {
    'default': {'BACKEND': 'django.core.cache.backends.locmem.LocMemCache'}
}
"""
#: Prints what Horizon answers at each address.
ASK = """
import json, os, sys
os.environ['DJANGO_SETTINGS_MODULE'] = 'openstack_dashboard.settings'
import django
django.setup()
from django import test
client = test.Client(SERVER_NAME='localhost')
pages = [client.get(address) for address in sys.argv[1:]]
told = [(page.status_code, page.content.decode()) for page in pages]
print(json.dumps(told))
"""


class Installed:
    """Our package in an environment with a Horizon.

    All of its commands fail the test when they are not well.
    """

    def __init__(self, folder, horizon):
        self.environment = environments.Environment(folder / 'env', horizon)
        self.site = self.environment.site
        self.package = self.site / 'openstack_dashboard'
        self.static = self.site / 'static'
        self.state = folder / 'state'
        settings = self.package / 'local' / 'local_settings.py'
        settings.write_text(LOCAL_SETTINGS)

    def run(self, program, *arguments):
        ended = self.environment.run(program, *arguments)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    def setup(self, *options):
        return self.run(
            'rey-dashboard', 'setup', f'--state-dir={self.state}', *options
        )

    def remove(self):
        return self.run('rey-dashboard', 'remove', '--purge')

    def ask(self, *addresses):
        told = self.run('python', '-c', ASK, *addresses)
        return json.loads(told.splitlines()[-1])

    def checked(self):
        """What the check of Horizon finds: the state by its name."""
        told = self.environment.run(
            'rey-dashboard', 'check', '--only=horizon', '--json'
        ).stdout
        return {
            row['name']: row['state'] for row in json.loads(told)['checks']
        }

    def digest(self):
        return {
            (path, *what)
            for folder in (self.package, self.static, self.state)
            for path, what in scratch_horizon.tree(folder).items()
        }


@pytest.fixture(scope='session')
def packages(tmp_path_factory):
    return environments.build(tmp_path_factory.mktemp('packages'))


@pytest.fixture
def installed(request, tmp_path, packages):
    """With the environment's own pip."""
    horizon, kind = request.param
    installed = Installed(tmp_path, horizon)
    installed.run('pip', 'install', '--no-input', *packages.arguments(kind))
    return installed


def each(*kinds):
    ways = [(horizon, kind) for horizon in HORIZONS for kind in kinds]
    names = [f'{kind} {horizon}' for horizon, kind in ways]
    return pytest.mark.parametrize('installed', ways, ids=names, indirect=True)


@each('wheel')
def test_horizon_serves_us_and_is_as_it_was_before(installed, packages):
    whole(installed, packages)
    for command in ('collectstatic', '--noinput'), ('compress', '--force'):
        installed.run('django-admin', *command, SETTINGS)
    ((status, without),) = installed.ask('/auth/login/')
    assert status == 200
    before = installed.digest()

    installed.setup()
    assert set(installed.checked().values()) == WELL
    (status, page), (redirect, _) = installed.ask(
        '/auth/login/', '/rey/projects/'
    )
    assert (status, redirect) == (200, 302)
    assert '.rey-' not in styles(installed, without)
    assert '.rey-' in styles(installed, page)

    setup_again_changes_nothing(installed)
    installed.remove()
    assert installed.digest() ^ before == set()


@each('sdist', 'editable')
def test_it_comes_and_goes_without_static_files(installed, packages):
    whole(installed, packages)
    before = installed.digest()
    installed.setup('--no-static')
    checked = installed.checked()
    assert checked.pop('Static files') == 'not well'
    assert set(checked.values()) == WELL
    setup_again_changes_nothing(installed)
    installed.remove()
    assert installed.digest() ^ before == set()


def whole(installed, packages):
    """Nothing is left out: templates, policy, migrations, static files."""
    told = installed.run(
        'python', '-c', 'import rey_dashboard as r; print(*r.__path__)'
    )
    ours = environments.content(packages.editable / 'rey_dashboard')
    assert environments.content(told.strip()) == ours
    installed.run('pip', 'check')


def setup_again_changes_nothing(installed):
    after = installed.digest()
    assert 'nothing was changed' in installed.setup()
    assert installed.digest() ^ after == set()


def styles(installed, page):
    """All that a page links to."""
    names = re.findall(r'href="/static/([^"]+\.css)"', page)
    assert names
    return ''.join((installed.static / name).read_text() for name in names)
