import time

from keystoneauth1 import exceptions as ks_exceptions
import pytest

from rey_dashboard import cli
from rey_dashboard import worker
from rey_dashboard.tasks import models
from rey_dashboard.tasks import orders
from tests import paper_tasks
from tests import test_worker

pytestmark = pytest.mark.django_db(transaction=True)


def state():
    return models.Task.objects.get().state


def test_the_worker_works_on_tasks_while_it_collects(
    cloud, task_kind, monkeypatch
):
    orders.start(paper_tasks.plan(5), paper_tasks.REY)
    ended = []

    def collect(beat, stop):
        end = time.monotonic() + 10
        while state() != 'succeeded' and time.monotonic() < end:
            beat()
        ended.append(state())
        raise ks_exceptions.ConnectFailure('away')

    monkeypatch.setattr(worker, 'collect_once', collect)
    test_worker.run(1)
    assert ended == ['succeeded']


def test_the_command_works_on_what_is_due(cloud, task_kind):
    orders.start(paper_tasks.plan(5), paper_tasks.REY)
    assert cli.main(['work']) == 0
    assert state() == 'succeeded'


def test_the_command_tells_why_it_cannot_work(task_kind, settings, capsys):
    settings.REY_DASHBOARD = {'CLOUD': 'nowhere'}
    orders.start(paper_tasks.plan(5), paper_tasks.REY)
    assert cli.main(['work']) == 1
    assert 'nowhere' in capsys.readouterr().err
    assert state() == 'queued'
