"""When a run has ended, what need not be kept is deleted once."""

import datetime

import pytest

from rey_dashboard.backups import due
from rey_dashboard.backups import settling
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models as tasks
from tests import factory_policies
from tests.factory_policies import end
from tests.factory_policies import latest
from tests.factory_policies import look
from tests.factory_policies import make
from tests.factory_policies import runs
from tests.factory_policies import utc

pytestmark = pytest.mark.django_db
#: Two o'clock in Berlin.
DUE = utc(2026, 3, 2, 1)
MINUTE = datetime.timedelta(minutes=1)
STATES = tasks.Task.State


@pytest.fixture
def volumes():
    factory_policies.project('p', 'default', 'a', 'b')


class Prune(kinds.Kind):
    """On paper: deletes what a test says."""

    label, rule = 'Prune', 'rey:operate:act'
    targets = ('x',)

    def plan(self, region, parameters):
        self.asked = parameters
        for target in self.targets:
            yield kinds.Planned(target=target, service='volume')

    def start(self, context, step):
        return kinds.Done()


@pytest.fixture
def prune(monkeypatch):
    kind = Prune()
    there = {**kinds.installed(), settling.KIND: kind}
    monkeypatch.setattr(kinds, 'installed', lambda: there)
    return kind


def test_the_task_of_a_domain_s_policy_is_that_domain_s(volumes, prune):
    policy = make(DUE, domain_id='default')
    look(DUE)
    end(latest(policy))
    look(DUE + MINUTE)
    assert {task.domain_id for task in tasks.Task.objects.all()} == {'default'}
    assert tasks.Task.objects.count() == 2


def test_when_a_run_has_ended_what_need_not_be_kept_is_deleted_once(
    volumes, prune
):
    policy = make(DUE)
    look(DUE)
    look(DUE + MINUTE)
    assert not latest(policy).pruning
    end(latest(policy), STATES.PARTLY_FAILED)
    for _look in range(3):
        look(DUE + 2 * MINUTE)
    pruning = tasks.Task.objects.get(kind=settling.KIND)
    assert latest(policy).pruning == pruning
    assert (pruning.state, pruning.asked_by_name) == (
        'queued',
        'policy nightly',
    )
    assert prune.asked == {'policy': policy.pk}


def test_where_nothing_is_to_be_deleted_no_task_stands_there(volumes, prune):
    prune.targets = ()
    policy = make(DUE)
    look(DUE)
    end(latest(policy))
    look(DUE + MINUTE)
    assert latest(policy).settled_at
    assert not tasks.Task.objects.filter(kind=settling.KIND).exists()


def test_one_that_breaks_holds_up_no_other(
    volumes, prune, monkeypatch, caplog
):
    for module in (due, settling):
        monkeypatch.setattr(module, '_TOLD', set())
    broken, good = make(DUE - MINUTE, name='broken'), make(DUE)
    version = broken.versions.get()
    scope, version.told['scope'] = version.told['scope'], 'moon'
    version.save()
    for _ in range(2):
        look(DUE)
    assert (runs(broken), runs(good)) == ([], [('begun', DUE)])
    assert caplog.text.count('AttributeError') == 1
    # The same when its backups are to be pruned.
    version.told['scope'] = scope
    version.save()
    look(DUE)
    version.told['scope'] = 'moon'
    version.save()
    for policy in (broken, good):
        end(latest(policy))
    caplog.clear()
    for _ in range(2):
        look(DUE + MINUTE)
    assert latest(broken).pruning is None
    assert latest(good).pruning
    assert caplog.text.count('nothing can be deleted') == 1


def test_what_keeps_all_deletes_nothing(volumes, prune):
    policy = make(DUE, keep_last=0, keep_days=0)
    look(DUE)
    end(latest(policy))
    look(DUE + MINUTE)
    assert not tasks.Task.objects.filter(kind=settling.KIND).exists()
