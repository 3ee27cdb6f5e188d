"""Where the demo's Horizon lives, and the environment that it runs in."""

import os

from democloud import places
from democloud import processes
from democloud import progress

DEFAULT_PORT = 8000
PACKAGE = places.CHECKOUT / 'rey_dashboard'


def here(*parts):
    """A path in the folder of Horizon's data, settings and logs."""
    return places.home().joinpath('dashboard', *parts)


def venv():
    """The Python environment that Horizon and this plugin live in."""
    return places.home() / 'horizon-venv'


def program(name):
    return str(venv() / 'bin' / name)


def log(name):
    return here('log', name + '.log')


def static():
    return here('static')


def running():
    """Horizon's processes: web and worker."""
    return processes.Processes(here('run', 'processes.json'), here('log'))


def asked_port():
    """The port that the user asked for, or None."""
    text = os.environ.get('DEMO_PORT')
    if not text:
        return None
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise progress.Trouble(
            'DEMO_PORT is %r.' % text,
            'Set it to a number between 1024 and 65535, or unset it.',
        )
    return int(text)


def url(port):
    return 'http://%s:%d/' % (places.HOST, port)


def environment(proxies=False):
    """Horizon's environment: ours without what could lead it astray.

    Above all the web server must not see clouds.yaml: its keys are the
    worker's alone. On loopback a proxy is of no use.
    """
    unwanted = {'DJANGO_SETTINGS_MODULE', 'PYTHONPATH', 'PYTHONHOME'}
    if not proxies:
        unwanted |= {'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'}
    return {
        name: value
        for name, value in os.environ.items()
        if name.upper() not in unwanted and not name.startswith('OS_')
    }
