"""Nova's conductor, scheduler and compute services, as threads here."""

import pathlib
import threading
import time

from nova import context
from nova import objects
from nova import service
from nova.compute import rpcapi as compute_rpc
from nova.conductor import rpcapi as conductor_rpc
import nova.conf
from nova.objects import host_mapping
from nova.scheduler import rpcapi as scheduler_rpc
import nova.virt
import os_brick
import os_vif

from democloud import hosts

LOOK_EVERY_SECONDS = 5

_running = {}


def start():
    """Start all services, and follow the file of stopped hosts after."""
    # Nova loads drivers from its package nova.virt only.
    driver_folder = pathlib.Path(__file__).with_name('virt')
    nova.virt.__path__.append(str(driver_folder))
    objects.register_all()
    # As nova-compute's own main does: else it asks before each call by RPC.
    objects.Service.enable_min_version_cache()
    os_brick.setup(nova.conf.CONF)
    os_vif.initialize()
    _start('control', 'nova-conductor', conductor_rpc.RPC_TOPIC)
    _start('control', 'nova-scheduler', scheduler_rpc.RPC_TOPIC)
    _follow()
    host_mapping.discover_hosts(context.get_admin_context())
    threading.Thread(target=_keep_following, daemon=True).start()


def _start(host, binary, topic, **more):
    made = service.Service.create(
        host=host, binary=binary, topic=topic, **more
    )
    made.start()
    # The first report comes only after some seconds; until then a host that
    # was away for a while would read "down".
    made.servicegroup_api._driver._report_state(made)
    _running[host, binary] = made
    print('started', binary, host, flush=True)


def _follow():
    """Start and stop compute services as the file of stopped hosts says."""
    stopped = hosts.stopped()
    for host in hosts.names():
        key = (host, 'nova-compute')
        if host in stopped and key in _running:
            _kill(_running.pop(key))
        elif host not in stopped and key not in _running:
            _start(
                *key,
                compute_rpc.RPC_TOPIC,
                topic_alt=compute_rpc.RPC_TOPIC_ALT,
            )


def _kill(dead):
    """Let a service fall silent as if its host had lost power.

    Its own stop() would shut down the pools that all of nova shares here.
    """
    dead.rpcserver.stop()
    dead.rpcserver_alt.stop()
    dead.tg.stop()
    print('stopped', dead.binary, dead.host, flush=True)


def _keep_following():
    while True:
        time.sleep(LOOK_EVERY_SECONDS)
        before = set(_running)
        _follow()
        if set(_running) - before:
            # A host that was stopped since the cloud was made is still new.
            host_mapping.discover_hosts(context.get_admin_context())
