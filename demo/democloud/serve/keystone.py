"""Keystone: its tables, its keys, its first account, its API."""

import getpass
import grp
import os

from keystone.cmd import manage

from democloud import accounts
from democloud.serve import tables


def start(args):
    os.environ['OS_KEYSTONE_CONFIG_FILES'] = args.conf
    _make_tables(args)
    from keystone.wsgi import api

    return api.application


def _make_tables(args):
    conf = ['--config-file', args.conf]
    owner = ['--keystone-user', getpass.getuser()]
    owner += ['--keystone-group', grp.getgrgid(os.getgid()).gr_name]
    url = 'http://127.0.0.1:%d/v3' % args.port
    bootstrap = ['bootstrap', '--bootstrap-password', accounts.PASSWORD]
    bootstrap += ['--bootstrap-region-id', accounts.REGION]
    for interface in ('public', 'internal', 'admin'):
        bootstrap += ['--bootstrap-%s-url' % interface, url]
    tables.make(
        'keystone',
        ['keystone'],
        manage.main,
        [
            [*conf, 'fernet_setup', *owner],
            [*conf, 'credential_setup', *owner],
            [*conf, 'db_sync'],
            [*conf, *bootstrap],
        ],
    )
