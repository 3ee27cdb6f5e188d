"""Glance: its tables, its API."""

import os

from glance.cmd import manage

from democloud.serve import tables


def start(args):
    os.environ['OS_GLANCE_CONFIG_DIR'] = os.path.dirname(args.conf)
    commands = [['--config-file', args.conf, 'db_sync']]
    tables.make('glance', ['glance'], manage.main, commands)
    from glance.wsgi import api

    return api.application
