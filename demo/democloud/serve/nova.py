"""Nova: its tables, and all its services in this process."""

import os
import time

from keystoneauth1 import exceptions as keystone_errors
from nova.cmd import manage
import nova.conf

from democloud import places
from democloud.serve import tables


def start(args):
    os.environ['OS_NOVA_CONFIG_DIR'] = os.path.dirname(args.conf)
    _make_tables(args)
    # Importing it reads the configuration.
    from nova.wsgi import osapi_compute

    from democloud.serve import bulkhosts
    from democloud.serve import computes

    _wait_for_placement()
    computes.start()
    bulkhosts.start(nova.conf.CONF.database.connection)
    return osapi_compute.application


def _make_tables(args):
    def database(name):
        return 'sqlite:///%s' % places.database(name)

    conf = ['--config-file', args.conf]
    cell0 = ['--database_connection', database('nova_cell0')]
    cell1 = ['--database_connection', database('nova')]
    cell1 += ['--name', 'cell1', '--transport-url', 'fake:///']
    tables.make(
        'nova',
        ['nova_api', 'nova', 'nova_cell0'],
        manage.main,
        [
            [*conf, 'api_db', 'sync'],
            [*conf, 'cell_v2', 'map_cell0', *cell0],
            [*conf, 'db', 'sync'],
            [*conf, 'cell_v2', 'create_cell', *cell1],
        ],
    )


def _wait_for_placement():
    """A compute service that finds no Placement at its start stays useless.

    At the first start this also waits until nova's account was made.
    """
    from nova import utils

    for _ in range(600):
        try:
            placement = utils.get_ksa_adapter('placement')
            if placement.get('/', raise_exc=False).ok:
                return
        except keystone_errors.ClientException:
            pass
        time.sleep(0.2)
    raise SystemExit('Placement did not answer in two minutes.')
