"""Stands in for the network agents, which there are none of.

Neutron binds a server's port only where an agent is alive, and a port is
"ACTIVE" only when an agent says so. A host that is stopped has a dead agent.
"""

import threading
import time

from neutron_lib import constants
from neutron_lib import context
from neutron_lib.api.definitions import portbindings
from neutron_lib.plugins import directory

from democloud import hosts

EVERY_SECONDS = 5
AGENT = {
    'agent_type': constants.AGENT_TYPE_OVS,
    'binary': 'neutron-openvswitch-agent',
    'topic': constants.L2_AGENT_TOPIC,
    'configurations': {'integration_bridge': 'br-int', 'devices': 0},
}


def start():
    _report()
    threading.Thread(target=_run, daemon=True).start()


def _run():
    while True:
        time.sleep(EVERY_SECONDS)
        _report()
        _plug()


def _report():
    plugin = directory.get_plugin()
    stopped = hosts.stopped()
    for host in hosts.names():
        if host not in stopped:
            plugin.create_or_update_agent(
                context.get_admin_context(), {**AGENT, 'host': host}
            )


def _plug():
    """Say of ports and floating IPs in use that they work."""
    admin = context.get_admin_context()
    plugin = directory.get_plugin()
    down = {'status': [constants.PORT_STATUS_DOWN]}
    for port in plugin.get_ports(admin, filters=down):
        failed = port[portbindings.VIF_TYPE] == 'binding_failed'
        if port['device_id'] and not failed:
            plugin.update_port_status(
                admin, port['id'], constants.PORT_STATUS_ACTIVE
            )
    router = directory.get_plugin('L3_ROUTER_NAT')
    for address in router.get_floatingips(admin, filters=down):
        if address['port_id']:
            router.update_floatingip_status(
                admin, address['id'], constants.FLOATINGIP_STATUS_ACTIVE
            )
