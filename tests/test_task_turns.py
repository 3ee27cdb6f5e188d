"""Tasks that want places of one lane take turns."""

import datetime
import time

from django.utils import timezone
import pytest

from rey_dashboard.tasks import engine as engines
from rey_dashboard.tasks import lanes
from rey_dashboard.tasks import models
from rey_dashboard.tasks import orders
from tests import paper_lanes
from tests import paper_tasks
from tests.paper_tasks import REY

pytestmark = pytest.mark.django_db
TASKS = models.Task.State


@pytest.fixture
def task_kind(task_kind, monkeypatch):
    return paper_lanes.install(monkeypatch)


def work_until_it_ended(engine, task):
    end = time.monotonic() + 20
    while task.state not in models.Task.ENDED:
        assert time.monotonic() < end
        engine.tick()
        task.refresh_from_db()


@pytest.mark.parametrize('at_once', [1, 2])
def test_a_small_task_does_not_wait_for_all_of_a_large_one(
    task_kind, task_engine, monkeypatch, at_once
):
    monkeypatch.setattr(engines, 'TURN_S', 0.1)
    task_kind.polls, task_kind.look_again_s = 2, 0.01
    large = paper_lanes.start([('a', at_once)] * 40)
    task_engine.tick()
    small = paper_lanes.start([('a', at_once)] * 3, of='q')
    work_until_it_ended(task_engine, small)
    done = paper_tasks.states(large).get('done', 0)
    assert 0 < done < 20
    paper_tasks.work(task_engine, large)
    assert large.state == small.state == TASKS.SUCCEEDED
    assert task_kind.most == {'a': at_once}


@pytest.mark.django_db(transaction=True)
def test_workers_that_race_let_each_task_have_its_turn(task_kind, monkeypatch):
    monkeypatch.setattr(engines, 'TURN_S', 0.1)
    task_kind.polls, task_kind.look_again_s = 2, 0.01
    large = paper_lanes.start([('a', 1), ('b', 2)] * 40)
    small = [paper_lanes.start([('a', 1), ('b', 2)] * 2, of=of) for of in 'qr']
    paper_lanes.race(task_kind)
    for task in (large, *small):
        task.refresh_from_db()
        assert task.state == TASKS.SUCCEEDED
    ended = max(task.ended_at for task in small)
    assert large.steps.filter(ended_at__lt=ended).count() < 40
    assert task_kind.most == {'a': 1, 'b': 2}


def ask_and_let_go(kind, engine):
    """The lane's only place gets free, and another task asked for it."""
    kind.polls, kind.look_again_s = 1, 40
    large = paper_lanes.start([('a', 1)] * 3)
    engine.tick()
    small = paper_lanes.start([('a', 1)], of='q')
    engine.tick()
    lane = models.Lane.objects.get()
    assert lane.kept_for == small.pk
    kind.look_again_s = 0
    models.Step.objects.update(not_before=None)
    models.Task.objects.filter(pk=large.pk).update(due_at=timezone.now())
    return large, small


def test_a_place_that_is_kept_for_another_is_told(task_kind, task_engine):
    large, small = ask_and_let_go(task_kind, task_engine)
    later = timezone.now() + datetime.timedelta(seconds=40)
    models.Task.objects.filter(pk=small.pk).update(due_at=later)
    task_engine.tick()
    large.refresh_from_db()
    assert paper_tasks.states(large) == {'done': 1, 'pending': 2}
    assert (
        large.note == 'The next place of a is kept for a task that has none.'
    )
    assert large.due_at > timezone.now() - datetime.timedelta(seconds=1)


def test_a_place_is_not_kept_for_long_for_a_task_that_rests(
    task_kind, task_engine
):
    large, small = ask_and_let_go(task_kind, task_engine)
    orders.pause(small, REY)
    task_engine.tick()
    gone = timezone.now() - datetime.timedelta(seconds=1)
    kept = models.Lane.objects.filter(
        kept_until__lte=timezone.now() + lanes.KEPT
    )
    assert kept.update(kept_until=gone) == 1
    paper_tasks.work(task_engine, large)
    assert large.state == TASKS.SUCCEEDED
    assert paper_tasks.states(small) == {'pending': 1}


def test_places_are_not_left_empty_for_a_smaller_limit(task_kind, task_engine):
    paper_lanes.hold(task_kind, task_engine, 'a', at_once=2)
    small = paper_lanes.start([('a', 1)], of='q')
    task_engine.tick()
    assert paper_tasks.states(small) == {'pending': 1}
    assert models.Lane.objects.get().kept_for is None


def test_who_is_to_try_later_keeps_no_place(task_kind, task_engine):
    paper_lanes.hold(task_kind, task_engine, 'a')
    task = paper_lanes.start([('a', 1)] * 2, of='q')
    later = timezone.now() + datetime.timedelta(seconds=40)
    task.steps.filter(number=1).update(not_before=later)
    task_engine.tick()
    assert models.Lane.objects.get().kept_for is None
