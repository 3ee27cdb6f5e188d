"""The demo's Horizon with a database, sessions and caches of its own."""

import os
import pathlib
import sys

# The drivers of MariaDB and PostgreSQL; all else is Horizon's own.
sys.path.append(os.environ['REY_LOAD_DRIVERS'])

from openstack_dashboard.settings import *  # noqa: F403

from rey_dashboard.setup import database

_chosen = database.parse_url(os.environ['REY_LOAD_DATABASE'])
if _chosen.mysql:
    database.find_mysqldb()
DATABASES = {
    'default': {**_chosen.settings, 'PASSWORD': _chosen.password},
}
CACHES['default']['LOCATION'] = str(  # noqa: F405
    pathlib.Path(os.environ['REY_LOAD_SESSIONS'])
)
