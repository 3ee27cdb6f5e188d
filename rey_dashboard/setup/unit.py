"""The worker under systemd, as a user who is not the web server's."""

import os
import pathlib
import pwd
import shutil
import subprocess
import sys

from rey_dashboard.setup import faults
from rey_dashboard.setup import place as places
from rey_dashboard.setup import steps

NAME = 'rey-dashboard-worker.service'
# LoadCredential: systemd reads clouds.yaml as root and shows it to the worker
# alone, so that its rights can be 0600 and the web server never sees it.
_UNIT = """\
[Unit]
Description=Worker of Cloud Operations (rey_dashboard)
Wants=network-online.target
After=network-online.target

[Service]
ExecStart={program} worker
User={user}
Group={group}
UMask=0007
LoadCredential=clouds.yaml:{clouds}
Environment=OS_CLIENT_CONFIG_FILE=%d/clouds.yaml
{environment}Restart=on-failure
RestartSec=10
NoNewPrivileges=yes
PrivateTmp=yes
ProtectSystem=full

[Install]
WantedBy=multi-user.target
"""


class User(steps.Step):
    name = "worker's user"

    def look(self) -> str:
        choices = self._place.choices
        if not choices.units or _user_exists(choices.worker_user):
            return ''
        return f'make the system user {choices.worker_user}'

    def do(self) -> str:
        user = self._place.choices.worker_user
        if os.geteuid():
            raise faults.NotWell(
                f'There is no user {user}, and only root can make it.',
                'Say the same again as root, or name a user that exists with '
                '--worker-user.',
            )
        # In the web server's group: both write the database.
        group = str(self._place.web().pw_gid)
        _run(
            'useradd',
            '--system',
            '--no-create-home',
            '--home-dir=/',
            '--shell=/usr/sbin/nologin',
            f'--gid={group}',
            user,
        )
        self._record.save(user=user)
        return f'made the system user {user}'

    def undo(self) -> str:
        user = self._record.facts.get('user')
        if not user or not _user_exists(user):
            return ''
        _run('userdel', user)
        return f'removed the system user {user}'


class Unit(steps.Text):
    name = 'systemd unit'

    def look(self) -> str:
        return super().look() if self._place.choices.units else ''

    def do(self) -> str:
        words = super().do()
        self._reload()
        return words

    def undo(self) -> str:
        if not self._place.choices.units:
            return ''
        if self.path().exists() and self._systemds_own():
            _run('systemctl', 'disable', '--now', NAME)
        words = super().undo()
        self._reload()
        return words

    def path(self) -> pathlib.Path:
        return pathlib.Path(self._place.choices.units, NAME)

    def text(self) -> str:
        place = self._place
        path = os.pathsep.join(place.horizon.python_path())
        web = place.web()
        return _UNIT.format(
            program=program(),
            user=place.choices.worker_user,
            group=web.pw_gid,
            clouds=place.choices.clouds_yaml,
            environment=f'Environment=PYTHONPATH={path}\n' if path else '',
        )

    def _reload(self):
        if self._systemds_own():
            _run('systemctl', 'daemon-reload')

    def _systemds_own(self):
        """Whether systemd runs here and looks into that folder."""
        running = pathlib.Path('/run/systemd/system').exists()
        return running and self._place.choices.units == places.UNITS


def program() -> str:
    """The path of this command, as the worker's unit has to name it."""
    beside = pathlib.Path(sys.executable).with_name('rey-dashboard')
    found = beside if beside.exists() else shutil.which('rey-dashboard')
    return str(found or beside)


def _user_exists(name):
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _run(*command):
    ended = subprocess.run(
        command, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise faults.NotWell(
            f'"{" ".join(command)}" failed: {ended.stderr.strip()}',
            'Mend what it says, and say the same again.',
        )
