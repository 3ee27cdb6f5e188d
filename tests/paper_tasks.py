"""A kind of task whose cloud is a dict, and goes wrong as it is told."""

import collections
import itertools
import threading
import time

from django.utils import timezone
from keystoneauth1 import exceptions as ks_exceptions
import pytest

from rey_dashboard import conf
from rey_dashboard.cloud import caller
from rey_dashboard.tasks import engine
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import lease
from rey_dashboard.tasks import models
from rey_dashboard.tasks import orders
from rey_dashboard.tasks import planning
from rey_dashboard.tasks import records
from rey_dashboard.tasks import turn
from tests import factory_tasks

REY = records.Actor('rey', 'Rey', '192.0.2.1')


class PaperKind(kinds.Kind):
    """Sets one value of each target.

    :ivar there: the value that each target has in the cloud
    :ivar calls: targets, as they were called
    :ivar faults: what the next calls for a target raise
    """

    label, rule = 'Paper', 'rey:usage:act'

    def __init__(self):
        self.there = collections.defaultdict(int)
        self.writes = collections.Counter()
        self.calls = []
        self.request_ids = {}
        self.faults = collections.defaultdict(list)
        self.mirrored = []
        self.at_once = self.most_at_once = 0
        self.takes_s = 0
        self.polls = 0
        self.look_again_s = 0
        self.on_call = lambda step: None
        self._lock = threading.Lock()

    def plan(self, region, parameters):
        for number in range(1, parameters['steps'] + 1):
            target = f'p{number}'
            refused = parameters.get('refused', {}).get(target, '')
            yield kinds.Planned(
                target=target,
                service=('compute', 'volume')[number % 2],
                before={'value': self.there[target]},
                after={'value': parameters['value']},
                refused=refused,
            )

    def undo(self, region, steps):
        for step in steps:
            is_same = self.there[step.target] == step.after['value']
            yield kinds.Planned(
                target=step.target,
                service=step.service,
                before=step.after,
                after=step.before,
                refused='' if is_same else 'Somebody changed it since.',
            )

    def start(self, context, step):
        caller.current().may_call()
        with self._lock:
            self.calls.append(step.target)
            self.request_ids[step.target] = caller.current().request_id
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            self.on_call(step)
            time.sleep(self.takes_s)
            if self.faults[step.target]:
                raise self.faults[step.target].pop(0)
            return self._set(step)
        finally:
            with self._lock:
                self.at_once -= 1

    def _set(self, step):
        there, after = self.there[step.target], step.after['value']
        if there != after:
            if there != step.before['value']:
                raise kinds.Conflict(f'It is {there} by now.')
            self.there[step.target] = after
            self.writes[step.target] += 1
        if self.polls:
            return kinds.Running(
                self.look_again_s, work={'left': self.polls}, progress=0
            )
        return kinds.Done()

    def poll(self, context, step):
        self.calls.append(step.target)
        left = step.work['left'] - 1
        if left:
            return kinds.Running(
                self.look_again_s, work={'left': left}, progress=0.5
            )
        return kinds.Done()

    def mirror(self, region, steps):
        self.mirrored += [step.target for step in steps]


def make_engine(kind, stop=None, **settings):
    settings.setdefault('CALL_TIMEOUT_S', 1)
    return engine.Engine(
        factory_tasks.REGION,
        conf.Settings(**settings),
        stop=stop,
        kinds={'paper': kind},
    )


def plan(steps, value=40, form='one', **parameters):
    return planning.plan(
        'paper',
        factory_tasks.REGION,
        {'steps': steps, 'value': value, **parameters},
        'Set all',
        form,
        REY,
    )


def start(steps, **more):
    task = plan(steps, **more)
    orders.start(task, REY)
    return task


def work(engine, task):
    """Until all is at rest; the task is as it is then."""
    work_until_it_rests(engine)
    task.refresh_from_db()


def answer(status, message='', **more):
    """As keystoneauth raises it."""
    of_status = {
        400: ks_exceptions.BadRequest,
        413: ks_exceptions.RequestEntityTooLarge,
        429: ks_exceptions.HttpError,
        500: ks_exceptions.InternalServerError,
        503: ks_exceptions.ServiceUnavailable,
    }
    return of_status[status](message, http_status=status, **more)


def work_until_it_rests(engine, patience_s=20):
    """Until nothing is left that a worker would look at."""
    end = time.monotonic() + patience_s
    live = models.Task.objects.exclude(due_at=None)
    while live.exists():
        assert time.monotonic() < end, list(live.values())
        if not engine.tick():
            time.sleep(0.01)


class Killed(BaseException):
    """As -9: nothing is caught and put right."""


def die_at_round(number, engine, monkeypatch):
    """The last transaction of a turn counts as a round, too."""
    writing = lease.Lease.writing
    rounds = itertools.count(1)

    def die(self, **columns):
        if next(rounds) == number:
            raise Killed
        return writing(self, **columns)

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(turn, 'ROUND_S', 0.02)
        patch.setattr(lease.Lease, 'writing', die)
        engine.tick()
    # As if the time were over that its lease holds.
    models.Task.objects.update(lease_until=timezone.now())


def states(task):
    rows = task.steps.order_by().values_list('state', flat=True)
    return dict(collections.Counter(rows))
