"""Stands in for the compute hosts that exist in nova's database only.

Two things keep such a host (named bulk...) believable: its row in `services`
is touched, so that it reads "up", and its queue answers get_host_uptime,
which os-hypervisors/detail asks every "up" host for from 2.88 on. Whatever
else is asked of it comes back as an RPC error.
"""

import datetime as dt
import threading
import time

from nova import rpc
from nova.compute import manager
from nova.compute import rpcapi
from nova.objects import base
import oslo_messaging
import sqlalchemy

EVERY_SECONDS = 20
UPTIME = ' 12:00:00 up 42 days,  3:14,  1 user,  load average: 0.1, 0.2, 0.3'

HOSTS = sqlalchemy.text(
    "select host from services where host like 'bulk%' and deleted = 0"
)
TOUCH = sqlalchemy.text(
    'update services set last_seen_up = :now, updated_at = :now,'
    " report_count = report_count + 1 where host like 'bulk%'"
    ' and deleted = 0'
)


class Endpoint:
    target = manager.ComputeManager.target

    def get_host_uptime(self, context):
        return UPTIME


def start(url):
    threading.Thread(target=_run, args=[url], daemon=True).start()


def _run(url):
    engine = sqlalchemy.create_engine(url)
    serving = {}
    while True:
        with engine.connect() as connection:
            names = list(connection.execute(HOSTS).scalars())
        if names:
            now = dt.datetime.now(dt.UTC)
            with engine.begin() as connection:
                connection.execute(TOUCH, {'now': f'{now:%F %T}'})
        for name in names:
            if name not in serving:
                serving[name] = _serve(name)
        time.sleep(EVERY_SECONDS)


def _serve(name):
    target = oslo_messaging.Target(topic=rpcapi.RPC_TOPIC, server=name)
    server = rpc.get_server(target, [Endpoint()], base.NovaObjectSerializer())
    server.start()
    return server
