"""The check of the developer guide, in a package of its own."""

import pathlib
import textwrap

import pytest

from rey_dashboard.checks import registry
from rey_dashboard.inventory import models
from tests import factory
from tests import factory_checks

pytestmark = pytest.mark.django_db

GUIDE = (
    pathlib.Path(__file__).parent.parent / 'doc/source/developer/checks.rst'
)
MOST_LINES = 40


def blocks():
    """The literal blocks of the guide."""
    block = []
    for line in GUIDE.read_text().splitlines():
        if line.startswith('    ') or not line:
            block.append(line)
        else:
            yield textwrap.dedent('\n'.join(block)).strip('\n')
            block = []


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Installed as pip leaves it."""
    code = next(block for block in blocks() if 'class Idle' in block)
    setup = next(block for block in blocks() if '[options' in block)
    (tmp_path / 'our_checks.py').write_text(code)
    told = tmp_path / 'our_checks-1.0.dist-info'
    told.mkdir()
    (told / 'METADATA').write_text('Name: our-checks\nVersion: 1.0\n')
    entry = setup.splitlines()[-1].strip()
    (told / 'entry_points.txt').write_text(f'[{registry.GROUP}]\n{entry}\n')
    monkeypatch.syspath_prepend(tmp_path)
    registry.installed.cache_clear()
    yield code
    registry.installed.cache_clear()


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
    assert len([line for line in package.splitlines() if line]) <= MOST_LINES
