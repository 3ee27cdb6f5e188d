"""The services' databases, as the bulk seeder writes them."""

import datetime as dt
import os
import pathlib
import random
import uuid

import sqlalchemy

NAMES = [
    'placement',
    'nova_api',
    'nova',
    'cinder',
    'neutron',
    'keystone',
]
# The services write too while the bulk goes in.
BUSY_SECONDS = 120
# The databases' own way: UTC without a zone.
NOW = dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)


class Databases:
    """One transaction on each; commit() ends them in the order of NAMES."""

    def __init__(self):
        folder = pathlib.Path(os.environ['DEMO_CLOUD_DB'])
        for name in NAMES:
            setattr(self, name, Database(folder / (name + '.sqlite')))

    def commit(self):
        for name in NAMES:
            getattr(self, name).connection.commit()


class Database:
    def __init__(self, path):
        self._engine = sqlalchemy.create_engine(
            'sqlite:///%s' % path, connect_args={'timeout': BUSY_SECONDS}
        )
        self._metadata = sqlalchemy.MetaData()
        self.connection = self._engine.connect()

    def table(self, name):
        return sqlalchemy.Table(
            name, self._metadata, autoload_with=self._engine
        )

    def rows(self, name, **columns):
        """All rows of a table, as dictionaries, whose columns are so.

        A tuple stands for any of its values.
        """
        table = self.table(name)
        query = sqlalchemy.select(table)
        for column, value in columns.items():
            column = table.c[column]
            many = isinstance(value, tuple)
            query = query.where(column.in_(value) if many else column == value)
        found = self.connection.execute(query)
        return [dict(row) for row in found.mappings()]

    def insert(self, name, rows):
        if rows:
            self.connection.execute(self.table(name).insert(), rows)

    def next_id(self, name):
        column = self.table(name).c.id
        query = sqlalchemy.select(sqlalchemy.func.max(column))
        return (self.connection.execute(query).scalar() or 0) + 1


def copy(row, **changes):
    """A copy of a row without its id, which the database gives."""
    made = {**row, **changes}
    if 'id' not in changes:
        made.pop('id')
    return made


class Chance(random.Random):
    """Random, but always the same for a project."""

    def uuid(self):
        return str(uuid.UUID(int=self.getrandbits(128), version=4))

    def time_ago(self, days):
        """A time within the last days."""
        return NOW - dt.timedelta(seconds=self.randrange(60, days * 86400))
