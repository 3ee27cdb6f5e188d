"""A week of backup policies, with faults, kills and a stop of all workers.

The time of the workers and of the cloud goes by as fast as they can follow.
"""

import collections
import datetime
import json
import time

import pytest

from rey_dashboard.backups import policies
from rey_dashboard.backups import schedule
from tests.crash import hurrying

pytestmark = pytest.mark.slow

DAYS = 7
ZONE = 'Europe/Berlin'
#: In hours from the begin: no worker is there.
AWAY = (75, 84)
COLLECT_EVERY_H = 12
#: Steps of time, in seconds: until a dead worker's lease ends, and at most.
STEP_S, LONGEST_S = 60, 3600
#: So that a step that met some can be done before it meets more.
TROUBLE_EVERY = datetime.timedelta(minutes=40)
PATIENCE_S = 60


@pytest.fixture
def url(tmp_path):
    """It takes long; policies, tasks and lanes are raced for on the others."""
    return f'sqlite:///{tmp_path}/rey.sqlite3'


class Week:
    """What happens in it.

    :ivar made: how many backups each step has made
    """

    def __init__(self, deployment, cloud, chance, path):
        self._deployment, self._cloud = deployment, cloud
        self._chance, self._path = chance, str(path)
        self._clock = hurrying.Clock(self._path)
        self._told = path.with_name('told.json')
        deployment.start(hurrying.observe, self._path, str(self._told))
        self._workers = []
        self.made = collections.Counter()
        self._backed_up = set()
        self.kills = self.faults = 0
        self._watch()

    @property
    def now(self) -> datetime.datetime:
        return self._clock.now

    @property
    def staffed(self) -> bool:
        return bool(self._workers)

    def run(self, do, *args):
        return self._deployment.run(do, self._path, *args)

    def pass_by(self, seconds):
        self._clock.ahead_s += seconds
        self._cloud.clock.advance(seconds)

    def staff(self, number):
        """So many workers; those too many are killed."""
        while len(self._workers) > number:
            self._workers.pop().kill()
        while len(self._workers) < number:
            start = self._deployment.start
            self._workers.append(start(hurrying.work, self._path))

    def trouble(self):
        """A kill at any instant, or a fault of the cloud."""
        chance = self._chance
        if chance.random() < 0.4:
            time.sleep(chance.uniform(0, 0.3))
            self._workers.pop(0).kill()
            self.kills += 1
            self.staff(len(self._workers) + 1)
            return
        self.faults += 1
        self._cloud.clear_faults()
        kind, told = chance.choice(
            [
                ('lost', {'method': 'POST', 'times': 1}),
                ('status', {'status': 503, 'times': 3}),
                ('status', {'status': 500, 'times': 2}),
            ]
        )
        self._cloud.fault('block-storage', '/backups', kind, **told)

    def settle(self) -> datetime.datetime:
        """All that is due by now is done; when that was."""
        self.staff(2)
        end = self.now
        while self.wait() < STEP_S:
            self.pass_by(STEP_S)
        return end

    def wait(self) -> float:
        """Until all is done that is due now; seconds until there is more."""
        end = time.monotonic() + PATIENCE_S
        while True:
            state = self._state()
            alive = {one.pid for one in self._workers}
            if not alive:
                return LONGEST_S / 2
            if not alive & set(state['leased']):
                if set(state['leased']) - alive:
                    # A dead one's: it ends with the time that goes by.
                    return STEP_S
                if not state['due']:
                    return max(1, state['wait_s'])
            assert time.monotonic() < end, state
            time.sleep(0.02)

    def _state(self):
        """As it is now, and not as it was before the last step of time."""
        asked, end = time.monotonic(), time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            if self._told.exists():
                state = json.loads(self._told.read_text())
                if (
                    state['asked'] > asked
                    and state['ahead_s'] == self._clock.ahead_s
                ):
                    return state
            time.sleep(0.02)
        raise AssertionError('nobody observes')

    def _watch(self):
        """What is made."""
        made, add = self.made, self._cloud.add_backup

        def add_backup(volume_id, **columns):
            mark = (columns.get('metadata') or {}).get('rey_step')
            if mark:
                made[mark] += 1
            return add(volume_id, **columns)

        self._cloud.add_backup = add_backup

    def look(self):
        """Whoever had a good backup once has one ever after."""
        good = {
            row['volume_id']
            for row in list(self._cloud.tables['backups'])
            if row['status'] == 'available'
        }
        assert self._backed_up <= good
        self._backed_up = good


POLICIES = (
    policies.Told(
        name='nightly',
        enabled=True,
        scope=policies.Scope(policies.Reach.VOLUME_TYPE, ('fast',)),
        cron='0 2 * * *',
        time_zone=ZONE,
        window_min=240,
        method='full',
        keep_last=3,
        at_once=2,
    ),
    policies.Told(
        name='often',
        enabled=True,
        scope=policies.Scope(policies.Reach.VOLUME_TYPE, ('slow',)),
        cron='30 */4 * * *',
        time_zone=ZONE,
        full_every=4,
        keep_last=5,
        at_once=1,
    ),
)
VOLUMES = {'fast': 4, 'slow': 3}


@pytest.fixture
def week(deployment, cloud, chance, tmp_path):
    project = cloud.add_project('shop')
    cloud.set_quota('block-storage', project, backups=-1, backup_gigabytes=-1)
    for kind, number in VOLUMES.items():
        for _ in range(number):
            cloud.add_volume(
                project, 5, volume_type=kind, host=f'control@{kind}#{kind}'
            )
    cloud.cinder_backup.takes(20)
    return Week(deployment, cloud, chance, tmp_path / 'clock')


def assert_each_time_once(told, policy_id, policy, span, away):
    """A row for each time that was due, and of those missed one made up."""
    due = list(schedule.between(policy.cron, policy.time_zone, *span))
    runs = {
        due_at: (state, how, total)
        for of, due_at, state, how, total in told['runs']
        if of == policy_id
    }
    assert sorted(runs) == due
    missed = [at for at in due if away[0] <= at < away[1]]
    window = datetime.timedelta(minutes=policy.window_min)
    if missed and (not window or missed[-1] + window > away[1]):
        missed.pop()
    for at, (state, how, total) in runs.items():
        if at in missed:
            assert state == 'missed', at
        else:
            assert (state, how) == ('begun', 'succeeded'), at
            assert total == VOLUMES[policy.scope.values[0]], at


def assert_each_step_once(told, week):
    assert {step[2] for step in told['steps']} == {'done'}
    # An answer that was lost, or a worker that died, made no second one.
    assert week.made == {step[0]: 1 for step in told['steps']}


def test_everything_due_is_done_once(week, cloud, chance):
    assert week.run(hurrying.collect) == {}
    ids = week.run(hurrying.make, [policies.written(one) for one in POLICIES])
    begin = week.now
    collected = troubled = begin
    # Never close to a time that is due, or to the end of a window.
    quiet = begin.replace(minute=40)
    away = [quiet + datetime.timedelta(hours=hours) for hours in AWAY]
    while week.now < begin + datetime.timedelta(days=DAYS):
        week.staff(0 if away[0] <= week.now < away[1] else 2)
        if week.staffed and week.now > troubled + TROUBLE_EVERY:
            troubled = week.now
            week.trouble()
        # Not past the moment at which they go: they would run what is due.
        edges = [(at - week.now).total_seconds() for at in away]
        edges = [seconds for seconds in edges if seconds > 0]
        week.pass_by(min(week.wait(), LONGEST_S, *edges))
        week.look()
        if week.now - collected > datetime.timedelta(hours=COLLECT_EVERY_H):
            collected = week.now
            cloud.clear_faults()
            assert week.run(hurrying.collect) == {}
    cloud.clear_faults()
    end = week.settle()
    told = week.run(hurrying.told)
    print(
        f'{week.kills} kills, {week.faults} faults, {len(told["runs"])} runs'
    )
    for policy_id, policy in zip(ids, POLICIES, strict=True):
        assert_each_time_once(told, policy_id, policy, (begin, end), away)
    assert_each_step_once(told, week)
    assert week.kills > 5
    assert week.faults > 5
    assert told['pruned'] > 20
