import threading
import time

import pytest

from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models
from rey_dashboard.tasks import verdict
from tests import paper_tasks

pytestmark = pytest.mark.django_db

TASKS = models.Task.State


def test_a_fault_for_good_fails_its_step_alone_in_the_clouds_words(
    task_kind, task_engine
):
    task_kind.faults['p2'] = [
        paper_tasks.answer(
            400, 'Quota limit 4 must be greater than 9', request_id='req-1f6c'
        )
    ]
    task = paper_tasks.start(3)
    paper_tasks.work(task_engine, task)
    assert task.state == TASKS.PARTLY_FAILED
    assert (task.done, task.failed) == (2, 1)
    step = task.steps.get(state='failed')
    assert 'Quota limit 4 must be greater than 9' in step.error
    assert step.error_request_id == 'req-1f6c'
    assert task_kind.calls.count('p2') == 1


def test_when_all_fail_the_task_did(task_kind, task_engine):
    task_kind.faults['p1'] = [paper_tasks.answer(400)]
    task = paper_tasks.start(1)
    paper_tasks.work(task_engine, task)
    assert task.state == TASKS.FAILED


def test_an_error_of_the_kind_fails_the_step_and_is_logged(
    task_kind, task_engine, caplog
):
    task_kind.faults['p1'] = [ZeroDivisionError('kind is broken')]
    task = paper_tasks.start(2)
    paper_tasks.work(task_engine, task)
    assert task.state == TASKS.PARTLY_FAILED
    assert 'kind is broken' in task.steps.get(state='failed').error
    assert 'ZeroDivisionError' in caplog.text


@pytest.mark.parametrize('outcome', [None, kinds.Done({'at': object()})])
def test_an_outcome_that_cannot_be_stored_fails_its_step_alone(
    task_kind, task_engine, monkeypatch, outcome
):
    monkeypatch.setattr(task_kind, '_set', lambda step: outcome)
    task = paper_tasks.start(2)
    paper_tasks.work(task_engine, task)
    assert task.state == TASKS.FAILED
    assert task.failed == 2


def test_a_service_that_is_away_delays_and_fails_nothing(
    task_kind, task_engine
):
    away = threading.Event()
    away.set()

    def fall(step):
        if away.is_set():
            raise ConnectionRefusedError('nothing answers')

    task_kind.on_call = fall
    task = paper_tasks.start(20)
    end = time.monotonic() + 1
    while time.monotonic() < end:
        task_engine.tick()
        time.sleep(0.01)
    task.refresh_from_db()
    assert (task.state, task.done, task.failed) == (TASKS.RUNNING, 0, 0)
    assert 'nothing answers' in task.note
    away.clear()
    paper_tasks.work(task_engine, task)
    assert task.state == TASKS.SUCCEEDED
    assert task.note == ''


def test_a_step_that_the_service_breaks_on_fails_after_some_tries(
    task_kind, task_engine
):
    task_kind.faults['p2'] = [
        paper_tasks.answer(500, 'broke') for _ in range(99)
    ]
    task = paper_tasks.start(40)
    task_kind.takes_s = 0.02
    paper_tasks.work(task_engine, task)
    assert (task.done, task.failed) == (39, 1)
    step = task.steps.get(state='failed')
    assert step.attempts == verdict.TRIES
    assert task_kind.calls.count('p2') <= 2 * verdict.TRIES


def test_a_step_that_the_service_breaks_on_fails_when_it_is_the_last_too(
    task_kind, task_engine
):
    task_kind.faults['p1'] = [
        paper_tasks.answer(500, 'broke') for _ in range(99)
    ]
    task = paper_tasks.start(1)
    paper_tasks.work(task_engine, task)
    assert task.state == TASKS.FAILED
    assert len(task_kind.calls) == verdict.TRIES


def test_when_all_that_is_left_breaks_the_task_ends_nevertheless(
    task_kind, task_engine, monkeypatch
):
    monkeypatch.setattr(verdict, 'PATIENCE_S', 0.5)
    for number in range(1, 4):
        task_kind.faults[f'p{number}'] = [
            paper_tasks.answer(503) for _ in range(999)
        ]
    task = paper_tasks.start(3)
    paper_tasks.work(task_engine, task)
    assert task.state == TASKS.FAILED


def test_a_retry_after_is_waited_for_and_the_service_gets_less(
    task_kind, task_engine
):
    task_kind.takes_s = 0.01
    refused_at = []

    def refuse(step):
        if step.service == 'compute' and len(refused_at) < 2:
            refused_at.append(time.monotonic())
            raise paper_tasks.answer(429, retry_after=1)
        if step.service == 'compute':
            waited = time.monotonic() - refused_at[-1]
            assert waited >= 0.9, waited

    task_kind.on_call = refuse
    task = paper_tasks.start(8)
    paper_tasks.work(task_engine, task)
    assert task.state == TASKS.SUCCEEDED
    volume = task.steps.filter(service='volume')
    compute = task.steps.filter(service='compute')
    slowest = max(step.ended_at for step in volume)
    assert slowest < min(step.ended_at for step in compute)
    assert set(compute.values_list('attempts', flat=True)) == {0}


def test_a_quota_that_is_full_is_not_called_asking_too_often(
    task_kind, task_engine
):
    task_kind.faults['p1'] = [paper_tasks.answer(413)]
    task = paper_tasks.start(1)
    paper_tasks.work(task_engine, task)
    step = task.steps.get()
    assert step.state == models.Step.State.FAILED
    assert 'quota is full' in step.remedy
