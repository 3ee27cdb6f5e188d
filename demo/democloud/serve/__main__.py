"""Runs one whole project of OpenStack in this process, without a broker.

    python -m democloud.serve nova --port 18774 --conf .../nova.conf

The nova process holds the API, the conductor, the scheduler and all compute
services; the cinder process holds the API, the scheduler, backup and all back
ends. Services in one process speak over oslo.messaging's transport in memory,
so they have to share it. Threads only, no eventlet.
"""

import argparse
import importlib
import os
import sys
import threading
import traceback

from democloud.serve import sqlite
from democloud.serve import wsgi

# A listing computes for seconds. With Python's usual 5 ms each other request
# would wait that long, again and again, after every query to its database.
SWITCH_SECONDS = 0.0005


def main():
    sys.setswitchinterval(SWITCH_SECONDS)
    parser = argparse.ArgumentParser()
    parser.add_argument('project')
    parser.add_argument('--port', type=int, required=True)
    parser.add_argument('--conf', required=True)
    args = parser.parse_args()
    # The projects parse what is left.
    sys.argv = sys.argv[:1]
    try:
        sqlite.adapt()
        project = importlib.import_module('democloud.serve.' + args.project)
        wsgi.listen(project.start(args), args.port)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        # The services' threads would keep a dead process around.
        os._exit(1)
    # Until a signal ends us; SQLite's files bear that.
    threading.Event().wait()


if __name__ == '__main__':
    main()
