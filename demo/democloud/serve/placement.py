"""Placement: its tables, its API."""

import os

from placement.cmd import manage

from democloud.serve import tables


def start(args):
    os.environ['OS_PLACEMENT_CONFIG_DIR'] = os.path.dirname(args.conf)
    commands = [['--config-file', args.conf, 'db', 'sync']]
    tables.make('placement', ['placement'], manage.main, commands)
    from placement.wsgi import api

    return api.application
