from django.utils import timezone
import pytest

from rey_dashboard.tasks import lease
from rey_dashboard.tasks import models
from rey_dashboard.tasks import orders
from tests import paper_tasks
from tests.paper_tasks import REY

pytestmark = pytest.mark.django_db

TASKS = models.Task.State


@pytest.mark.django_db(transaction=True)
def test_of_two_engines_one_works_on_a_task(task_kind, task_engine):
    other = paper_tasks.make_engine(task_kind)
    task = paper_tasks.start(4)
    inside = []

    def look(step):
        inside.append(other.tick())

    task_kind.on_call = look
    paper_tasks.work(task_engine, task)
    assert inside == [False] * 4
    other.close()


@pytest.mark.django_db(transaction=True)
def test_who_lost_the_lease_writes_nothing_more(task_kind, task_engine):
    task = paper_tasks.start(50)

    def take_over(step):
        if len(task_kind.calls) == 5:
            models.Task.objects.update(lease_number=99, lease_owner='other')

    task_kind.on_call = take_over
    assert task_engine.tick()
    task.refresh_from_db()
    assert (task.lease_number, task.lease_owner) == (99, 'other')
    assert (task.state, task.done) == (TASKS.RUNNING, 0)
    assert 'done' not in paper_tasks.states(task)
    models.Task.objects.update(lease_until=timezone.now())
    paper_tasks.work(task_engine, task)
    assert task.state == TASKS.SUCCEEDED
    assert set(task_kind.writes.values()) == {1}


def test_who_stood_still_calls_nobody_any_more(
    task_kind, task_engine, monkeypatch
):
    task = paper_tasks.start(50)

    def stand_still(step):
        monkeypatch.setattr(lease, 'MARGIN_S', 0)

    task_kind.on_call = stand_still
    task_engine.tick()
    before = len(task_kind.calls)
    assert before <= 2 * 4
    task.refresh_from_db()
    assert task.state == TASKS.RUNNING
    monkeypatch.setattr(lease, 'MARGIN_S', 30)
    task_kind.on_call = lambda step: None
    models.Task.objects.update(due_at=timezone.now())
    task_engine.tick()
    task.refresh_from_db()
    assert task.state == TASKS.SUCCEEDED


@pytest.mark.parametrize('number', range(1, 6))
def test_a_crash_at_any_round_costs_nothing(
    task_kind, task_engine, monkeypatch, number
):
    task_kind.takes_s = 0.02
    task = paper_tasks.start(60)
    paper_tasks.die_at_round(number, task_engine, monkeypatch)
    other = paper_tasks.make_engine(task_kind)
    paper_tasks.work(other, task)
    assert task.state == TASKS.SUCCEEDED
    assert task.done == 60
    assert set(task_kind.writes.values()) == {1}
    other.close()


def test_what_a_dead_worker_put_into_effect_is_never_called_cancelled(
    task_kind, task_engine, monkeypatch
):
    task_kind.takes_s = 0.02
    task = paper_tasks.start(100)
    paper_tasks.die_at_round(3, task_engine, monkeypatch)
    in_effect = set(task_kind.writes)
    assert in_effect
    orders.cancel(task, REY)
    paper_tasks.work(task_engine, task)
    assert task.state == TASKS.CANCELLED
    assert task.cancelled > 0
    done = task.steps.filter(state='done').values_list('target', flat=True)
    assert in_effect <= set(done)
    assert set(task_kind.writes.values()) == {1}
