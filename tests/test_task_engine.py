import datetime
import threading
import time

from django.utils import timezone
import pytest

from rey_dashboard.tasks import gates
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import lease
from rey_dashboard.tasks import models
from rey_dashboard.tasks import orders
from rey_dashboard.tasks import planning
from rey_dashboard.tasks import turn
from rey_dashboard.tasks import verdict
from tests import paper_tasks
from tests.paper_tasks import REY

pytestmark = pytest.mark.django_db
#: Threads of calls ask the database, too.
in_threads = pytest.mark.django_db(transaction=True)

TASKS = models.Task.State


@pytest.fixture
def kind(monkeypatch):
    kind = paper_tasks.PaperKind()
    monkeypatch.setattr(kinds, 'installed', lambda: {'paper': kind})
    # Nobody waits long here.
    monkeypatch.setattr(gates, 'LONGEST_PAUSE_S', 0.05)
    monkeypatch.setattr(verdict, 'LONGEST_WAIT_S', 0.05)
    return kind


@pytest.fixture
def engine(kind):
    engine = paper_tasks.make_engine(kind)
    yield engine
    engine.close()


def start(steps, **more):
    task = paper_tasks.plan(steps, **more)
    orders.start(task, REY)
    return task


def work(engine, task):
    paper_tasks.work_until_it_rests(engine)
    task.refresh_from_db()


def test_each_step_is_done_once_and_told(kind, engine):
    task = start(30)
    work(engine, task)
    assert task.state == TASKS.SUCCEEDED
    assert paper_tasks.states(task) == {'done': 30}
    assert (task.total, task.done, task.failed, task.to_go) == (30, 30, 0, 0)
    assert set(kind.writes.values()) == {1}
    assert len(kind.calls) == len(kind.mirrored) == 30
    assert task.worked_s > 0
    assert task.ended_at >= task.started_at
    assert task.lease_until is None
    step = task.steps.first()
    assert step.took is not None
    assert kind.request_ids[step.target] == step.request_id


def test_a_double_click_makes_one_task_and_starts_it_once(kind, engine):
    task = start(3)
    again = paper_tasks.plan(3)
    assert again.pk == task.pk
    assert task.steps.count() == 3
    with pytest.raises(orders.NotNow):
        orders.start(again, REY)
    assert models.Record.objects.filter(what='started').count() == 1


def test_a_refused_step_is_shown_and_never_runs(kind, engine):
    task = start(3, refused={'p2': 'It has unified limits.'})
    work(engine, task)
    assert task.state == TASKS.SUCCEEDED
    assert task.total == 2
    assert sorted(kind.calls) == ['p1', 'p3']
    refused = task.steps.get(state='refused')
    assert refused.error == 'It has unified limits.'


def test_a_fault_for_good_fails_its_step_alone_in_the_clouds_words(
    kind, engine
):
    kind.faults['p2'] = [
        paper_tasks.answer(
            400, 'Quota limit 4 must be greater than 9', request_id='req-1f6c'
        )
    ]
    task = start(3)
    work(engine, task)
    assert task.state == TASKS.PARTLY_FAILED
    assert (task.done, task.failed) == (2, 1)
    step = task.steps.get(state='failed')
    assert 'Quota limit 4 must be greater than 9' in step.error
    assert step.error_request_id == 'req-1f6c'
    assert kind.calls.count('p2') == 1


def test_when_all_fail_the_task_did(kind, engine):
    kind.faults['p1'] = [paper_tasks.answer(400)]
    task = start(1)
    work(engine, task)
    assert task.state == TASKS.FAILED


def test_an_error_of_the_kind_fails_the_step_and_is_logged(
    kind, engine, caplog
):
    kind.faults['p1'] = [ZeroDivisionError('kind is broken')]
    task = start(2)
    work(engine, task)
    assert task.state == TASKS.PARTLY_FAILED
    assert 'kind is broken' in task.steps.get(state='failed').error
    assert 'ZeroDivisionError' in caplog.text


def test_only_what_failed_is_tried_again(kind, engine):
    kind.faults['p2'] = [paper_tasks.answer(400)]
    task = start(3)
    work(engine, task)
    kind.calls.clear()
    orders.retry(task, REY)
    assert task.state == TASKS.QUEUED
    work(engine, task)
    assert kind.calls == ['p2']
    assert task.state == TASKS.SUCCEEDED
    assert (task.done, task.failed) == (3, 0)
    assert task.steps.get(target='p2').error == ''


def test_a_service_that_is_away_delays_and_fails_nothing(kind, engine):
    away = threading.Event()
    away.set()

    def fall(step):
        if away.is_set():
            raise ConnectionRefusedError('nothing answers')

    kind.on_call = fall
    task = start(20)
    end = time.monotonic() + 1
    while time.monotonic() < end:
        engine.tick()
        time.sleep(0.01)
    task.refresh_from_db()
    assert (task.state, task.done, task.failed) == (TASKS.RUNNING, 0, 0)
    assert 'nothing answers' in task.note
    away.clear()
    work(engine, task)
    assert task.state == TASKS.SUCCEEDED
    assert task.note == ''


def test_a_step_that_the_service_breaks_on_fails_after_some_tries(
    kind, engine
):
    kind.faults['p2'] = [paper_tasks.answer(500, 'broke') for _ in range(99)]
    task = start(40)
    kind.takes_s = 0.02
    work(engine, task)
    assert (task.done, task.failed) == (39, 1)
    step = task.steps.get(state='failed')
    assert step.attempts == verdict.TRIES
    assert kind.calls.count('p2') <= 2 * verdict.TRIES


def test_when_all_that_is_left_breaks_the_task_ends_nevertheless(
    kind, engine, monkeypatch
):
    monkeypatch.setattr(verdict, 'PATIENCE_S', 0.5)
    for number in range(1, 4):
        kind.faults[f'p{number}'] = [
            paper_tasks.answer(503) for _ in range(999)
        ]
    task = start(3)
    work(engine, task)
    assert task.state == TASKS.FAILED


def test_a_retry_after_is_waited_for_and_the_service_gets_less(kind, engine):
    kind.takes_s = 0.01
    refused_at = []

    def refuse(step):
        if step.service == 'compute' and len(refused_at) < 2:
            refused_at.append(time.monotonic())
            raise paper_tasks.answer(429, retry_after=1)
        if step.service == 'compute':
            waited = time.monotonic() - refused_at[-1]
            assert waited >= 0.9, waited

    kind.on_call = refuse
    task = start(8)
    work(engine, task)
    assert task.state == TASKS.SUCCEEDED
    volume = task.steps.filter(service='volume')
    compute = task.steps.filter(service='compute')
    slowest = max(step.ended_at for step in volume)
    assert slowest < min(step.ended_at for step in compute)
    assert set(compute.values_list('attempts', flat=True)) == {0}


def test_calls_of_a_service_side_by_side_are_bounded(kind):
    kind.takes_s = 0.01
    engine = paper_tasks.make_engine(kind, PARALLEL_CALLS=3)
    task = start(60)
    work(engine, task)
    # Of two services.
    assert kind.most_at_once == 6
    engine.close()


@in_threads
def test_a_pause_begins_nothing_more_and_resume_goes_on(kind, engine):
    kind.takes_s = 0.02
    task = start(200)
    kind.on_call = lambda step: (
        orders.pause(task, REY) if len(kind.calls) == 20 else None
    )
    work(engine, task)
    assert task.state == TASKS.PAUSED
    states = paper_tasks.states(task)
    assert set(states) == {'done', 'pending'}
    assert states['done'] == len(kind.calls) < 200
    assert not engine.tick()
    orders.resume(task, REY)
    work(engine, task)
    assert task.state == TASKS.SUCCEEDED
    assert set(kind.writes.values()) == {1}


@in_threads
def test_a_cancelled_task_lists_what_is_done(kind, engine):
    kind.takes_s = 0.02
    task = start(200)
    kind.on_call = lambda step: (
        orders.cancel(task, REY) if len(kind.calls) == 20 else None
    )
    work(engine, task)
    assert task.state == TASKS.CANCELLED
    states = paper_tasks.states(task)
    assert set(states) == {'done', 'cancelled'}
    assert task.done == states['done'] == len(kind.writes)
    assert task.cancelled == states['cancelled']
    assert not orders.possible(task)


def test_a_paused_and_a_planned_task_can_be_cancelled(kind, engine):
    task = start(5)
    orders.pause(task, REY)
    work(engine, task)
    orders.cancel(task, REY)
    work(engine, task)
    assert (task.state, task.cancelled) == (TASKS.CANCELLED, 5)
    planned = paper_tasks.plan(5, form='other')
    orders.cancel(planned, REY)
    assert (planned.state, planned.cancelled) == (TASKS.CANCELLED, 5)
    assert not kind.calls


def test_what_the_cloud_works_on_is_polled_until_it_ends(kind, engine):
    kind.polls = 3
    task = start(5)
    work(engine, task)
    assert task.state == TASKS.SUCCEEDED
    assert set(kind.writes.values()) == {1}
    assert len(kind.calls) == 5 * 4


@in_threads
def test_a_cancelling_waits_for_what_the_cloud_works_on(kind, engine):
    kind.polls = 2
    kind.takes_s = 0.02
    task = start(100)
    kind.on_call = lambda step: (
        orders.cancel(task, REY) if len(kind.calls) == 10 else None
    )
    work(engine, task)
    assert task.state == TASKS.CANCELLED
    assert set(paper_tasks.states(task)) == {'done', 'cancelled'}
    assert task.done == len(kind.writes)


def test_undoing_brings_back_what_was_and_leaves_conflicts(kind, engine):
    kind.there['p1'] = 7
    task = start(4)
    work(engine, task)
    kind.there['p3'] = 41
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
    kind.there['p4'] = 42
    work(engine, undo)
    assert dict(kind.there) == {'p1': 7, 'p2': 0, 'p3': 41, 'p4': 42}
    assert undo.state == TASKS.PARTLY_FAILED
    assert undo.steps.get(state='failed').error == 'It is 42 by now.'


def test_what_is_not_done_cannot_be_undone(kind, engine):
    task = start(1)
    with pytest.raises(planning.CannotUndo):
        planning.plan_undo(task, 'Undo', 'undo', REY)


def test_tasks_take_turns(kind, engine, monkeypatch):
    monkeypatch.setattr('rey_dashboard.tasks.engine.TURN_S', 0.2)
    kind.takes_s = 0.01
    first, second = start(400), start(400, form='other', value=50)
    kind.there.update({f'p{n}': 40 for n in range(1, 401)})
    second.steps.update(before={'value': 40})
    ticked = []
    for _ in range(4):
        engine.tick()
        ticked.append(models.Task.objects.order_by('-ticked_at')[0].pk)
    assert ticked == [first.pk, second.pk] * 2


def test_the_estimate_is_of_measured_tasks(kind, engine):
    task = start(5)
    assert task.estimate_s is None
    work(engine, task)
    other = paper_tasks.plan(10, form='other', value=50)
    told = planning.estimate(other)
    assert told.seconds == pytest.approx(2 * task.worked_s)
    assert (told.tasks, told.steps) == (1, 5)
    orders.start(other, REY)
    assert other.estimate_s == pytest.approx(told.seconds)


@in_threads
def test_of_two_engines_one_works_on_a_task(kind, engine):
    other = paper_tasks.make_engine(kind)
    task = start(4)
    inside = []

    def look(step):
        inside.append(other.tick())

    kind.on_call = look
    work(engine, task)
    assert inside == [False] * 4
    other.close()


@in_threads
def test_who_lost_the_lease_writes_nothing_more(kind, engine):
    task = start(50)

    def take_over(step):
        if len(kind.calls) == 5:
            models.Task.objects.update(lease_number=99, lease_owner='other')

    kind.on_call = take_over
    assert engine.tick()
    task.refresh_from_db()
    assert (task.lease_number, task.lease_owner) == (99, 'other')
    assert (task.state, task.done) == (TASKS.RUNNING, 0)
    assert 'done' not in paper_tasks.states(task)
    models.Task.objects.update(lease_until=timezone.now())
    work(engine, task)
    assert task.state == TASKS.SUCCEEDED
    assert set(kind.writes.values()) == {1}


def test_who_stood_still_calls_nobody_any_more(kind, engine, monkeypatch):
    task = start(50)

    def stand_still(step):
        monkeypatch.setattr(lease, 'MARGIN_S', 0)

    kind.on_call = stand_still
    engine.tick()
    before = len(kind.calls)
    assert before <= 2 * 4
    task.refresh_from_db()
    assert task.state == TASKS.RUNNING
    monkeypatch.undo()
    kind.on_call = lambda step: None
    models.Task.objects.update(due_at=timezone.now())
    engine.tick()
    task.refresh_from_db()
    assert task.state == TASKS.SUCCEEDED


class Killed(BaseException):
    """As -9: nothing is caught and put right."""


@pytest.mark.parametrize('at', range(1, 8))
def test_a_crash_at_any_round_costs_nothing(kind, engine, monkeypatch, at):
    monkeypatch.setattr(turn, 'ROUND_S', 0.02)
    kind.takes_s = 0.01
    task = start(30)
    writing = lease.Lease.writing
    rounds = iter(range(1, 999))

    def die(self, **columns):
        if next(rounds) == at:
            raise Killed
        return writing(self, **columns)

    monkeypatch.setattr(lease.Lease, 'writing', die)
    try:
        engine.tick()
    except Killed:
        models.Task.objects.update(lease_until=timezone.now())
    engine.close()
    work(paper_tasks.make_engine(kind), task)
    assert task.state == TASKS.SUCCEEDED
    assert task.done == 30
    assert set(kind.writes.values()) == {1}


def test_what_a_dead_worker_put_into_effect_is_never_called_cancelled(
    kind, engine, monkeypatch
):
    kind.takes_s = 0.01
    task = start(100)
    writing = lease.Lease.writing
    rounds = iter(range(9))

    def die(self, **columns):
        if next(rounds) == 2:
            raise Killed
        return writing(self, **columns)

    monkeypatch.setattr(lease.Lease, 'writing', die)
    with pytest.raises(Killed):
        engine.tick()
    monkeypatch.setattr(lease.Lease, 'writing', writing)
    models.Task.objects.update(lease_until=timezone.now())
    orders.cancel(task, REY)
    work(engine, task)
    assert task.state == TASKS.CANCELLED
    assert task.cancelled > 0
    done = task.steps.filter(state='done').values_list('target', flat=True)
    assert set(kind.writes) <= set(done)
    assert set(kind.writes.values()) == {1}


def test_failed_steps_can_be_retried_while_others_run(kind, engine):
    kind.faults['p2'] = [paper_tasks.answer(400)]
    kind.polls, kind.look_again_s = 1, 0.5
    task = start(3)
    engine.tick()
    task.refresh_from_db()
    assert (task.state, task.failed) == (TASKS.RUNNING, 1)
    orders.retry(task, REY)
    work(engine, task)
    assert (task.state, task.done) == (TASKS.SUCCEEDED, 3)


def test_a_kind_that_is_not_installed_is_waited_for(kind, engine):
    task = start(2)
    models.Task.objects.update(kind='other')
    assert not engine.tick()
    task.refresh_from_db()
    assert task.state == TASKS.QUEUED
    assert "'other' is not installed" in task.note
    assert task.due_at > timezone.now() + datetime.timedelta(seconds=30)


def test_a_stop_ends_a_turn_and_leaves_the_rest_to_do(kind):
    stop = threading.Event()
    engine = paper_tasks.make_engine(kind, stop)
    kind.takes_s = 0.02
    task = start(200)
    kind.on_call = lambda step: len(kind.calls) == 20 and stop.set()
    engine.tick()
    task.refresh_from_db()
    assert task.lease_until is None
    assert set(paper_tasks.states(task)) == {'done', 'pending'}
    engine.close()


def test_all_that_is_asked_is_recorded(kind, engine):
    task = start(2)
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
