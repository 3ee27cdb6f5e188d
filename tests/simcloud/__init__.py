"""A simulated cloud that services' clients cannot tell from a real one.

What it answers was found out from a real one (keystone 30, nova 34, cinder
29, neutron 29, placement 16); ``tests/e2e/contract`` asks both the same
questions. Its state is changed from Python; of writing calls it has the
sign-in and those that tasks make.
"""

from collections.abc import Iterator
import contextlib
import json
import pathlib
import subprocess
import sys

from tests.simcloud import cloud as simulated

ROOT = pathlib.Path(__file__).resolve().parents[2]
#: Where those that run now answer; tests may call nobody else.
_ADDRESSES = set()


@contextlib.contextmanager
def running(page: int = 1000, **options) -> Iterator[simulated.Cloud]:
    """A cloud whose services answer on 127.0.0.1 until the block ends.

    :param page: the most rows that a page of nova and cinder has
    """
    cloud = simulated.Cloud(page=page, **options)
    try:
        with _admitted(cloud.addresses):
            yield cloud
    finally:
        cloud.end()


@contextlib.contextmanager
def process(*arguments: str) -> Iterator[dict]:
    """One in a process of its own, that takes none of ours' memory or time.

    :param arguments: of ``python -m tests.simcloud``
    :return: what that prints
    """
    with subprocess.Popen(
        [sys.executable, '-m', 'tests.simcloud', *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    ) as started:
        # It ends with its standard input.
        told = json.loads(started.stdout.readline())
        with _admitted(told['addresses']):
            yield told


@contextlib.contextmanager
def _admitted(addresses):
    _ADDRESSES.update(addresses)
    try:
        yield
    finally:
        _ADDRESSES.difference_update(addresses)


def is_ours(url: str) -> bool:
    """Whether it leads to a simulated cloud that runs now."""
    return any(url.startswith(f'{address}/') for address in _ADDRESSES)
