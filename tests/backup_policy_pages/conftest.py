import pytest

from tests import factory
from tests import factory_policies


@pytest.fixture
def volumes():
    factory.collected()
    factory.domain('default')
    factory.domain('research')
    factory_policies.project('p', 'default', 'a')
    factory_policies.project('q', 'research', 'b', 'c')


@pytest.fixture
def manager(sign_in, volumes):
    factory.domain_role('research')
    return sign_in('member')
