"""What an error of our own database means: plain words with the way out."""

import enum
import os
import pathlib
import re
import shutil

from django import db
from django.db.backends import signals

from rey_dashboard.cloud import faults

#: Longest wait for what another session has locked. Two of the three
#: databases would wait for hours, or for ever.
WAIT_S = 30
#: A transaction that does nothing for so long is of a process that stands
#: still or of a host that is gone: the server ends it, with its locks.
IDLE_S = 120
MIGRATE = (
    "rey-dashboard setup does it; by hand, as the web server's user: "
    'django-admin migrate rey_dashboard '
    '--settings openstack_dashboard.settings'
)
#: A full disk shows in other errors, too, when less than this is free.
_FULL_BYTES = 1 << 20


class Kind(enum.Enum):
    FULL = 'full'
    LOCKED = 'locked'
    TABLES = 'tables'
    CLOSED = 'closed'
    AWAY = 'away'
    DAMAGED = 'damaged'
    OTHER = 'other'


#: What SQLite says; it never translates it.
_SQLITE = {
    'disk is full': Kind.FULL,
    'is locked': Kind.LOCKED,
    'no such (table|column)|has no column': Kind.TABLES,
    'readonly|read-only|unable to open': Kind.CLOSED,
    'malformed|not a database': Kind.DAMAGED,
}
#: States of SQL, and what they begin with.
_POSTGRESQL = {
    '53100': Kind.FULL,
    '55P03': Kind.LOCKED,
    '40P01': Kind.LOCKED,
    '42P01': Kind.TABLES,
    '42703': Kind.TABLES,
    '42501': Kind.CLOSED,
    '25006': Kind.CLOSED,
    '28': Kind.CLOSED,
    '08': Kind.AWAY,
    '25P03': Kind.AWAY,
    '533': Kind.AWAY,
    '57P': Kind.AWAY,
}
_MYSQL = {
    Kind.FULL: (1021, 1114),
    Kind.LOCKED: (1205, 1213),
    Kind.TABLES: (1054, 1146),
    Kind.CLOSED: (1044, 1045, 1142, 1227, 1290, 1792, 1836),
    Kind.AWAY: (0, 1040, 1053, 1927, 2002, 2003, 2006, 2013, 2055),
}
_WORDS = {
    Kind.FULL: 'The disk of the database is full.',
    Kind.LOCKED: 'The database is locked by another process.',
    Kind.TABLES: 'The tables are missing, or of another version.',
    Kind.CLOSED: 'The database refuses what it is asked.',
    Kind.AWAY: 'The database does not answer.',
    Kind.DAMAGED: 'The database is damaged.',
    Kind.OTHER: 'The database cannot be used.',
}
_GOES_ON = 'Then the next collection repairs all.'
_LOOK = (
    'Look whether the server that DATABASES names runs, what its log tells (a '
    'full disk may end it), and: rey-dashboard check --only database'
)
_REMEDIES = {
    Kind.FULL: "Make room on the disk of the database's server: df -h there. "
    + _GOES_ON,
    Kind.TABLES: f'Migrate: {MIGRATE}. When the tables are newer than this '
    'rey-dashboard, upgrade it.',
    Kind.CLOSED: "Give the database's account the rights to write: SELECT, "
    'INSERT, UPDATE and DELETE, and for migrating CREATE, ALTER, INDEX, DROP.',
    Kind.AWAY: _LOOK,
    Kind.OTHER: _LOOK,
}
_WHO_LOCKS = {
    'postgresql': 'SELECT pid, usename, client_addr, xact_start, query FROM '
    'pg_stat_activity WHERE xact_start IS NOT NULL ORDER BY xact_start; and '
    'end it: SELECT pg_terminate_backend(PID);',
    'mysql': 'SHOW FULL PROCESSLIST; SELECT trx_mysql_thread_id, trx_started '
    'FROM information_schema.innodb_trx; and end it: KILL ID;',
}


def explain(error: db.Error) -> faults.Explanation:
    """The error in plain words, then as the database told it; a remedy."""
    kind = kind_of(error)
    told = ' '.join(str(error).split()) or type(error).__name__
    remedy = _remedy_of_file(kind) if file() else _remedy_of_server(kind)
    return faults.Explanation(f'{_WORDS[kind]} ({told})', remedy)


def file() -> pathlib.Path | None:
    """SQLite's; none with another database."""
    if db.connection.vendor != 'sqlite':
        return None
    return pathlib.Path(db.connection.settings_dict['NAME']).absolute()


def kind_of(error: db.Error) -> Kind:
    if file():
        return _kind_of_sqlite(str(error))
    if db.connection.vendor == 'postgresql':
        cause = error.__cause__
        # Of psycopg, and of psycopg2.
        state = getattr(cause, 'sqlstate', None) or getattr(
            cause, 'pgcode', None
        )
        return _kind_of_postgresql(state or '08')
    number = error.args[0] if error.args else 0
    return next(
        (kind for kind, codes in _MYSQL.items() if number in codes), Kind.OTHER
    )


def _kind_of_sqlite(words):
    for pattern, kind in _SQLITE.items():
        if re.search(pattern, words):
            # Without room it cannot make the files that readers need.
            return Kind.FULL if kind is Kind.CLOSED and _is_full() else kind
    return Kind.FULL if _is_full() else Kind.OTHER


def _kind_of_postgresql(state):
    for begin, kind in _POSTGRESQL.items():
        if state.startswith(begin):
            return kind
    return Kind.OTHER


def _is_full():
    try:
        return shutil.disk_usage(file().parent).free < _FULL_BYTES
    except OSError:
        return False


def _remedy_of_server(kind):
    if kind is Kind.LOCKED:
        who = _WHO_LOCKS.get(db.connection.vendor, '')
        return f'Look in the database who holds the lock: {who} {_GOES_ON}'
    return _REMEDIES.get(kind, _LOOK)


def _remedy_of_file(kind):
    match kind:
        case Kind.FULL:
            return (
                f'Make room on the file system of {file()}: '
                f'df -h {file().parent}. {_GOES_ON}'
            )
        case Kind.LOCKED:
            held = ', '.join(_writers()) or 'not seen from here'
            return (
                f'Who writes into it: {held}. End that, or look who has it '
                f'open: fuser -v {file()}. {_GOES_ON}'
            )
        case Kind.TABLES:
            return _REMEDIES[kind]
        case Kind.CLOSED:
            return (
                'Give the users of the worker and of the web server a group '
                f'that may write {file()} and its folder.'
            )
        case Kind.DAMAGED:
            return (
                f'Stop the worker, and bring {file()} back from a backup; or '
                'move it away and make a new one, without the history: '
                f'{MIGRATE}'
            )
    return (
        f'Look at the disk and the rights of {file()}: rey-dashboard check '
        '--only database'
    )


def _writers():
    """Who holds a lock for writing on SQLite's files, as Linux tells it."""
    try:
        locks = pathlib.Path('/proc/locks').read_text().splitlines()
    except OSError:
        return
    ours = set()
    for path in (file(), file().with_name(f'{file().name}-shm')):
        if path.exists():
            held = path.stat()
            major, minor = os.major(held.st_dev), os.minor(held.st_dev)
            ours.add(f'{major:02x}:{minor:02x}:{held.st_ino}')
    for line in locks:
        # Number, class, mode, kind, process, file, first and last byte.
        fields = line.split()
        if fields[3] == 'WRITE' and fields[5] in ours:
            yield f'process {fields[4]}{_name(fields[4])}'


def _name(process):
    try:
        return f' ({pathlib.Path("/proc", process, "comm").read_text()[:-1]})'
    except OSError:
        return ''


def limit_waits() -> None:
    """Has the connections of this process give up instead of waiting long."""
    signals.connection_created.connect(
        _limit_waits, dispatch_uid='rey_dashboard.limit_waits'
    )


def _limit_waits(connection, **_):
    match connection.vendor:
        case 'sqlite':
            orders = [f'PRAGMA busy_timeout = {round(WAIT_S * 1000)}']
        case 'postgresql':
            orders = [
                f"SET lock_timeout = '{WAIT_S}s'",
                f"SET idle_in_transaction_session_timeout = '{IDLE_S}s'",
            ]
        case _:
            orders = [
                f'SET innodb_lock_wait_timeout = {WAIT_S}',
                f'SET lock_wait_timeout = {WAIT_S}',
            ]
            if connection.mysql_is_mariadb:
                orders.append(f'SET idle_transaction_timeout = {IDLE_S}')
    with connection.cursor() as cursor:
        for order in orders:
            cursor.execute(order)


def let_go() -> None:
    """After an error: the next use connects anew.

    SQLite's file stays open: with the last who has it open go the files that
    readers need, and on a full disk nobody could make them again.
    """
    if db.connection.vendor != 'sqlite':
        db.connection.close()
