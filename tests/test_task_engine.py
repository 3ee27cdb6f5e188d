import datetime
import threading

from django.utils import timezone
import pytest

from rey_dashboard.tasks import models
from rey_dashboard.tasks import orders
from rey_dashboard.tasks import planning
from rey_dashboard.tasks import showing
from tests import paper_tasks
from tests.paper_tasks import REY

pytestmark = pytest.mark.django_db

TASKS = models.Task.State


def test_each_step_is_done_once_and_told(task_kind, task_engine):
    task = paper_tasks.start(30)
    paper_tasks.work(task_engine, task)
    assert task.state == TASKS.SUCCEEDED
    assert paper_tasks.states(task) == {'done': 30}
    assert (task.total, task.done, task.failed, task.to_go) == (30, 30, 0, 0)
    assert set(task_kind.writes.values()) == {1}
    assert len(task_kind.calls) == len(task_kind.mirrored) == 30
    assert task.worked_s > 0
    assert task.ended_at >= task.started_at
    assert task.lease_until is None
    step = task.steps.first()
    assert step.took is not None
    assert task_kind.request_ids[step.target] == step.request_id


def test_calls_of_a_service_side_by_side_are_bounded(task_kind):
    task_kind.takes_s = 0.01
    task_engine = paper_tasks.make_engine(task_kind, PARALLEL_CALLS=3)
    task = paper_tasks.start(60)
    paper_tasks.work(task_engine, task)
    # Of two services.
    assert task_kind.most_at_once == 6
    task_engine.close()


def test_what_the_cloud_works_on_is_polled_until_it_ends(
    task_kind, task_engine
):
    task_kind.polls = 3
    task = paper_tasks.start(5)
    paper_tasks.work(task_engine, task)
    assert task.state == TASKS.SUCCEEDED
    assert set(task_kind.writes.values()) == {1}
    assert len(task_kind.calls) == 5 * 4


def test_the_bar_and_the_estimate_know_of_what_is_under_way(
    task_kind, task_engine
):
    task_kind.polls, task_kind.look_again_s = 3, 40
    task = paper_tasks.start(4)
    told = []
    while task.state in models.Task.LIVE:
        task_engine.tick()
        task.refresh_from_db()
        told.append((showing.progress(task).done, task.worked_s))
        # As if it had waited.
        models.Task.objects.exclude(due_at=None).update(due_at=timezone.now())
        task.steps.update(not_before=None)
    shares, seconds = zip(*told, strict=True)
    assert shares == (0, 50, 50, 100)
    # The last turn waits for nothing.
    assert seconds[-1] == pytest.approx(120, abs=10)
    other = paper_tasks.start(4, form='other', value=50)
    assert planning.estimate(other).seconds == pytest.approx(task.worked_s)
    other.steps.update(state='running', progress=0.75)
    left = planning.estimate(other).seconds
    assert left == pytest.approx(task.worked_s / 4)


def test_tasks_take_turns(task_kind, task_engine, monkeypatch):
    monkeypatch.setattr('rey_dashboard.tasks.engine.TURN_S', 0.2)
    task_kind.takes_s = 0.01
    first, second = (
        paper_tasks.start(400),
        paper_tasks.start(400, form='other', value=50),
    )
    task_kind.there.update({f'p{n}': 40 for n in range(1, 401)})
    second.steps.update(before={'value': 40})
    ticked = []
    for _ in range(4):
        task_engine.tick()
        ticked.append(models.Task.objects.order_by('-ticked_at')[0].pk)
    assert ticked == [first.pk, second.pk] * 2


def test_the_estimate_is_of_measured_tasks(task_kind, task_engine):
    task = paper_tasks.start(5)
    assert task.estimate_s is None
    paper_tasks.work(task_engine, task)
    other = paper_tasks.plan(10, form='other', value=50)
    told = planning.estimate(other)
    assert told.seconds == pytest.approx(2 * task.worked_s)
    assert (told.tasks, told.steps) == (1, 5)
    orders.start(other, REY)
    assert other.estimate_s == pytest.approx(told.seconds)


def test_a_kind_that_is_not_installed_is_waited_for(task_kind, task_engine):
    task = paper_tasks.start(2)
    models.Task.objects.update(kind='other')
    assert not task_engine.tick()
    task.refresh_from_db()
    assert task.state == TASKS.QUEUED
    assert "'other' is not installed" in task.note
    assert task.due_at > timezone.now() + datetime.timedelta(seconds=30)


def test_a_task_of_a_kind_that_is_gone_can_be_cancelled(
    task_kind, task_engine
):
    task = paper_tasks.start(3)
    task.steps.filter(number=1).update(state='starting')
    models.Task.objects.update(kind='other')
    orders.cancel(task, REY)
    paper_tasks.work(task_engine, task)
    assert task.state == TASKS.CANCELLED
    assert (task.failed, task.cancelled) == (1, 2)
    assert 'It may be in effect' in task.steps.get(number=1).error


def test_a_stop_ends_a_turn_and_leaves_the_rest_to_do(task_kind):
    stop = threading.Event()
    task_engine = paper_tasks.make_engine(task_kind, stop)
    task_kind.takes_s = 0.02
    task = paper_tasks.start(200)
    task_kind.on_call = lambda step: len(task_kind.calls) == 20 and stop.set()
    task_engine.tick()
    task.refresh_from_db()
    assert task.lease_until is None
    assert set(paper_tasks.states(task)) == {'done', 'pending'}
    task_engine.close()
