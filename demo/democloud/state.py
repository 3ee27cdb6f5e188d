"""What the demo cloud remembers from one command to the next."""

import contextlib
import fcntl
import json
import secrets

from democloud import places
from democloud import processes
from democloud import progress


def _file():
    return places.cloud('state.json')


def load():
    """The remembered: port, secrets, done. Empty when there is no cloud."""
    try:
        return json.loads(_file().read_text())
    except FileNotFoundError:
        return {}


def save(memory):
    processes.write_whole(_file(), json.dumps(memory, indent=1) + '\n')


def port(service):
    """The port of a service, by the base that `up` wrote down."""
    base = load().get('port') or places.asked_port() or places.DEFAULT_PORT
    return base + places.OFFSETS[service]


def url(service):
    return 'http://%s:%d' % (places.HOST, port(service))


def secret(name):
    """The random password of that name, made when first asked for."""
    memory = load()
    known = memory.setdefault('secrets', {})
    if name not in known:
        known[name] = secrets.token_hex(16)
        save(memory)
    return known[name]


def done(step):
    """What was written down when the step was done, or None."""
    return load().get('done', {}).get(step)


def set_done(step, value=True):
    memory = load()
    memory.setdefault('done', {})[step] = value
    save(memory)


def programs():
    """The cloud's processes."""
    return processes.Processes(
        places.cloud('run', 'processes.json'), places.cloud('log')
    )


@contextlib.contextmanager
def locked():
    """Keep a second command that changes the cloud out meanwhile."""
    places.home().mkdir(parents=True, exist_ok=True)
    with places.home().joinpath('cloud.lock').open('w') as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise progress.Trouble(
                'Another demo/cloud command is at work in %s.' % places.home(),
                'Wait until it has ended, or interrupt it.',
            ) from None
        yield
