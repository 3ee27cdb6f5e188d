"""Real MariaDB and PostgreSQL servers on loopback, for a test or a session.

Each has its own data directory and ends with its context. ``demo/demo
databases`` installs them.
"""

from collections.abc import Iterator
import contextlib
import getpass
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from urllib import parse

import psycopg
import pymysql

from tests import needs

KINDS = ('mariadb', 'postgresql')
_HOST = '127.0.0.1'
_PATIENCE_S = 60
_REFUSED = (psycopg.OperationalError, pymysql.err.OperationalError)


@contextlib.contextmanager
def running(kind: str) -> Iterator['Server']:
    """A server of one of ``KINDS``, without a database of ours yet."""
    server = {'mariadb': MariaDB, 'postgresql': PostgreSQL}[kind]()
    try:
        _need(server)
        server.make()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.folder)


class Server:
    """A server that is not made yet.

    :ivar user: of the operating system, who runs it
    """

    programs = ()
    stop_signal = signal.SIGTERM

    def __init__(self):
        # pytest's own folders are closed to other users.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='rey-database-'))
        self.data = self.folder / 'data'
        self.user = getpass.getuser()
        # It stays the same when the server is stopped and started again.
        self.port = _free_port()
        self._process = None

    def url(self, database: str, user: str, password: str) -> str:
        account = f'{user}:{parse.quote(password, safe="")}'
        return f'{self.scheme}://{account}@{_HOST}:{self.port}/{database}'

    def start(self) -> None:
        with (self.folder / 'log').open('ab') as log:
            self._process = subprocess.Popen(
                self.command(), stdout=log, stderr=log, **self._as_user()
            )
        end = time.monotonic() + _PATIENCE_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                raise AssertionError((self.folder / 'log').read_text())
            time.sleep(0.1)

    def died(self) -> bool:
        """Whether it ended by itself."""
        return self._process is not None and self._process.poll() is not None

    def stop(self) -> None:
        if self._process:
            self._process.send_signal(self.stop_signal)
            self._process.wait(_PATIENCE_S)
            self._process = None

    def _make(self, *command):
        subprocess.run(
            command, check=True, capture_output=True, **self._as_user()
        )

    def _as_user(self):
        if self.user == getpass.getuser():
            return {}
        return {'user': self.user, 'group': self.user, 'extra_groups': []}

    def _answers(self):
        try:
            self.execute('SELECT 1')
        except _REFUSED:
            return False
        return True


class MariaDB(Server):
    scheme = 'mysql'
    programs = ('mariadb-install-db', 'mariadbd')

    def make(self):
        self._make(
            'mariadb-install-db',
            '--no-defaults',
            f'--datadir={self.data}',
            f'--user={self.user}',
            '--auth-root-authentication-method=normal',
            '--skip-name-resolve',
            '--skip-test-db',
        )

    def command(self):
        return [
            _found('mariadbd'),
            '--no-defaults',
            f'--datadir={self.data}',
            f'--user={self.user}',
            f'--bind-address={_HOST}',
            f'--port={self.port}',
            f'--socket={self.folder}/socket',
            '--skip-name-resolve',
            '--innodb-flush-log-at-trx-commit=0',
        ]

    def execute(self, *statements, database=None):
        with (
            pymysql.connect(
                host=_HOST, port=self.port, user='root', database=database
            ) as connection,
            connection.cursor() as cursor,
        ):
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall()

    def add(self, database: str, user: str, password: str) -> None:
        """An empty database, and a user who may do all in it alone."""
        self.execute(
            f'CREATE DATABASE {database} CHARACTER SET utf8mb4',
            f"CREATE USER '{user}' IDENTIFIED BY '{password}'",
            f"GRANT ALL ON {database}.* TO '{user}'",
        )

    def tables(self, database: str) -> set[str]:
        return {row[0] for row in self.execute(f'SHOW TABLES IN {database}')}


class PostgreSQL(Server):
    scheme = 'postgresql'
    programs = ('initdb', 'postgres')
    # Ends at once, whoever is connected.
    stop_signal = signal.SIGINT

    def __init__(self):
        super().__init__()
        if not os.geteuid():
            # It refuses root.
            self.user = 'postgres'
            shutil.chown(self.folder, self.user)

    def make(self):
        self._make(
            _found('initdb'),
            f'--pgdata={self.data}',
            f'--username={self.user}',
            '--encoding=UTF8',
            '--locale=C.UTF-8',
            '--no-sync',
        )
        # Its administrator alone needs no password.
        (self.data / 'pg_hba.conf').write_text(
            f'host all {self.user} {_HOST}/32 trust\n'
            f'host all all {_HOST}/32 scram-sha-256\n'
        )

    def command(self):
        options = {
            'fsync': 'off',
            'listen_addresses': _HOST,
            'port': self.port,
            'unix_socket_directories': self.folder,
        }
        words = [f'--{name}={value}' for name, value in options.items()]
        return [_found('postgres'), '-D', str(self.data), *words]

    def execute(self, *statements, database='postgres'):
        with psycopg.connect(
            host=_HOST,
            port=self.port,
            user=self.user,
            dbname=database,
            autocommit=True,
        ) as connection:
            for statement in statements:
                cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def add(self, database: str, user: str, password: str) -> None:
        """An empty database, and a user who may do all in it alone."""
        self.execute(
            f"CREATE USER {user} PASSWORD '{password}'",
            f'CREATE DATABASE {database} OWNER {user}',
        )

    def tables(self, database: str) -> set[str]:
        rows = self.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
            database=database,
        )
        return {row[0] for row in rows}


def _need(server):
    missing = [name for name in server.programs if not _found(name)]
    if missing:
        needs.lack(f'There is no {missing[0]}: python3 demo/demo databases')


def _found(program):
    """Debian keeps PostgreSQL's out of everybody's way."""
    folders = sorted(
        pathlib.Path('/usr/lib/postgresql').glob('*/bin'),
        key=lambda path: int(path.parent.name),
        reverse=True,
    )
    path = [os.environ['PATH'], '/usr/sbin', *map(str, folders)]
    return shutil.which(program, path=os.pathsep.join(path))


def _free_port():
    with socket.socket() as asked:
        asked.bind((_HOST, 0))
        return asked.getsockname()[1]
