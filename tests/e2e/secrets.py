"""Looks for secrets where none may be: in answers, logs and the database."""

import json
import re
import sqlite3

#: Keystone's Fernet tokens; nothing else begins so.
TOKEN = re.compile(rb'gAAAA[A-Za-z0-9_=-]{40,}')
#: The accounts' password is a word that stands on many pages.
PASSWORD = re.compile(rb'password["\']?\s*[:=]\s*["\']?demo\b', re.IGNORECASE)


class Search:
    """What was found so far, and in how much.

    :param home: the demo's folder
    """

    def __init__(self, home):
        self._home = home
        self._known = _known(home)
        self.found = []
        self.looked_at = 0

    def look(self, where: str, content: bytes) -> None:
        self.looked_at += 1
        wrong = [name for name, text in self._known.items() if text in content]
        if TOKEN.search(content):
            wrong.append('a token')
        if PASSWORD.search(content):
            wrong.append('a password')
        self.found += [f'{name} in {where}' for name in wrong]

    def look_at_logs(self) -> None:
        """Those of Horizon and of the worker."""
        for path in (self._home / 'dashboard' / 'log').iterdir():
            self.look(path.name, path.read_bytes())

    def look_at_database(self) -> None:
        """Every row of the dashboard's tables."""
        data = self._home / 'dashboard' / 'data'
        for path in data.glob('*/rey_dashboard.sqlite3'):
            uri = f'file:{path}?mode=ro'
            with sqlite3.connect(uri, uri=True) as connection:
                for statement in connection.iterdump():
                    self.look(path.name, statement.encode())


def _known(home):
    """The demo's random secrets."""
    state = json.loads((home / 'cloud' / 'state.json').read_text())
    found = {
        f'the secret of {name}': text.encode()
        for name, text in state['secrets'].items()
    }
    key = home / 'dashboard' / 'data' / 'secret_key'
    found["Horizon's secret key"] = key.read_bytes().strip()
    return found
