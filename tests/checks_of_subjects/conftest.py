import pytest

from tests import factory


@pytest.fixture(autouse=True)
def read():
    factory.collected()
    factory.domain('default')
    factory.project('p')
