"""Collectors that are killed, stand still or meet another spoil nothing."""

import os
import random
import time

import pytest

from tests import collecting
from tests import databases
from tests import histories
from tests import processes
from tests import simcloud

pytestmark = pytest.mark.slow

KILLS = 50
#: Kills between two comparisons with a reading of everything.
COMPARED_EVERY = 10
TAKEOVERS = 10
#: Of them are that many collections of everything, not of changes.
FULL = 0.2
STATUSES = {
    'servers': ['ACTIVE', 'SHUTOFF', 'ERROR'],
    'volumes': ['available', 'in-use', 'error'],
    'snapshots': ['available', 'error'],
    'backups': ['available', 'error'],
}
VERBS = ('add', 'add', 'change', 'change', 'delete', 'attach', 'wait')


@pytest.fixture(params=('sqlite', *databases.KINDS), scope='module')
def url(request, tmp_path_factory):
    if request.param == 'sqlite':
        folder = tmp_path_factory.mktemp('sqlite')
        yield f'sqlite:///{folder}/rey.sqlite3'
        return
    with databases.running(request.param) as server:
        server.add('cloud', 'rey', 'secret')
        yield server.url('cloud', 'rey', 'secret')


@pytest.fixture
def chance():
    seed = int(
        os.environ.get('REY_SEED', random.SystemRandom().getrandbits(32))
    )
    print(f'Once more with the same history: REY_SEED={seed}')
    return random.Random(seed)


@pytest.fixture
def cloud():
    with simcloud.running(page=5) as cloud:
        yield cloud


@pytest.fixture
def deployment(url, cloud, tmp_path):
    clouds_yaml = tmp_path / 'clouds.yaml'
    cloud.clouds_yaml(clouds_yaml)
    deployment = processes.Deployment(url, str(clouds_yaml))
    deployment.run(collecting.migrate)
    deployment.run(collecting.begin_anew)
    yield deployment
    deployment.end()


class Company:
    """Projects of a cloud, in which something happens all the time."""

    def __init__(self, cloud, chance):
        self._cloud = cloud
        self._chance = chance
        self._projects = cloud.fill(
            projects=5, servers=3, volumes=3, snapshots=1, backups=2
        )

    def live(self):
        self._cloud.advance(1000)
        if self._chance.random() < 0.2:
            self._projects.append(self._cloud.add_project('new'))
        for _ in range(self._chance.randint(1, 8)):
            self._event().happen(self._cloud, self._projects)

    def _event(self):
        verb = self._chance.choice(VERBS)
        kind = self._chance.choice(list(STATUSES))
        value = {'status': self._chance.choice(STATUSES[kind])}
        if verb == 'wait':
            value = self._chance.choice([1, 60, 299, 301, 4000])
        which = self._chance.randrange(100)
        return histories.Event(verb, kind, which, value)

    @property
    def ids(self):
        return {
            kind: {
                row.id
                for row in self._cloud.tables[kind]
                if not row.get('deleted')
            }
            for kind in collecting.KINDS
        }


def test_the_next_collection_repairs_what_a_kill_left(
    deployment, cloud, chance
):
    company = Company(cloud, chance)
    took = _seconds(deployment, cloud)
    known = deployment.run(collecting.ids)
    killed = compared = 0
    while killed < KILLS:
        company.live()
        full = chance.random() < FULL
        process = deployment.start(collecting.collect, full)
        time.sleep(chance.uniform(0, took[full]))
        if not process.kill():
            continue
        killed += 1
        known = _without_loss(known, deployment, company)
        if chance.random() < 0.5:
            # Killed again before it could repair.
            continue
        by_changes = deployment.run(collecting.collect_well)
        known = deployment.run(collecting.ids)
        assert known == company.ids
        if killed - compared >= COMPARED_EVERY:
            compared = killed
            everything = deployment.run(collecting.collect_well, full=True)
            assert by_changes == everything


def test_a_collection_that_was_overtaken_leaves_all_as_it_is(
    deployment, cloud, chance
):
    company = Company(cloud, chance)
    took = _seconds(deployment, cloud)
    overtaken = 0
    while overtaken < TAKEOVERS:
        company.live()
        full = chance.random() < FULL
        first = deployment.start(collecting.collect, full)
        time.sleep(chance.uniform(0, took[full]))
        first.stand_still()
        if first.has_ended or not deployment.run(
            collecting.take_the_lease_away
        ):
            first.go_on()
            first.result()
            continue
        company.live()
        by_the_second = deployment.run(collecting.collect_well)
        first.go_on()
        overtaken += _was_lost(first)
        assert deployment.run(collecting.told) == by_the_second
        assert deployment.run(collecting.ids) == company.ids
    everything = deployment.run(collecting.collect_well, full=True)
    assert deployment.run(collecting.told) == everything


def test_of_two_at_once_one_collects(deployment, cloud, chance):
    company = Company(cloud, chance)
    cloud.latency_s = 0.003
    pair = [deployment.start(collecting.collect_well) for _ in range(2)]
    told = []
    for process in pair:
        try:
            process.result()
            told.append('')
        except processes.Failed as failed:
            told.append(failed.kind)
    assert sorted(told) == ['', 'Held']
    assert deployment.run(collecting.ids) == company.ids


def _seconds(deployment, cloud):
    """What a collection takes: of changes, of everything."""
    deployment.run(collecting.collect_well)
    cloud.latency_s = 0.003
    took = []
    for full in (False, True):
        begin = time.monotonic()
        deployment.run(collecting.collect_well, full)
        took.append(time.monotonic() - begin)
    return took


def _was_lost(process):
    """Unless it stood still behind its last look at the lease."""
    try:
        process.result()
    except processes.Failed as failed:
        assert failed.kind == 'Lost', failed
        return True
    return False


def _without_loss(known, deployment, company):
    """What is there; all that was known and that the cloud has is."""
    there, living = deployment.run(collecting.find_after_a_kill), company.ids
    for kind, ids in known.items():
        assert ids & living[kind] <= there[kind], kind
    return there
