"""Cinder's back ends, backup service and scheduler, as threads here."""

import threading

from cinder import objects
from cinder import service
from cinder import utils
import os_brick
from oslo_config import cfg

_lock = threading.Lock()
_running = []


class Service(service.Service):
    """Cinder keeps "the id of my row" on the class.

    Several services in one process would all send their heartbeat to the row
    of the last one that was started.
    """

    def report_state(self):
        with _lock:
            service.Service.service_id = self.origin_service_id
            super().report_state()


def start():
    conf = cfg.CONF
    objects.register_all()
    os_brick.setup(conf)
    for name in conf.enabled_backends:
        _start(
            host='%s@%s' % (conf.host, name),
            service_name=name,
            binary='cinder-volume',
            coordination=True,
        )
    _start(
        binary='cinder-backup',
        coordination=True,
        service_name='backup',
        process_number=1,
        semaphore=utils.semaphore_factory(conf.backup_max_operations, 1),
    )
    # The last: it waits for the back ends' first report.
    _start(binary='cinder-scheduler')


def _start(**how):
    made = Service.create(**how)
    made.start()
    # The first report comes only after some seconds; until then a service
    # that was away for a while would read "down".
    made.report_state()
    _running.append(made)
    print('started', made.binary, made.host, flush=True)
