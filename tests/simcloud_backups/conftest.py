import pytest

from tests import simcloud
from tests.simcloud_backups import calls


@pytest.fixture
def cloud():
    with simcloud.running() as cloud:
        cloud.shop = cloud.add_project('shop')
        yield cloud


@pytest.fixture
def owner(cloud):
    """The service user, in the project that owns it all."""
    return calls.Caller(cloud, cloud.shop)


@pytest.fixture
def stranger(cloud):
    """The same in another project."""
    return calls.Caller(cloud, cloud.service_project.id)


@pytest.fixture
def member(cloud):
    return calls.Caller(cloud, cloud.shop, plain=True)


@pytest.fixture
def outsider(cloud):
    return calls.Caller(cloud, cloud.add_project('other'), plain=True)


@pytest.fixture
def volume(cloud):
    return cloud.add_volume(cloud.shop, 10, name='data', content='monday')
