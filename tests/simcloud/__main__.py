"""A simulated cloud as a process of its own, for measurements.

Prints one line of JSON with its ``auth_url``, the ``pid``, the path of a
clouds.yaml and the services' ``addresses``, then serves until its standard
input closes or it is terminated.
"""

import argparse
import json
import os
import pathlib
import signal
import sys
import tempfile

from tests import simcloud


def main() -> None:
    asked = _asked()
    with (
        tempfile.TemporaryDirectory(prefix='simcloud-') as folder,
        simcloud.running(page=asked.page, port=asked.port) as cloud,
    ):
        cloud.latency_s = asked.latency
        if asked.fill:
            kinds = ('projects', 'servers', 'volumes', 'snapshots', 'backups')
            counts = map(int, asked.fill.split('x'))
            cloud.fill(**dict(zip(kinds, counts, strict=False)))
        path = pathlib.Path(folder) / 'clouds.yaml'
        cloud.clouds_yaml(path)
        told = {
            'auth_url': cloud.auth_url,
            'pid': os.getpid(),
            'clouds_yaml': str(path),
            'addresses': cloud.addresses,
        }
        print(json.dumps(told), flush=True)
        sys.stdin.buffer.read()


def _asked():
    parser = argparse.ArgumentParser(
        prog='python -m tests.simcloud', description=__doc__.split('\n')[0]
    )
    parser.add_argument(
        '--port', type=int, default=0, help="Keystone's; 0 for a free one"
    )
    parser.add_argument(
        '--fill',
        metavar='PxSxV[xNxB]',
        help='projects, and servers, volumes, snapshots, backups in each',
    )
    parser.add_argument('--page', type=int, default=1000)
    parser.add_argument(
        '--latency', type=float, default=0.0, help='seconds before an answer'
    )
    return parser.parse_args()


if __name__ == '__main__':
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    main()
