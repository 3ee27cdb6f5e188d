"""Tasks on paper whose steps are in lanes."""

import collections
import threading

from django.db import connection
from django.utils import timezone

from rey_dashboard.tasks import ending
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models
from rey_dashboard.tasks import orders
from tests import paper_tasks
from tests.paper_tasks import REY


class LaneKind(paper_tasks.PaperKind):
    """Its steps are in lanes.

    :ivar most: so many steps of each lane were under way at once, at most
    :ivar held: lanes whose steps stay under way
    """

    def __init__(self):
        super().__init__()
        self.under_way = collections.defaultdict(set)
        self.most = collections.Counter()
        self.held = set()

    def plan(self, region, parameters):
        """:param parameters: the lane of each step, and its limit"""
        for number, (lane, at_once) in enumerate(parameters['lanes'], 1):
            yield kinds.Planned(
                target=f'{parameters["of"]}{number}',
                service='volume',
                before={'value': 0},
                after={'value': parameters['value']},
                lane=lane,
                at_once=at_once,
            )

    def start(self, context, step):
        with self._lock:
            under_way = self.under_way[step.lane]
            under_way.add(step.target)
            self.most[step.lane] = max(self.most[step.lane], len(under_way))
        try:
            return self._told(step, super().start(context, step))
        except Exception:
            self._leave(step)
            raise

    def poll(self, context, step):
        if step.lane in self.held:
            return kinds.Running(self.look_again_s, work=step.work)
        return self._told(step, super().poll(context, step))

    def _told(self, step, outcome):
        if isinstance(outcome, kinds.Done):
            self._leave(step)
        return outcome

    def _leave(self, step):
        with self._lock:
            self.under_way[step.lane].discard(step.target)


def race(kind, workers=3):
    """So many work on all that there is, until nothing is left."""

    def work():
        engine = paper_tasks.make_engine(kind)
        paper_tasks.work_until_it_rests(engine, patience_s=60)
        engine.close()
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def install(monkeypatch):
    """The one kind that there is; its tasks look for a place often."""
    kind = LaneKind()
    monkeypatch.setattr(kinds, 'installed', lambda: {'paper': kind})
    monkeypatch.setattr(ending, 'LANE_LOOK_S', 0.05)
    return kind


def plan(lanes, of='p'):
    return paper_tasks.plan(len(lanes), form=of, lanes=lanes, of=of)


def start(lanes, of='p'):
    task = plan(lanes, of)
    orders.start(task, REY)
    return task


def hold(kind, engine, lane, at_once=1):
    """Has steps of another task fill a lane until they are let go."""
    kind.polls, kind.look_again_s = 1, 40
    kind.held.add(lane)
    task = start([(lane, at_once)] * at_once, of='held')
    assert engine.tick()
    assert paper_tasks.states(task) == {'running': at_once}
    return task


def let_go(kind, lane):
    kind.polls = kind.look_again_s = 0
    kind.held.discard(lane)
    now = timezone.now()
    models.Step.objects.filter(lane=lane).update(not_before=None)
    models.Task.objects.exclude(due_at=None).update(due_at=now)
