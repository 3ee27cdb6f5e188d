"""Of each lane only so many steps are under way at once."""

import datetime
import itertools
import time

from django.db import connection
from django.db.models import F
from django.test import utils
from django.utils import timezone
import pytest

from rey_dashboard.tasks import ending
from rey_dashboard.tasks import lanes
from rey_dashboard.tasks import models
from rey_dashboard.tasks import orders
from tests import paper_lanes
from tests import paper_tasks
from tests.paper_tasks import REY

pytestmark = pytest.mark.django_db
TASKS = models.Task.State
LOOK_S = ending.LANE_LOOK_S


@pytest.fixture
def task_kind(task_kind, monkeypatch):
    return paper_lanes.install(monkeypatch)


def test_of_a_lane_only_so_many_are_under_way_at_once(task_kind, task_engine):
    task_kind.polls = 2
    task = paper_lanes.start([('a', 2), ('b', 3), ('', 0)] * 6)
    paper_tasks.work(task_engine, task)
    assert paper_tasks.states(task) == {'done': 18}
    assert (task_kind.most['a'], task_kind.most['b']) == (2, 3)
    assert set(task_kind.writes.values()) == {1}


def test_tasks_share_the_places_of_a_lane(task_kind, task_engine):
    task_kind.polls = 2
    tasks = [
        paper_lanes.start([('a', 2), ('b', 1)] * 6, of=of) for of in 'pqr'
    ]
    paper_tasks.work_until_it_rests(task_engine)
    for task in tasks:
        assert paper_tasks.states(task) == {'done': 12}
    assert task_kind.most == {'a': 2, 'b': 1}


@pytest.mark.django_db(transaction=True)
def test_workers_that_race_keep_to_the_limit(task_kind):
    """On SQLite; tests/crash has those on servers."""
    task_kind.polls, task_kind.takes_s = 1, 0.005
    tasks = [
        paper_lanes.start([('a', 1), ('b', 2)] * 8, of=of) for of in 'pqr'
    ]
    paper_lanes.race(task_kind)
    for task in tasks:
        assert paper_tasks.states(task) == {'done': 16}
    assert task_kind.most == {'a': 1, 'b': 2}


def test_who_counted_before_another_took_a_place_takes_none(
    task_kind, task_engine, monkeypatch
):
    """As two servers' transactions see it that begin at the same time."""
    task = paper_lanes.start([('a', 2)] * 2)
    count = lanes.Lanes._count

    def take_meanwhile(self):
        counted = count(self)
        models.Lane.objects.update(number=F('number') + 1)
        return counted

    with monkeypatch.context() as patch:
        patch.setattr(lanes.Lanes, '_count', take_meanwhile)
        assert task_engine.tick()
    assert paper_tasks.states(task) == {'pending': 2}
    paper_tasks.work(task_engine, task)
    assert task.state == TASKS.SUCCEEDED


def test_a_full_lane_keeps_nothing_from_those_behind_it(
    task_kind, task_engine
):
    paper_lanes.hold(task_kind, task_engine, 'full')
    task_kind.polls = 0
    many = lanes.BATCH + 20
    task = paper_lanes.start(
        [('full', 1)] * many + [('a', 1)] * 3 + [('', 0)] * 3
    )
    end = time.monotonic() + 20
    while paper_tasks.states(task).get('done') != 6:
        assert time.monotonic() < end
        task_engine.tick()
    assert paper_tasks.states(task) == {'pending': many, 'done': 6}
    assert (task_kind.most['full'], task_kind.most['a']) == (1, 1)


def test_what_has_no_limit_takes_places_and_waits_for_none(
    task_kind, task_engine
):
    paper_lanes.hold(task_kind, task_engine, 'a')
    free = paper_lanes.start([('a', 0)] * 2)
    bounded = paper_lanes.start([('a', 2)], of='q')
    for _ in range(2):
        task_engine.tick()
    assert paper_tasks.states(free) == {'running': 2}
    assert paper_tasks.states(bounded) == {'pending': 1}


def test_one_place_is_enough_to_reach_those_behind(task_kind, task_engine):
    """More steps than are looked at together come before the free ones."""
    task_kind.polls, task_kind.look_again_s = 1, 40
    task = paper_lanes.start([('a', 1)] * (lanes.BATCH + 20) + [('b', 1)] * 2)
    task_engine.tick()
    begun = task.steps.filter(state='running').order_by('number')
    assert [step.lane for step in begun] == ['a', 'b']


def test_steps_of_a_lane_go_in_their_order_and_a_failed_one_ends_nothing(
    task_kind, task_engine
):
    task_kind.polls = 1
    task_kind.faults['p2'] = [paper_tasks.answer(400)]
    task_kind.faults['p3'] = [paper_tasks.answer(503)]
    task_kind.faults['p4'] = [paper_tasks.answer(429)]
    task = paper_lanes.start([('a', 1)] * 6)
    paper_tasks.work(task_engine, task)
    assert task.state == TASKS.PARTLY_FAILED
    assert paper_tasks.states(task) == {'done': 5, 'failed': 1}
    assert [name for name, _ in itertools.groupby(task_kind.calls)] == [
        f'p{number}' for number in range(1, 7)
    ]


def test_who_is_told_to_slow_down_is_not_overtaken_in_its_lane(
    task_kind, task_engine
):
    task = paper_lanes.start([('a', 2)] * 3 + [('', 0)])
    later = timezone.now() + datetime.timedelta(seconds=40)
    task.steps.filter(number=1).update(not_before=later)
    task_engine.tick()
    assert task_kind.calls == ['p4']
    task.refresh_from_db()
    assert task.due_at > timezone.now() + datetime.timedelta(seconds=30)
    assert task.note == ''


def test_a_task_that_waits_for_a_place_looks_now_and_then(
    task_kind, task_engine, monkeypatch
):
    monkeypatch.setattr(ending, 'LANE_LOOK_S', 0.4)
    paper_lanes.hold(task_kind, task_engine, 'lvm-1', at_once=2)
    task = paper_lanes.start([('lvm-1', 2)] * 5)
    turns = 0
    end = time.monotonic() + 1.5
    while time.monotonic() < end:
        turns += task_engine.tick()
        time.sleep(0.01)
    assert 2 <= turns <= 4
    task.refresh_from_db()
    assert task.note == '2 of 2 places of lvm-1 are taken.'
    paper_lanes.let_go(task_kind, 'lvm-1')
    paper_tasks.work(task_engine, task)
    assert (task.state, task.note) == (TASKS.SUCCEEDED, '')
    assert task_kind.most == {'lvm-1': 2}


def test_it_looks_again_within_seconds_though_its_own_steps_take_long(
    task_kind, task_engine, monkeypatch
):
    monkeypatch.setattr(ending, 'LANE_LOOK_S', LOOK_S)
    task_kind.polls, task_kind.look_again_s = 1, 40
    task = paper_lanes.start([('a', 1)] * 2)
    task_engine.tick()
    task.refresh_from_db()
    left_s = (task.due_at - timezone.now()).total_seconds()
    assert 1 < left_s <= 5
    assert task.note == '1 of 1 place of a is taken.'


def test_one_that_failed_is_tried_again_in_its_lane(task_kind, task_engine):
    task_kind.faults['p2'] = [paper_tasks.answer(400)]
    task = paper_lanes.start([('a', 1)] * 3)
    paper_tasks.work(task_engine, task)
    assert task.state == TASKS.PARTLY_FAILED
    held = paper_lanes.hold(task_kind, task_engine, 'a')
    orders.retry(task, REY)
    task_engine.tick()
    assert paper_tasks.states(task) == {'done': 2, 'pending': 1}
    paper_lanes.let_go(task_kind, 'a')
    paper_tasks.work(task_engine, task)
    assert task.state == TASKS.SUCCEEDED
    assert paper_tasks.states(held) == {'done': 1}
    assert task_kind.most == {'a': 1}


def test_who_waits_for_a_place_can_be_paused_and_cancelled(
    task_kind, task_engine
):
    paper_lanes.hold(task_kind, task_engine, 'a')
    task, other = (paper_lanes.start([('a', 1)] * 3, of=of) for of in 'pq')
    for _ in range(2):
        task_engine.tick()
    orders.pause(task, REY)
    orders.cancel(other, REY)
    for _ in range(2):
        assert task_engine.tick()
    task.refresh_from_db()
    other.refresh_from_db()
    assert (task.state, task.due_at) == (TASKS.PAUSED, None)
    assert (other.state, other.cancelled) == (TASKS.CANCELLED, 3)
    paper_lanes.let_go(task_kind, 'a')
    orders.resume(task, REY)
    paper_tasks.work(task_engine, task)
    assert task.state == TASKS.SUCCEEDED
    assert task_kind.most == {'a': 1}


def test_what_is_under_way_of_a_paused_task_keeps_its_place(
    task_kind, task_engine
):
    held = paper_lanes.hold(task_kind, task_engine, 'a')
    orders.pause(held, REY)
    task = paper_lanes.start([('a', 1)])
    for _ in range(2):
        assert task_engine.tick()
    held.refresh_from_db()
    assert held.state == TASKS.PAUSED
    assert paper_tasks.states(task) == {'pending': 1}
    paper_lanes.let_go(task_kind, 'a')
    orders.resume(held, REY)
    paper_tasks.work(task_engine, task)
    assert task.state == TASKS.SUCCEEDED
    assert task_kind.most == {'a': 1}


def test_each_region_has_lanes_of_its_own(task_kind, task_engine):
    held = paper_lanes.hold(task_kind, task_engine, 'a')
    models.Task.objects.filter(pk=held.pk).update(
        region='RegionTwo', due_at=None
    )
    task = paper_lanes.start([('a', 1)])
    task_kind.polls = 0
    paper_tasks.work(task_engine, task)
    assert task.state == TASKS.SUCCEEDED


@pytest.mark.parametrize('number', range(1, 6))
def test_a_crash_at_any_round_leaves_no_place_taken(
    task_kind, task_engine, monkeypatch, number
):
    task_kind.polls, task_kind.takes_s = 1, 0.02
    task = paper_lanes.start([('a', 1), ('b', 2)] * 8)
    paper_tasks.die_at_round(number, task_engine, monkeypatch)
    other = paper_tasks.make_engine(task_kind)
    paper_tasks.work(other, task)
    assert (task.state, task.done) == (TASKS.SUCCEEDED, 16)
    assert set(task_kind.writes.values()) == {1}
    assert task_kind.most == {'a': 1, 'b': 2}
    other.close()


def test_a_task_without_lanes_asks_nothing_of_them(task_kind, task_engine):
    task = paper_lanes.start([('', 0), ('free', 0)] * 4)
    with utils.CaptureQueriesContext(connection) as told:
        paper_tasks.work(task_engine, task)
    assert task.state == TASKS.SUCCEEDED
    statements = [query['sql'].replace('"', '') for query in told]
    assert len(statements) > 10
    asked = ('rey_dashboard_lane', '.lane IN', '.lane >', 'lane_limit B')
    assert not [sql for sql in statements if any(map(sql.count, asked))]
    assert not models.Lane.objects.exists()


def test_lanes_may_have_any_name(task_kind, task_engine):
    task_kind.polls = 1
    names = ['A', 'a', 'ä', '<script>%(x)s', '🐘' * 50, "'", 'a ' * 100]
    task = paper_lanes.start([(name, 1) for name in names] * 2)
    paper_tasks.work(task_engine, task)
    assert task.state == TASKS.SUCCEEDED
    assert set(task_kind.most) == set(names)
    assert set(task_kind.most.values()) == {1}
