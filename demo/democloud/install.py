"""The Python environment of the demo cloud's services, made with pip."""

import hashlib
import os
import shutil
import subprocess
import sys

from democloud import places
from democloud import progress

LOCK = places.DEMO / 'requirements-cloud.lock'
# The lock pins these and all that they need. The client is for the seeders.
WANTED = [
    'keystone',
    'nova',
    'openstack-placement',
    'cinder',
    'glance',
    'neutron',
    'openstacksdk',
]


def ensure():
    """Make the environment unless it is there, whole and as the lock says."""
    if installed():
        return False
    _check_python()
    places.home().mkdir(parents=True, exist_ok=True)
    with progress.step('Installing OpenStack into %s' % places.cloud_venv()):
        # A half-done or older installation is not worth mending.
        shutil.rmtree(places.cloud_venv(), ignore_errors=True)
        _run(sys.executable, '-m', 'venv', places.cloud_venv())
        _run(
            places.cloud_program('python'),
            *('-m', 'pip', 'install', '--disable-pip-version-check'),
            # Much of what it brings is never run; Python compiles the rest.
            *('--no-compile', '--constraint', LOCK),
            *WANTED,
        )
    _mark().write_text(_stamp())
    return True


def installed():
    """Whether it is there; only the last step of a whole one leaves a mark."""
    return _mark().exists() and _mark().read_text() == _stamp()


def _mark():
    return places.cloud_venv() / 'demo-installed'


def _stamp():
    """Changes whenever the environment has to be made anew."""
    content = LOCK.read_bytes() + repr((WANTED, sys.version)).encode()
    return hashlib.sha256(content).hexdigest()


def _check_python():
    if sys.version_info < (3, 11):  # noqa: UP036
        raise progress.Trouble(
            'The demo cloud needs Python 3.11 or newer; this is %d.%d.'
            % sys.version_info[:2],
            'Run demo/cloud with a newer python3.',
        )


def _run(*command):
    log = places.home() / 'cloud-install.log'
    environment = {**os.environ, 'PIP_NO_INPUT': '1'}
    with log.open('ab') as out:
        code = subprocess.call(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=environment,
        )
    if code:
        raise progress.Trouble(
            'Installing OpenStack failed:\n%s' % progress.tail(log),
            'Read %s, mend what it says and say the same again.' % log,
        )
