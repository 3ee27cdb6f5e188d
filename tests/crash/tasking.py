"""What the processes of a test do with tasks in a little cloud."""

import logging
import os
import signal
import threading
import time

from django import db
from django.utils import timezone

from rey_dashboard import conf
from rey_dashboard.cloud import session
from rey_dashboard.inventory import databases
from rey_dashboard.tasks import ending
from rey_dashboard.tasks import engine
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import lanes
from rey_dashboard.tasks import lease
from rey_dashboard.tasks import models
from rey_dashboard.tasks import orders
from rey_dashboard.tasks import planning
from rey_dashboard.tasks import records
from rey_dashboard.tasks import ticking

REGION = 'RegionOne'
REY = records.Actor('rey')
CALL_TIMEOUT_S = 1
#: A lease runs out after this and a call's time-out.
MARGIN_S = 1


def _at_a_boundary():
    """Nothing, unless a test wants to die there."""


at_a_boundary = _at_a_boundary


class LittleKind(kinds.Kind):
    """Sets values, and makes things that bear their step's id."""

    label, rule = 'Little', 'rey:usage:act'

    def __init__(self):
        self._session = session.Session(timeout=CALL_TIMEOUT_S)

    def plan(self, region, parameters):
        at_once = parameters['at_once']
        for number in range(parameters['steps']):
            is_in_lane = at_once and number % 2
            yield kinds.Planned(
                target=f'{parameters["name"]}-{number}',
                service=('compute', 'volume')[number % 2],
                after={'value': 1, 'url': parameters['url']},
                lane='all' if is_in_lane else '',
                at_once=at_once,
            )

    def start(self, context, step):
        there = self._call('GET', step)
        if step.number % 3:
            if there['value'] != step.after['value']:
                self._call('PUT', step)
        elif not there['things']:
            self._call('POST', step)
        return kinds.Done()

    def _call(self, verb, step):
        at_a_boundary()
        answer = self._session.request(
            f'{step.after["url"]}/{step.target}',
            verb,
            json={
                'task': step.task_id,
                'pid': os.getpid(),
                'lane': step.lane,
                'value': 1,
            },
            authenticated=False,
        )
        at_a_boundary()
        return answer.json()


KINDS = {'little': LittleKind()}


def _make_engine(stop=None):
    lease.MARGIN_S = MARGIN_S
    settings = conf.Settings(CALL_TIMEOUT_S=CALL_TIMEOUT_S)
    return engine.Engine(REGION, settings, stop, KINDS)


def start(url: str, name: str, steps: int, at_once: int = 0) -> int:
    """The id of a task that was planned and started.

    :param at_once: every other step of all such tasks; 0 for no limit
    """
    kinds.installed = lambda: KINDS
    parameters = {'url': url, 'name': name, 'steps': steps, 'at_once': at_once}
    task = planning.plan('little', REGION, parameters, name, name, REY)
    orders.start(task, REY)
    return task.pk


def start_and_die(
    url: str, name: str, steps: int, at: int, at_once: int
) -> None:
    """Works on a new task, and kills itself at a boundary of it."""
    start(url, name, steps, at_once)
    _die_at(at)
    _work_until_it_rests()


def finish(task_name: str) -> dict:
    """As the next worker does when the lease of the dead one ran out."""
    models.Task.objects.update(lease_until=timezone.now())
    _work_until_it_rests()
    return told(task_name)


def told(task_name: str) -> dict:
    task = models.Task.objects.get(title=task_name)
    steps = list(task.steps.order_by('number').values_list('number', 'state'))
    return {
        'state': task.state,
        'counts': (task.total, task.done, task.failed, task.cancelled),
        'steps': steps,
    }


def work() -> None:
    """A worker that only works on tasks, until it is killed."""
    ticking.TICK_S = 0.1
    ticking.make_engine = _make_engine
    ticking.Ticker(lambda error: databases.explain(error))._run()


def work_and_race() -> None:
    """As ``work``, but that others meet it whenever it counts places."""
    count = lanes.Lanes._count

    def count_slowly(self):
        counted = count(self)
        time.sleep(0.03)
        return counted

    lanes.Lanes._count = count_slowly
    ending.LANE_LOOK_S = 0.05
    work()


def _work_until_it_rests():
    worker = _make_engine(threading.Event())
    while models.Task.objects.exclude(due_at=None).exists():
        if not worker.tick():
            time.sleep(0.05)
    worker.close()


def _die_at(at):
    """Also before and after each transaction, and before its commit."""
    global at_a_boundary
    lock, passed = threading.Lock(), 0

    def at_a_boundary():
        nonlocal passed
        with lock:
            passed += 1
            if passed == at:
                os.kill(os.getpid(), signal.SIGKILL)

    def around(method):
        def do(*args, **kwargs):
            at_a_boundary()
            try:
                return method(*args, **kwargs)
            finally:
                at_a_boundary()

        return do

    lease.Lease.take = around(lease.Lease.take)
    for name in ('_commit', '_savepoint_commit'):
        wrapper = db.connection
        setattr(wrapper, name, around(getattr(wrapper, name)))
    logging.disable()
