import datetime

from django.utils import timezone
import pytest

from rey_dashboard.tasks import models
from rey_dashboard.tasks import orders
from rey_dashboard.tasks import planning
from tests import paper_tasks
from tests.paper_tasks import REY

pytestmark = pytest.mark.django_db

TASKS = models.Task.State


def test_a_double_click_makes_one_task_and_starts_it_once(
    task_kind, task_engine
):
    task = paper_tasks.start(3)
    again = paper_tasks.plan(3)
    assert again.pk == task.pk
    assert task.steps.count() == 3
    with pytest.raises(orders.NotNow):
        orders.start(again, REY)
    assert models.Record.objects.filter(what='started').count() == 1


def test_a_plan_that_nobody_starts_is_forgotten_but_its_record(task_kind):
    started = paper_tasks.start(3)
    old = paper_tasks.plan(3, form='two')
    new = paper_tasks.plan(3, form='three')
    yesterday = timezone.now() - datetime.timedelta(days=1, hours=1)
    models.Task.objects.exclude(pk=new.pk).update(planned_at=yesterday)
    planning.forget_unstarted()
    assert set(models.Task.objects.all()) == {started, new}
    assert models.Step.objects.count() == 6
    assert models.Record.objects.filter(task_id=old.pk).exists()


def test_a_refused_step_is_shown_and_never_runs(task_kind, task_engine):
    task = paper_tasks.start(3, refused={'p2': 'It has unified limits.'})
    paper_tasks.work(task_engine, task)
    assert task.state == TASKS.SUCCEEDED
    assert task.total == 2
    assert sorted(task_kind.calls) == ['p1', 'p3']
    refused = task.steps.get(state='refused')
    assert refused.error == 'It has unified limits.'


def test_only_what_failed_is_tried_again(task_kind, task_engine):
    task_kind.faults['p2'] = [paper_tasks.answer(400)]
    task = paper_tasks.start(3)
    paper_tasks.work(task_engine, task)
    task_kind.calls.clear()
    orders.retry(task, REY)
    assert task.state == TASKS.QUEUED
    paper_tasks.work(task_engine, task)
    assert task_kind.calls == ['p2']
    assert task.state == TASKS.SUCCEEDED
    assert (task.done, task.failed) == (3, 0)
    assert task.steps.get(target='p2').error == ''


def test_failed_steps_can_be_retried_while_others_run(task_kind, task_engine):
    task_kind.faults['p2'] = [paper_tasks.answer(400)]
    task_kind.polls, task_kind.look_again_s = 1, 0.5
    task = paper_tasks.start(3)
    task_engine.tick()
    task.refresh_from_db()
    assert (task.state, task.failed) == (TASKS.RUNNING, 1)
    orders.retry(task, REY)
    paper_tasks.work(task_engine, task)
    assert (task.state, task.done) == (TASKS.SUCCEEDED, 3)


@pytest.mark.django_db(transaction=True)
def test_a_pause_begins_nothing_more_and_resume_goes_on(
    task_kind, task_engine
):
    task_kind.takes_s = 0.02
    task = paper_tasks.start(200)
    task_kind.on_call = lambda step: (
        orders.pause(task, REY) if len(task_kind.calls) == 20 else None
    )
    paper_tasks.work(task_engine, task)
    assert task.state == TASKS.PAUSED
    states = paper_tasks.states(task)
    assert set(states) == {'done', 'pending'}
    assert states['done'] == len(task_kind.calls) < 200
    assert not task_engine.tick()
    orders.resume(task, REY)
    paper_tasks.work(task_engine, task)
    assert task.state == TASKS.SUCCEEDED
    assert set(task_kind.writes.values()) == {1}


@pytest.mark.django_db(transaction=True)
def test_a_cancelled_task_lists_what_is_done(task_kind, task_engine):
    task_kind.takes_s = 0.02
    task = paper_tasks.start(200)
    task_kind.on_call = lambda step: (
        orders.cancel(task, REY) if len(task_kind.calls) == 20 else None
    )
    paper_tasks.work(task_engine, task)
    assert task.state == TASKS.CANCELLED
    states = paper_tasks.states(task)
    assert set(states) == {'done', 'cancelled'}
    assert task.done == states['done'] == len(task_kind.writes)
    assert task.cancelled == states['cancelled']
    assert not orders.possible(task)


def test_a_paused_and_a_planned_task_can_be_cancelled(task_kind, task_engine):
    task = paper_tasks.start(5)
    orders.pause(task, REY)
    paper_tasks.work(task_engine, task)
    orders.cancel(task, REY)
    paper_tasks.work(task_engine, task)
    assert (task.state, task.cancelled) == (TASKS.CANCELLED, 5)
    planned = paper_tasks.plan(5, form='other')
    orders.cancel(planned, REY)
    assert (planned.state, planned.cancelled) == (TASKS.CANCELLED, 5)
    assert not task_kind.calls


@pytest.mark.django_db(transaction=True)
def test_a_cancelling_waits_for_what_the_cloud_works_on(
    task_kind, task_engine
):
    task_kind.polls = 2
    task_kind.takes_s = 0.02
    task = paper_tasks.start(100)
    task_kind.on_call = lambda step: (
        orders.cancel(task, REY) if len(task_kind.calls) == 10 else None
    )
    paper_tasks.work(task_engine, task)
    assert task.state == TASKS.CANCELLED
    assert set(paper_tasks.states(task)) == {'done', 'cancelled'}
    assert task.done == len(task_kind.writes)


def test_undoing_brings_back_what_was_and_leaves_conflicts(
    task_kind, task_engine
):
    task_kind.there['p1'] = 7
    task = paper_tasks.start(4)
    paper_tasks.work(task_engine, task)
    task_kind.there['p3'] = 41
    undo = planning.plan_undo(task, 'Undo', 'undo', REY)
    assert undo.undo_of == task
    assert undo.total == 3
    conflict = undo.steps.get(state='refused')
    assert (conflict.target, conflict.error) == (
        'p3',
        'Somebody changed it since.',
    )
    orders.start(undo, REY)
    # Somebody else, after the preview.
    task_kind.there['p4'] = 42
    paper_tasks.work(task_engine, undo)
    assert dict(task_kind.there) == {'p1': 7, 'p2': 0, 'p3': 41, 'p4': 42}
    assert undo.state == TASKS.PARTLY_FAILED
    assert undo.steps.get(state='failed').error == 'It is 42 by now.'


def test_what_is_not_done_cannot_be_undone(task_kind, task_engine):
    task = paper_tasks.start(1)
    with pytest.raises(planning.CannotUndo):
        planning.plan_undo(task, 'Undo', 'undo', REY)


def test_all_that_is_asked_is_recorded(task_kind, task_engine):
    task = paper_tasks.start(2)
    orders.pause(task, REY)
    orders.resume(task, REY)
    orders.assign(task, REY, 'h1', 'Helper')
    orders.comment(task, REY, 'Please look.')
    orders.cancel(task, REY)
    rows = models.Record.objects.order_by('id')
    assert [row.what for row in rows] == [
        'planned',
        'started',
        'paused',
        'resumed',
        'assigned',
        'commented',
        'cancelled',
    ]
    assert {(row.who_name, row.address) for row in rows} == {
        ('Rey', '192.0.2.1')
    }
    assert task.comments.get().text == 'Please look.'
