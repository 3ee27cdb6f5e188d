"""The files that Horizon reads: a snippet of settings and the enabled file."""

import pathlib

import rey_dashboard
from rey_dashboard.setup import database as databases

#: Both are called so; a name that begins later is read later.
NAME = '_9000_rey_dashboard.py'
STATE = '# State directory: '
_HEAD = """\
{state}{folder}
#
# Settings of Cloud Operations (rey_dashboard). Leave this file as it is and
# put settings of yours into another one beside it, _9001_rey_dashboard.py:
#     REY_DASHBOARD['CONTACT'] = ['owner']
"""
_DATABASE = '# Horizon itself has no database.\n'
_OPERATORS = '# The database is the one that your settings name.\n'
_DASHBOARD = """
REY_DASHBOARD = {{
    # The entry of clouds.yaml that the worker signs in with.
    'CLOUD': {cloud!r},
    **globals().get('REY_DASHBOARD', {{}}),
}}
"""


def text(
    folder: pathlib.Path,
    cloud: str,
    database: databases.Database | None,
    password: str = '',
) -> str:
    """The snippet.

    :param folder: the state directory, told for a later setup or remove
    :param database: none where the operator's settings have one
    :param password: where it is read from: ``file:PATH`` or ``env:NAME``
    """
    head = _HEAD.format(state=STATE, folder=folder)
    if not database:
        return head + '\n' + _OPERATORS + _DASHBOARD.format(cloud=cloud)
    kind, _, place = password.partition(':')
    imports, expression = '', ''
    if kind == 'file':
        imports = 'import pathlib\n\n'
        expression = f'pathlib.Path({place!r}).read_text().strip()'
    elif kind == 'env':
        imports = 'import os\n\n'
        expression = f"os.environ.get({place!r}, '')"
    body = _DATABASE + database.text(expression)
    return head + '\n' + imports + body + _DASHBOARD.format(cloud=cloud)


def state_folder(snippet: pathlib.Path) -> pathlib.Path | None:
    """The state directory that an installed snippet names."""
    if not snippet.exists():
        return None
    for line in snippet.read_text().splitlines()[:3]:
        if line.startswith(STATE):
            return pathlib.Path(line.removeprefix(STATE))
    return None


def enabled() -> str:
    """The enabled file, as this version of the package brings it."""
    package = pathlib.Path(rey_dashboard.__path__[0])
    return (package / 'enabled' / NAME).read_text()
