"""The database of the demo's Cinder, changed behind Cinder's back."""

import contextlib
import sqlite3


def write(demo, statement, *values):
    path = demo.home / 'cloud' / 'data' / 'db' / 'cinder.sqlite'
    with contextlib.closing(sqlite3.connect(path, timeout=60)) as database:
        done = database.execute(statement, values)
        database.commit()
    assert done.rowcount > 0 or statement.startswith('DELETE'), statement
