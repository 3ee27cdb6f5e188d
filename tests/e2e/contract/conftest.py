"""A real cloud and the simulated one, asked the same questions.

What the collector builds on is told by both: so the simulated one tells what
a real one tells.
"""

import pytest

from tests import simcloud
from tests.e2e.contract import demo_side
from tests.e2e.contract import listings
from tests.e2e.contract import simulated_side


@pytest.fixture(
    scope='package',
    params=['simulated', pytest.param('demo', marks=pytest.mark.browser)],
)
def side(request, tmp_path_factory):
    """A cloud with the contract's own domain in it."""
    folder = tmp_path_factory.mktemp('contract')
    if request.param == 'demo':
        demo = request.getfixturevalue('demo')
        side = demo_side.Demo(demo.clouds_yaml, folder)
        with side.made():
            yield side
        return
    with simcloud.running() as cloud:
        side = simulated_side.Simulated(cloud, folder / 'clouds.yaml')
        with side.made():
            yield side


@pytest.fixture(scope='package')
def doomed(side):
    """A server that was made, seen by Placement, and deleted again."""
    before = side.bare.providers()
    server_id = side.new_server('doomed')
    after = side.bare.providers()
    host = listings.server(side, server_id)['OS-EXT-SRV-ATTR:host']
    # Nova's times are in whole seconds.
    side.let_time_pass()
    side.rename_server(side.servers[1], 'after')
    side.delete_server(server_id)
    return server_id, host, before, after
