"""Where everything of the demo lives: its folders, its ports.

Nothing here makes a folder: who writes into one makes it.
"""

import os
import pathlib
import socket

from democloud import progress

DEMO = pathlib.Path(__file__).resolve().parent.parent
CHECKOUT = DEMO.parent

HOST = '127.0.0.1'
DEFAULT_PORT = 18000
# The last three digits are those of OpenStack's own default ports.
OFFSETS = {
    'keystone': 500,
    'placement': 778,
    'glance': 292,
    'neutron': 696,
    'nova': 774,
    'cinder': 776,
}


def home():
    """The one folder that holds all that the demo makes."""
    chosen = os.environ.get('DEMO_HOME')
    return pathlib.Path(chosen or CHECKOUT / '.demo').resolve()


def cloud(*parts):
    """A path in the folder of the cloud's data, settings and logs."""
    return home().joinpath('cloud', *parts)


def data(*parts):
    return cloud('data', *parts)


def database(name):
    return data('db', name + '.sqlite')


def log(name):
    return cloud('log', name)


def cloud_venv():
    """The Python environment that OpenStack's services are installed in."""
    return home() / 'cloud-venv'


def cloud_program(name):
    return str(cloud_venv() / 'bin' / name)


def clouds_yaml():
    return home() / 'clouds.yaml'


def asked_port():
    """The base of the cloud's ports that the user asked for, or None."""
    text = os.environ.get('DEMO_CLOUD_PORT')
    if not text:
        return None
    if not text.isdigit() or not 1024 <= int(text) <= 64000:
        raise progress.Trouble(
            'DEMO_CLOUD_PORT is %r.' % text,
            'Set it to a number between 1024 and 64000, or unset it.',
        )
    return int(text)


def free(port):
    """Whether a server of ours could listen on this loopback port."""
    with socket.socket() as probe:
        # As servers do: a connection that just closed is no hindrance.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def tell_taken(name, port, remedy):
    """Raise Trouble when someone else listens on the port."""
    if not free(port):
        raise progress.Trouble(
            'Port %d, which %s needs, is taken by another program.'
            % (port, name),
            remedy,
        )
