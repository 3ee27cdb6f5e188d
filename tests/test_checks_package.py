"""The check of the developer guide, in a package of its own."""

import pytest

from rey_dashboard.checks import registry
from rey_dashboard.inventory import models
from tests import factory
from tests import factory_checks
from tests import guide_package

pytestmark = pytest.mark.django_db


@pytest.fixture
def package(tmp_path, monkeypatch):
    with guide_package.installed(
        tmp_path, monkeypatch, 'checks.rst', 'class Idle', registry
    ) as code:
        yield code


def address(address_id, port_id=''):
    models.FloatingIp.objects.create(
        region=factory.REGION,
        id=address_id,
        project_id='p',
        port_id=port_id,
        seen=1,
    )


def test_another_packages_check_finds_and_sees_it_mended(package):
    factory.collected()
    address('a')
    address('b')
    address('used', port_id='port')
    factory_checks.look()
    (finding,) = factory_checks.open_ones('idle_addresses')
    assert finding.title == '2 floating IPs of p lead nowhere'
    check = registry.installed()['idle_addresses']
    (command,) = check.runbook(finding).commands
    assert command.line == 'openstack floating ip list --project p'
    models.FloatingIp.objects.update(port_id='port')
    factory_checks.look()
    assert not factory_checks.open_ones('idle_addresses')


def test_the_guides_check_is_short(package):
    assert guide_package.lines_of(package) <= guide_package.MOST_LINES
