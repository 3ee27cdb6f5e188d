"""Whether a database server takes us, tried before anything is written."""

import re

from rey_dashboard.setup import database as databases
from rey_dashboard.setup import faults
from rey_dashboard.setup import place as places

_LOOK = (
    'Look whether the server runs and lets this host in, and whether the URL '
    'of --database names it rightly.'
)
_ACCOUNT = 'Give the right user and password in the URL of --database.'
_ADMINISTRATOR = 'Say as an administrator of the server: '
#: Remedies by what the server says; the first that fits counts.
_POSTGRESQL = (
    ('password', _ACCOUNT),
    (
        'database ".*" does not exist',
        _ADMINISTRATOR + 'CREATE DATABASE "{name}" OWNER "{user}";',
    ),
    (
        'permission denied',
        'Say as an administrator, in that database: '
        'GRANT ALL ON SCHEMA public TO "{user}";',
    ),
    (
        'character set',
        'It needs UTF8. Where the database is yours alone, make it anew: '
        'DROP DATABASE "{name}"; CREATE DATABASE "{name}" OWNER "{user}" '
        "ENCODING 'UTF8' TEMPLATE template0;",
    ),
)
_GRANT = "GRANT ALL ON `{name}`.* TO '{user}';"
_MYSQL = (
    (r'\(1045,', _ACCOUNT),
    (
        # The same for a database that is not there and one not allowed.
        r'\(104[49],',
        _ADMINISTRATOR
        + 'CREATE DATABASE IF NOT EXISTS `{name}` CHARACTER SET utf8mb4; '
        + _GRANT,
    ),
    (r'\(1142,', _ADMINISTRATOR + _GRANT),
    (
        'character set',
        _ADMINISTRATOR + 'ALTER DATABASE `{name}` CHARACTER SET utf8mb4;',
    ),
)


def server(place: places.Place, making: bool) -> None:
    """Signs in to the server, where the database is on one.

    :param making: also makes a table there, and drops it
    :raises faults.NotWell: it fails, with the server's own words
    """
    database = place.database
    if database is None or database.sqlite:
        return
    given = {**database.settings, 'PASSWORD': place.password()}
    answer = place.horizon.order(
        'reach', *(['making'] if making else []), given=given
    )
    if answer['error']:
        raise faults.NotWell(
            f'Nothing was done: {database.words} cannot be used. '
            f'{answer["error"]}',
            _remedy(database, answer['error']),
        )


def _remedy(database: databases.Database, error: str) -> str:
    for pattern, remedy in _MYSQL if database.mysql else _POSTGRESQL:
        if re.search(pattern, error):
            return remedy.format(
                name=database.settings['NAME'], user=database.settings['USER']
            )
    return _LOOK
