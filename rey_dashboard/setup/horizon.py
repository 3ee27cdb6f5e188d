"""Finds Horizon without reading its settings, which would leave traces."""

from collections.abc import Mapping
import dataclasses
from importlib import util
import json
import os
import pathlib
import pwd
import site
import subprocess
import sys

import rey_dashboard
from rey_dashboard.setup import faults

#: Where distributions keep Horizon outside of Python's own folders.
WELL_KNOWN = ('/usr/share/openstack-dashboard',)
#: Users that web servers run as: Debian's Horizon, Debian, Red Hat, SUSE.
WEB_USERS = ('horizon', 'www-data', 'apache', 'wwwrun')
_PATIENCE_S = 3600
_LINES = 12


@dataclasses.dataclass(frozen=True)
class Horizon:
    """:param package: the folder ``openstack_dashboard``"""

    package: pathlib.Path

    @property
    def snippets(self) -> pathlib.Path:
        """Where snippets of settings are read, wherever links lead.

        Horizon 27 looks for them beside its code even when ``LOCAL_PATH``
        names another folder (``openstack_dashboard/settings.py``: that is for
        ``*.conf`` and the secret key). Distributions make the folder, or one
        above, a link into ``/etc``.
        """
        return self.package / 'local' / 'local_settings.d'

    @property
    def enabled(self) -> pathlib.Path:
        return self.package / 'local' / 'enabled'

    def order(self, *arguments: str, given: dict | None = None) -> dict:
        """Runs an order of :mod:`~rey_dashboard.setup.inside`.

        :param given: what no list of processes may show
        :raises faults.NotWell: it failed; the end of what it said is told
        """
        command = [sys.executable, '-B', '-m', 'rey_dashboard.setup.inside']
        try:
            ended = subprocess.run(
                [*command, *arguments],
                env=self._environment(os.environ),
                cwd='/',
                input=json.dumps(given),
                capture_output=True,
                text=True,
                timeout=_PATIENCE_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise faults.NotWell(
                f'Horizon does not end with "{arguments[0]}".',
                'Look whether its database answers, and say the same again.',
            ) from None
        if ended.returncode:
            said = '\n'.join(ended.stderr.splitlines()[-_LINES:])
            raise faults.NotWell(
                f'Horizon does not do "{arguments[0]}":\n{said}',
                'Mend what it says, and say the same again.',
            )
        return json.loads(ended.stdout.splitlines()[-1])

    def python_path(self) -> list[str]:
        """What Python must be told to find Horizon and this plugin."""
        known = {*site.getsitepackages(), site.getusersitepackages()}
        ours = pathlib.Path(rey_dashboard.__path__[0]).parent
        wanted = dict.fromkeys([str(self.package.parent), str(ours)])
        return [folder for folder in wanted if folder not in known]

    def _environment(self, given: Mapping[str, str]):
        environment = dict(given)
        environment.pop('DJANGO_SETTINGS_MODULE', None)
        path = [*self.python_path(), given.get('PYTHONPATH', '')]
        environment['PYTHONPATH'] = os.pathsep.join(filter(None, path))
        environment['PYTHONDONTWRITEBYTECODE'] = '1'
        return environment


def find(folder: str | None = None) -> Horizon:
    """Horizon in the named folder, in this Python, or where it is packaged.

    :raises faults.NotWell: none is there
    """
    if folder:
        places = [pathlib.Path(folder), pathlib.Path(folder).parent]
    else:
        spec = util.find_spec('openstack_dashboard')
        places = [pathlib.Path(path).parent for path in _of(spec)]
        places += [pathlib.Path(place) for place in WELL_KNOWN]
    for place in places:
        package = place / 'openstack_dashboard'
        if (package / 'settings.py').exists():
            return Horizon(package.absolute())
    raise faults.NotWell(
        f'There is no Horizon {f"in {folder}" if folder else "here"}.',
        'Install this plugin into the Python environment of Horizon, or name '
        'the folder that holds openstack_dashboard with --horizon.',
    )


def make_importable() -> None:
    """Lets Python find it where it is packaged, as the web server does."""
    if not util.find_spec('openstack_dashboard'):
        sys.path += [place for place in WELL_KNOWN if os.path.isdir(place)]


def web_user(horizon: Horizon, told: dict) -> pwd.struct_passwd:
    """The user whom the web server runs as, or who we are if not root.

    The secret key's owner is the best witness: the web server made it.

    :raises faults.NotWell: nothing tells
    """
    if os.geteuid():
        return pwd.getpwuid(os.geteuid())
    if owner := key_owner(told['secret_key']):
        return owner
    for name in WEB_USERS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise faults.NotWell(
        'Nothing tells which user the web server runs as.',
        'Name the user with --web-user.',
    )


def key_owner(key: str) -> pwd.struct_passwd | None:
    """Who owns the file of the secret key, or the folder it will stand in.

    Nobody where it is root: the web server never is.
    """
    path = pathlib.Path(key)
    if not key or not path.parent.exists():
        return None
    owner = (path if path.exists() else path.parent).stat().st_uid
    return pwd.getpwuid(owner) if owner else None


def _of(spec):
    return spec.submodule_search_locations or () if spec else ()
