"""The parts that a process reads side by side write one after the other.

Else they would wait for each other in the database: SQLite tries again and
again, and who has bad luck gives up.
"""

from collections.abc import Iterator
import contextlib
import threading
import time

from django import db

from rey_dashboard.inventory import databases

_LOCK = threading.RLock()


class _Last:
    """Who gave up on a lock last: when, and with what error."""

    at = 0.0
    error = None


@contextlib.contextmanager
def turn() -> Iterator[None]:
    """To be taken before a transaction begins.

    :raises db.Error: also when another part, while this one waited for it,
        gave up on a lock that somebody else holds
    """
    begin = time.monotonic()
    with _LOCK:
        if _Last.at > begin:
            raise type(_Last.error)(*_Last.error.args) from (
                _Last.error.__cause__
            )
        try:
            yield
        except db.OperationalError as error:
            if databases.kind_of(error) is databases.Kind.LOCKED:
                _Last.at, _Last.error = time.monotonic(), error
            raise
