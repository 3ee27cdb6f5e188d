"""Workers that meet at a policy, or die at it: each due time runs once."""

import itertools
import time

import pytest

from tests.crash import collecting
from tests.crash import policing
from tests.crash import processes
from tests.crash.policing import FIRST
from tests.crash.policing import HOUR

pytestmark = pytest.mark.slow

WORKERS, HOURS, VOLUMES = 3, 12, 5
#: The boundaries are the same on each: a server is tried at some of them.
SERVERS_EVERY = 3


@pytest.fixture
def deployment(url):
    deployment = processes.Deployment(url)
    deployment.run(collecting.migrate)
    deployment.run(collecting.begin_anew)
    yield deployment
    deployment.end()


def test_of_workers_that_look_together_one_runs_what_is_due(deployment):
    deployment.run(policing.make, VOLUMES)
    at = time.time() + 2
    looks = [
        deployment.start(policing.look, HOURS, at) for _ in range(WORKERS)
    ]
    for process in looks:
        process.result()
    told = deployment.run(policing.told)
    states = [state for state, *_rest in told['runs']]
    # One that hurries may find the run before still under way, or the next
    # hour due as well while another is at this one.
    assert [at for _s, at, *_rest in told['runs']] == [
        FIRST + number * HOUR for number in range(HOURS)
    ]
    assert set(states) <= {'begun', 'skipped', 'missed'}
    assert states.count('begun') > 1
    assert told['tasks'] == states.count('begun')
    assert told['steps'] == VOLUMES * states.count('begun')
    assert told['next_at'] == FIRST + HOURS * HOUR


def test_a_kill_at_any_boundary_loses_no_run_and_doubles_none(deployment):
    every = 1 if deployment.vendor == 'sqlite' else SERVERS_EVERY
    for at in itertools.count(1, every):
        deployment.run(collecting.begin_anew)
        deployment.run(policing.make, VOLUMES)
        died = deployment.start(policing.look_and_die, 2, at).died()
        deployment.run(policing.look_and_die, 2, 0)
        told = deployment.run(policing.told)
        assert told == {
            'runs': [
                ('missed', FIRST, None, None),
                ('missed', FIRST + HOUR, None, None),
                ('begun', FIRST + 2 * HOUR, 'queued', VOLUMES),
            ],
            'tasks': 1,
            'steps': VOLUMES,
            'next_at': FIRST + 3 * HOUR,
        }
        if not died:
            break
    print(f'{at - 1} boundaries')
    assert at > 20
