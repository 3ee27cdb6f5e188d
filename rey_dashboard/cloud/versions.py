"""What a version document tells; each service has its own kind of it."""

import dataclasses
import json
import re

_MAJOR = re.compile(r'/v(\d+)')
_NUMBERS = re.compile(r'\d+')
_GOOD = ('CURRENT', 'SUPPORTED', 'STABLE')


@dataclasses.dataclass(frozen=True)
class Versions:
    """Empty where the service does not tell; microversions most do not.

    :param id: of the API: ``v2.1``, ``v3``
    :param least: the oldest microversion
    :param most: the newest one
    """

    id: str = ''
    least: str = ''
    most: str = ''


UNKNOWN = Versions()


def read(body: bytes, path: str) -> Versions:
    """Of a document with several, the one that the path names."""
    try:
        rows = list(_rows(json.loads(body)))
    except (ValueError, RecursionError):
        rows = []
    if not rows:
        return UNKNOWN
    named = _MAJOR.search(path)

    def rank(row):
        numbers = [int(number) for number in _NUMBERS.findall(row['id'])]
        is_named = bool(named) and numbers[:1] == [int(named[1])]
        is_good = str(row.get('status', '')).upper() in _GOOD
        return is_named, is_good, numbers

    best = max(rows, key=rank)
    return Versions(
        best['id'],
        _text(best.get('min_version')),
        _text(best.get('version') or best.get('max_version')),
    )


def _rows(document):
    """Lists of them, one alone, and Keystone's list within an object."""
    if not isinstance(document, dict):
        return
    found = document.get('versions') or document.get('version')
    if isinstance(found, dict):
        found = found.get('values', [found])
    for row in found if isinstance(found, list) else ():
        if isinstance(row, dict) and _text(row.get('id')):
            yield row


def _text(value):
    is_short = isinstance(value, str) and len(value) <= 32
    return value.replace('\0', '') if is_short else ''
