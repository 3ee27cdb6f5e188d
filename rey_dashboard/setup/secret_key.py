"""Keeps our commands from making, or needing, Horizon's secret key.

Horizon 27 makes the key's file when its settings are first read, for the user
who reads them, with rights 0600 that it insists on
(``horizon/utils/secret_key.py``). Made by root it would lock out the web
server; made by the web server it locks out the worker's own user. Nothing of
ours signs anything.
"""

import secrets

from horizon.utils import secret_key

#: The file that the settings asked for last; no other setting tells it where
#: a distribution keeps it elsewhere than in ``LOCAL_PATH`` (Debian).
file = ''


def spare() -> None:
    """From now on this process reads the key or makes one up."""
    secret_key.generate_or_read_from_file = _read_or_make_up


def _read_or_make_up(key_file='.secret_key', key_length=64):
    global file
    file = key_file
    try:
        return secret_key.read_from_file(key_file)
    except (OSError, secret_key.FilePermissionError):
        return secrets.token_urlsafe(key_length)
