"""Settings that let OpenStack's services share SQLite files.

oslo.db emits a plain BEGIN. A transaction that reads and then writes fails at
once with "database is locked" when someone else wrote in between, however
long the busy timeout. Transactions that an enginefacade *writer* opens begin
with BEGIN IMMEDIATE instead, so that they wait their turn.
"""

from oslo_db.sqlalchemy import enginefacade
import sqlalchemy
from sqlalchemy import event

PRAGMAS = [
    'journal_mode = WAL',
    # Survives a killed process; a power cut may cost the demo's data.
    'synchronous = OFF',
    'busy_timeout = 60000',
    'cache_size = -16384',
]


def adapt():
    """Hook into SQLAlchemy and oslo.db, before any engine is made."""
    event.listen(sqlalchemy.engine.Engine, 'connect', _connected)
    event.listen(
        sqlalchemy.engine.Engine,
        'before_cursor_execute',
        _begin_immediate,
        retval=True,
    )
    factory = enginefacade._TransactionFactory
    factory._create_session = _marking(factory._create_session)


def _connected(connection, record):
    for pragma in PRAGMAS:
        connection.execute('PRAGMA ' + pragma)


def _begin_immediate(conn, cursor, statement, parameters, context, many):
    if statement == 'BEGIN' and conn.get_execution_options().get('writes'):
        statement = 'BEGIN IMMEDIATE'
    return statement, parameters


def _marking(create_session):
    """Mark the engine of sessions that were opened to write."""

    def create(self, mode, bind=None):
        session = create_session(self, mode, bind)
        writes = mode is enginefacade._WRITER
        if writes and isinstance(session.bind, sqlalchemy.engine.Engine):
            session.bind = session.bind.execution_options(writes=True)
        return session

    return create
