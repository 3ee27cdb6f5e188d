"""Knows our own files again by a first line with a digest of the rest."""

import hashlib
import pathlib

BEGIN = '# Written by rey-dashboard setup, sha256:'

ABSENT = 'absent'
#: As we wrote it, whatever version of us did.
OURS = 'ours'
#: We wrote it, and somebody changed it by hand.
CHANGED = 'changed'
FOREIGN = 'foreign'


def marked(text: str) -> str:
    return f'{BEGIN}{_digest(text)}\n{text}'


def state(path: pathlib.Path) -> str:
    if not path.exists():
        return ABSENT
    mark, text = _parts(path)
    if mark is None:
        return FOREIGN
    return OURS if mark == _digest(text) else CHANGED


def built_on(path: pathlib.Path, text: str) -> bool:
    """Whether a changed file began as this text: then nothing is new."""
    return _parts(path)[0] == _digest(text)


def _parts(path):
    first, _, text = path.read_text().partition('\n')
    if not first.startswith(BEGIN):
        return None, text
    return first.removeprefix(BEGIN), text


def _digest(text):
    return hashlib.sha256(text.encode()).hexdigest()
