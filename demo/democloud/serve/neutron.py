"""Neutron: its tables, its API."""

import sys

from neutron.db.migration.models import head
import sqlalchemy

from democloud import places
from democloud.serve import tables


def start(args):
    tables.make('neutron', ['neutron'], _make_tables, [['create']])
    sys.argv = ['neutron-api', '--config-file', args.conf]
    # Importing the API reads the configuration.
    from neutron import policy
    from neutron.wsgi import api

    from democloud.serve import agents

    # Else two first calls at once make it, and one of them is refused.
    policy.init()
    agents.start()
    return api.application


def _make_tables():
    """From the models: neutron's migrations cannot run on SQLite."""
    url = 'sqlite:///%s' % places.database('neutron')
    head.get_metadata().create_all(sqlalchemy.create_engine(url))
