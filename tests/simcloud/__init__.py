"""A simulated cloud that services' clients cannot tell from a real one.

What it answers was found out from a real one (keystone 30, nova 34, cinder
29, neutron 29, placement 16); ``tests/e2e/test_contract.py`` asks both the
same questions. Its state is changed from Python, or not at all: it has no
writing calls but the sign-in.
"""

from collections.abc import Iterator
import contextlib

from tests.simcloud import cloud as simulated

#: Those that run now in this process; tests may call no others.
clouds = []


@contextlib.contextmanager
def running(page: int = 1000, **options) -> Iterator[simulated.Cloud]:
    """A cloud whose services answer on 127.0.0.1 until the block ends.

    :param page: the most rows that a page of nova and cinder has
    """
    cloud = simulated.Cloud(page=page, **options)
    clouds.append(cloud)
    try:
        yield cloud
    finally:
        clouds.remove(cloud)
        cloud.end()


def is_ours(url: str) -> bool:
    """Whether it leads to a simulated cloud that runs in this process."""
    return any(
        url.startswith(f'{port.url}/')
        for cloud in clouds
        for port in cloud.ports.values()
    )
