"""The plugin's database: from a URL to what Django's settings take."""

import dataclasses
import importlib
from importlib import util
import pathlib
from urllib import parse

from rey_dashboard.setup import faults

_POSTGRESQL = 'django.db.backends.postgresql'
_MYSQL = 'django.db.backends.mysql'
ENGINES = {
    'mariadb': _MYSQL,
    'mysql': _MYSQL,
    'postgres': _POSTGRESQL,
    'postgresql': _POSTGRESQL,
}
#: Python modules of each, one of which must be there, and who brings one
#: without a compiler.
DRIVERS = {
    _MYSQL: (('MySQLdb', 'pymysql'), 'PyMySQL'),
    _POSTGRESQL: (('psycopg', 'psycopg2'), "'psycopg[binary]'"),
}
_SQLITE_OPTIONS = {
    # Seconds that one waits while the other writes.
    'timeout': 30,
    'transaction_mode': 'IMMEDIATE',
    # Readers need not wait for writers.
    'init_command': 'PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL',
}
_EXPECTED = (
    'Write it as postgresql://USER:PASSWORD@HOST:PORT/NAME, '
    'mysql://USER:PASSWORD@HOST:PORT/NAME or sqlite:////FOLDER/FILE; letters '
    'such as @ and / in a password as %40 and %2F.'
)


#: In the settings: they are read before Django looks for its module.
_FIND_MYSQLDB = """\
from rey_dashboard.setup import database as _database

_database.find_mysqldb()
"""


@dataclasses.dataclass(frozen=True)
class Database:
    """``settings`` are Django's, and never hold a password."""

    settings: dict
    password: str = dataclasses.field(default='', repr=False)

    @property
    def sqlite(self) -> pathlib.Path | None:
        """The file, where the database is one."""
        if self.settings['ENGINE'].endswith('sqlite3'):
            return pathlib.Path(self.settings['NAME'])
        return None

    @property
    def mysql(self) -> bool:
        return self.settings['ENGINE'] == _MYSQL

    @property
    def words(self) -> str:
        if self.sqlite:
            return f'SQLite in {self.sqlite}'
        kind = self.settings['ENGINE'].rpartition('.')[2]
        return f'{kind} {self.settings["NAME"]} on {self.settings["HOST"]}'

    def text(self, password: str) -> str:
        """As settings say it; ``password`` is an expression of Python."""
        lines = list(_lines(self.settings, 8))
        if password:
            lines.append(f"        'PASSWORD': {password},")
        inner = '\n'.join(lines)
        databases = (
            f"DATABASES = {{\n    'default': {{\n{inner}\n    }},\n}}\n"
        )
        return (_FIND_MYSQLDB if self.mysql else '') + databases


def sqlite(path: pathlib.Path) -> Database:
    return Database(
        {
            'ENGINE': 'django.db.backends.sqlite3',
            'NAME': str(path),
            'OPTIONS': _SQLITE_OPTIONS,
        }
    )


def parse_url(url: str) -> Database:
    """What the URL says; its text is in no message, for the password in it.

    :raises faults.WrongUse: it cannot be read
    """
    try:
        found = parse.urlsplit(url)
        port = str(found.port or '')
    except ValueError:
        raise faults.WrongUse(
            'The URL of the database cannot be read.', _EXPECTED
        ) from None
    name = parse.unquote(found.path[1:])
    if found.scheme == 'sqlite' and name.startswith('/'):
        return sqlite(pathlib.Path(name))
    if found.scheme not in ENGINES or not (name and found.hostname):
        raise faults.WrongUse(
            'The URL of the database names no kind, host and database that '
            'we know.',
            _EXPECTED,
        )
    engine = ENGINES[found.scheme]
    settings = {
        'ENGINE': engine,
        'NAME': name,
        'HOST': found.hostname,
        'PORT': port,
        'USER': parse.unquote(found.username or ''),
        'OPTIONS': _options(engine, parse.parse_qsl(found.query)),
    }
    return Database(settings, parse.unquote(found.password or ''))


def need_driver(database: Database) -> None:
    """:raises faults.NotWell: this Python cannot speak to the database"""
    modules, package = DRIVERS.get(
        database.settings['ENGINE'], (('sqlite3',), '')
    )
    if not any(util.find_spec(module) for module in modules):
        raise faults.NotWell(
            f'This Python has no {" or ".join(modules)} to speak to '
            f'{database.words}.',
            f"Install it into Horizon's environment: pip install {package}",
        )


def find_mysqldb() -> None:
    """Lets PyMySQL stand in for mysqlclient, the module that Django wants.

    mysqlclient has no wheels for Linux: who has it has a compiler, or a
    package of the distribution.
    """
    if not util.find_spec('MySQLdb') and util.find_spec('pymysql'):
        importlib.import_module('pymysql').install_as_MySQLdb()


def _options(engine, query):
    options = {'charset': 'utf8mb4'} if engine == _MYSQL else {}
    for key, value in query:
        if 'passw' in key:
            raise faults.WrongUse(
                'A password among the options would be seen in the settings.',
                _EXPECTED,
            )
        if engine == _MYSQL and key.startswith('ssl_'):
            options.setdefault('ssl', {})[key[4:]] = value
        else:
            options[key] = value
    return options


def _lines(values, indent):
    space = ' ' * indent
    for key, value in values.items():
        if isinstance(value, dict):
            yield f'{space}{key!r}: {{'
            yield from _lines(value, indent + 4)
            yield f'{space}}},'
        else:
            yield f'{space}{key!r}: {value!r},'
