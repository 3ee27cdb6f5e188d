"""Tells whether files have changed since something was made of them."""

import hashlib
import os
import pathlib

UNWANTED = ('.pyc', '.swp', '~')


def digest(folders):
    """A digest of the content of all files in these folders."""
    total = hashlib.sha256()
    for path in sorted(_files(folders)):
        total.update(str(path).encode() + b'\0')
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _files(folders):
    for top in folders:
        # Links to folders are not followed.
        for folder, _, names in os.walk(top):
            for name in names:
                if not name.endswith(UNWANTED):
                    yield pathlib.Path(folder, name)
