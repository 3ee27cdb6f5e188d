"""What the demo's Horizon remembers from one command to the next."""

import contextlib
import fcntl
import json
import time

from democloud import dashboard_places
from democloud import places
from democloud import processes
from democloud import progress


def _file():
    return dashboard_places.here('state.json')


def _load():
    try:
        return json.loads(_file().read_text())
    except FileNotFoundError:
        return {}


def recall(name):
    """What was remembered under that name, or None."""
    return _load().get(name)


def remember(**things):
    text = json.dumps({**_load(), **things}, indent=1) + '\n'
    processes.write_whole(_file(), text)


def port():
    """Horizon's port: the one asked for, or in use, or the default."""
    asked = dashboard_places.asked_port()
    if not asked and dashboard_places.running().alive('web'):
        asked = recall('port')
    return asked or dashboard_places.DEFAULT_PORT


@contextlib.contextmanager
def locked(patience_seconds=0):
    """Keep a second command that changes the demo out meanwhile."""
    places.home().mkdir(parents=True, exist_ok=True)
    end = time.monotonic() + patience_seconds
    with places.home().joinpath('demo.lock').open('w') as lock:
        while not _lock(lock):
            if time.monotonic() > end:
                raise progress.Trouble(
                    'Another demo/demo command is at work in %s.'
                    % places.home(),
                    'Wait until it has ended, or interrupt it.',
                )
            time.sleep(0.2)
        yield


def _lock(file):
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
