"""What a collection of a big cloud takes, above all of memory."""

import contextlib
import json
import subprocess
import sys

import pytest

from tests.crash import collecting
from tests.crash import processes

pytestmark = pytest.mark.slow

#: Projects, and servers, volumes, snapshots and backups in each.
CLOUD = '1000x100x100x5x20'
MOST_MIB = 300
PATIENCE_S = 900


@contextlib.contextmanager
def big_cloud():
    """In a process of its own: this one would have to hold all its rows."""
    command = [sys.executable, '-m', 'tests.simcloud', '--fill', CLOUD]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        yield json.loads(process.stdout.readline())['clouds_yaml']
        process.stdin.close()


@pytest.fixture
def deployment(tmp_path):
    with big_cloud() as clouds_yaml:
        deployment = processes.Deployment(
            f'sqlite:///{tmp_path}/rey.sqlite3', clouds_yaml
        )
        deployment.run(collecting.migrate)
        yield deployment
        deployment.end()


def test_memory_stays_small_with_100000_servers_and_as_many_volumes(
    deployment,
):
    for what in ('everything', 'changes'):
        process = deployment.start(collecting.command, 'collect', '--json')
        status, words = process.result(PATIENCE_S)
        assert status == 0, words
        told = json.loads(words)
        print(what, words)
        assert told['peak_memory_mib'] < MOST_MIB
        rows = {part['part']: part['rows'] for part in told['parts']}
        assert rows['servers'] == rows['volumes'] == 100_000
