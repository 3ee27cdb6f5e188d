"""Where one setup works: this Horizon, its state directory and the choices."""

import dataclasses
import os
import pathlib
import pwd

from rey_dashboard.setup import database as databases
from rey_dashboard.setup import faults
from rey_dashboard.setup import horizon as horizons
from rey_dashboard.setup import record as records
from rey_dashboard.setup import snippet

UNITS = '/etc/systemd/system'


@dataclasses.dataclass
class Choices:
    """What the operator chose, kept for the next time.

    :param database: Django's settings without the password, or none where
        the operator's settings name a database
    :param password: ``file:PATH``, ``env:NAME`` or nothing
    :param units: folder of systemd's units, or nothing without a unit
    """

    database: dict | None = None
    password: str = ''
    cloud: str = 'rey'
    static: bool = True
    units: str = ''
    worker_user: str = 'rey-dashboard'
    web_user: str = ''
    clouds_yaml: str = '/etc/rey-dashboard/clouds.yaml'


class Place:
    """:param force: files that were changed by hand are ours to take"""

    def __init__(
        self,
        horizon: horizons.Horizon,
        record: records.Record,
        choices: Choices,
        force: bool = False,
    ):
        self.horizon = horizon
        self.record = record
        self.choices = choices
        self.force = force
        #: A new password of the database, to be written; never shown.
        self.secret = ''
        self._told = None

    @property
    def snippet(self) -> pathlib.Path:
        return self.horizon.snippets / snippet.NAME

    @property
    def database(self) -> databases.Database | None:
        if self.choices.database is None:
            return None
        return databases.Database(self.choices.database)

    def password(self) -> str:
        """The database's, from where it is kept.

        :raises faults.NotWell: it is not there
        """
        kind, _, where = self.choices.password.partition(':')
        if self.secret or not kind:
            return self.secret
        try:
            if kind == 'env':
                return os.environ[where]
            return pathlib.Path(where).read_text().strip()
        except KeyError:
            raise faults.NotWell(
                f'The environment has no variable {where} with the password.',
                'Set it for this command too: it makes and drops the tables.',
            ) from None
        except FileNotFoundError:
            raise faults.NotWell(
                f"The database's password is gone: there is no {where}.",
                'Say setup again with the URL: rey-dashboard setup --database',
            ) from None

    def tell(self) -> dict:
        """What Horizon's settings say since the last change."""
        if self._told is None:
            self._told = self.horizon.order('tell')
        return self._told

    def changed(self) -> None:
        self._told = None

    def web(self) -> pwd.struct_passwd:
        name = self.choices.web_user
        if not name:
            return horizons.web_user(self.horizon, self.tell())
        try:
            return pwd.getpwnam(name)
        except KeyError:
            raise faults.NotWell(
                f'There is no user {name}.', 'Name another with --web-user.'
            ) from None

    def share(self, path: pathlib.Path, mode: int) -> None:
        """Lets root alone, or the web server's group with it, at a file."""
        path.chmod(mode)
        if not os.geteuid():
            web = self.web()
            owner = web.pw_uid if mode & 0o020 else 0
            os.chown(path, owner, web.pw_gid)


def default_folder() -> pathlib.Path:
    if not os.geteuid():
        return pathlib.Path('/var/lib/rey-dashboard')
    home = os.environ.get('XDG_STATE_HOME') or '~/.local/state'
    return pathlib.Path(home).expanduser() / 'rey-dashboard'
