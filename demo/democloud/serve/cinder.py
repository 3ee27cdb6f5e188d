"""Cinder: its tables, and all its services in this process."""

import sys

# The first decides for threads, so nothing else of cinder may come before;
# the last is here for the options that it registers.
from cinder.cmd import backup  # noqa: F401
from cinder.cmd import manage
from cinder.cmd import volume  # noqa: F401

from democloud.serve import tables


def start(args):
    commands = [['--config-file', args.conf, 'db', 'sync']]
    tables.make('cinder', ['cinder'], manage.main, commands)
    sys.argv = ['cinder-api', '--config-file', args.conf]
    # Importing it reads the configuration.
    from cinder.wsgi import api

    from democloud.serve import volumes

    volumes.start()
    return api.application
