"""Workers that are killed, stand still or meet: each step once in effect."""

import contextlib
import itertools
import time

import pytest

from tests import databases
from tests.crash import collecting
from tests.crash import little_cloud
from tests.crash import processes
from tests.crash import tasking

pytestmark = pytest.mark.slow

KILLS = 20


@pytest.fixture
def cloud():
    return little_cloud.LittleCloud()


@pytest.fixture
def address(cloud):
    with little_cloud.serving(cloud) as address:
        yield address


@pytest.fixture
def deployment(url):
    deployment = processes.Deployment(url)
    deployment.run(collecting.migrate)
    deployment.run(collecting.begin_anew)
    yield deployment
    deployment.end()


def assert_all_is_done_once(told, cloud, name, steps):
    assert told['state'] == 'succeeded'
    assert told['counts'] == (steps, steps, 0, 0)
    assert told['steps'] == [(n, 'done') for n in range(1, steps + 1)]
    effects = {f'{name}-{n}': 1 for n in range(steps)}
    seen = {
        target: count
        for target, count in cloud.effects.items()
        if target.rpartition('-')[0] == name
    }
    assert seen == effects
    assert not cloud.together


def test_a_kill_at_any_boundary_costs_nothing(deployment, cloud, address):
    for at in itertools.count(1):
        name = f'at{at}'
        process = deployment.start(
            tasking.start_and_die,
            address,
            name,
            steps=12,
            at=at,
            at_once=3,
        )
        died = process.died()
        # The lease outlives the calls that the dead one sent.
        processes.wait_for(lambda: cloud.is_idle)
        told = deployment.run(tasking.finish, name)
        assert_all_is_done_once(told, cloud, name, 12)
        if not died:
            break
    print(f'{at - 1} boundaries')
    # Four for each step, and those of the database.
    assert at > 12 * 4
    assert cloud.most['all'] == 3


def test_kills_at_any_instant_beside_a_second_worker_cost_nothing(
    deployment, cloud, address, chance
):
    cloud.takes_s = 0.03
    workers = [deployment.start(tasking.work) for _ in range(2)]
    killed = 0
    for number in itertools.count():
        name = f'all{number}'
        deployment.run(tasking.start, address, name, 1200)
        calls = len(cloud.effects)
        while killed < KILLS and len(cloud.effects) - calls < 1200:
            time.sleep(chance.uniform(0, 1))
            victim = next(
                (one for one in workers if one.pid == cloud.last_pid), None
            )
            if not victim or cloud.is_idle:
                continue
            victim.kill()
            workers.remove(victim)
            workers.append(deployment.start(tasking.work))
            killed += 1
        processes.wait_for(lambda name=name: _has_ended(deployment, name))
        told = deployment.run(tasking.told, name)
        assert_all_is_done_once(told, cloud, name, 1200)
        if killed >= KILLS:
            break


def test_many_workers_share_tasks_and_never_one(deployment, cloud, address):
    cloud.takes_s = 0.01
    for _ in range(4):
        deployment.start(tasking.work)
    names = [f'of{number}' for number in range(4)]
    for name in names:
        deployment.run(tasking.start, address, name, 200)
    for name in names:
        processes.wait_for(lambda name=name: _has_ended(deployment, name))
        told = deployment.run(tasking.told, name)
        assert_all_is_done_once(told, cloud, name, 200)


def test_workers_that_race_for_places_keep_to_the_limit(
    deployment, cloud, address
):
    """Of many short tasks, since one keeps the places that it has."""
    cloud.takes_s = 0.05
    names = [f'of{number}' for number in range(10)]
    for name in names:
        deployment.run(tasking.start, address, name, 4, at_once=1)
    for _ in range(3):
        deployment.start(tasking.work_and_race)
    processes.wait_for(lambda: len(cloud.effects) == 10 * 4)
    for name in names:
        processes.wait_for(lambda name=name: _has_ended(deployment, name))
        told = deployment.run(tasking.told, name)
        assert_all_is_done_once(told, cloud, name, 4)
    assert cloud.most['all'] == 1


def test_who_stood_still_is_overtaken_and_changes_nothing(
    deployment, cloud, address
):
    cloud.takes_s = 0.03
    first = deployment.start(tasking.work)
    deployment.run(tasking.start, address, 'all', 300)
    processes.wait_for(lambda: len(cloud.effects) > 30)
    first.stand_still()
    deployment.start(tasking.work)
    processes.wait_for(lambda: _has_ended(deployment, 'all'))
    told = deployment.run(tasking.told, 'all')
    first.go_on()
    time.sleep(2)
    assert deployment.run(tasking.told, 'all') == told
    assert_all_is_done_once(told, cloud, 'all', 300)


def test_a_cloud_that_is_away_delays_and_loses_nothing(deployment, cloud):
    cloud.takes_s = 0.03
    deployment.start(tasking.work)
    with little_cloud.serving(cloud) as address:
        deployment.run(tasking.start, address, 'all', 300)
        processes.wait_for(lambda: len(cloud.effects) > 30)
    time.sleep(5)
    there = len(cloud.effects)
    assert there < 300
    with little_cloud.serving(cloud, int(address.rpartition(':')[2])):
        processes.wait_for(lambda: _has_ended(deployment, 'all'))
    told = deployment.run(tasking.told, 'all')
    assert_all_is_done_once(told, cloud, 'all', 300)


@pytest.mark.parametrize('kind', databases.KINDS)
def test_a_database_that_is_away_delays_and_loses_nothing(
    kind, cloud, address
):
    cloud.takes_s = 0.03
    with databases.running(kind) as server, contextlib.ExitStack() as stack:
        server.add('cloud', 'rey', 'secret')
        url = server.url('cloud', 'rey', 'secret')
        deployment = processes.Deployment(url)
        stack.callback(deployment.end)
        deployment.run(collecting.migrate)
        deployment.start(tasking.work)
        deployment.run(tasking.start, address, 'all', 600)
        processes.wait_for(lambda: len(cloud.effects) > 30)
        server.stop()
        time.sleep(5)
        assert len(cloud.effects) < 600
        server.start()
        processes.wait_for(lambda: _has_ended(deployment, 'all'))
        told = deployment.run(tasking.told, 'all')
        assert_all_is_done_once(told, cloud, 'all', 600)


def _has_ended(deployment, name):
    state = deployment.run(tasking.told, name)['state']
    return state not in ('queued', 'running')
