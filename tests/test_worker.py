import threading

from django import db
from django.db import connection
from django.utils import timezone
import pytest

from rey_dashboard import worker
from rey_dashboard.checks import cycle
from rey_dashboard.checks import models as findings
from rey_dashboard.inventory import freshness
from rey_dashboard.inventory import lease
from rey_dashboard.inventory import models
from rey_dashboard.inventory import rhythm
from rey_dashboard.readiness import models as readiness
from rey_dashboard.readiness import runs
from rey_dashboard.runs import models as verification
from rey_dashboard.verification import runs as verifications

pytestmark = pytest.mark.django_db(transaction=True)


def run(turns, between=lambda turn: None):
    """Lets a worker take some turns, as fast as it can."""
    stop = threading.Event()
    taken = iter(range(1, turns + 1))

    def wait(seconds):
        turn = next(taken)
        between(turn)
        if turn == turns:
            stop.set()

    stop.wait = wait
    worker._Worker(stop).run()


def number():
    return models.Collector.objects.get().number


def test_it_collects_once_when_it_starts(cloud):
    run(3)
    assert number() == 1
    assert models.Worker.objects.get().seen_at


def test_it_collects_when_a_page_asks(cloud):
    def ask(turn):
        if turn == 2:
            freshness.request_refresh('RegionOne')

    run(4, ask)
    assert number() == 2
    assert models.Collector.objects.get().requested_at is None


def test_it_tells_pages_why_it_cannot_sign_in_and_goes_on(cloud, settings):
    settings.REY_DASHBOARD = {'CLOUD': 'nowhere'}
    told = []

    def mend(turn):
        if turn == 1:
            told.append(models.Worker.objects.get().problem)
            settings.REY_DASHBOARD = {}
            freshness.request_refresh('RegionOne')

    run(3, mend)
    assert 'nowhere' in told[0]
    assert models.Worker.objects.get().problem == ''
    assert number() == 1


@pytest.mark.parametrize(
    'kind', [readiness.ReadinessRun, verification.Baseline]
)
def test_what_a_page_asks_for_does_not_wait_for_the_next_collection(
    cloud, our_checks, kind
):
    ended = threading.Event()

    def ask(turn):
        if turn == 2 and kind is readiness.ReadinessRun:
            runs.request('RegionOne', 'u', 'Rey')
        elif turn == 2:
            verifications.ask_baseline('RegionOne', '', 'u', 'Rey')
        if turn == 3:
            for _look in range(200):
                if not kind.objects.filter(ended_at=None).exists():
                    ended.set()
                    break
                threading.Event().wait(0.05)

    run(3, ask)
    assert ended.is_set()
    assert kind.objects.get().error == ''
    # A baseline is made of a collection of its own.
    assert number() == (2 if kind is verification.Baseline else 1)


def test_roles_on_domains_do_not_wait_for_a_long_collection(
    cloud, monkeypatch
):
    """The beat goes on during a collection, and reads them."""
    cloud.people.give('admin', user='ann', domain='default')
    monkeypatch.setattr(worker, 'ROLES_EVERY_S', 0)
    read = threading.Event()
    together = []

    def collect(beat, stop):
        beat()
        together.append(read.wait(10))
        raise lease.Held('RegionOne', 'host:1', timezone.now())

    def read_domain_roles(stop):
        reading(stop)
        read.set()

    reading = worker.read_domain_roles
    monkeypatch.setattr(worker, 'read_domain_roles', read_domain_roles)
    monkeypatch.setattr(worker, 'collect_once', collect)
    run(1)
    assert together == [True]
    assert models.DomainRole.objects.get().user_id == 'ann'


def test_a_stumble_does_not_end_it(cloud, monkeypatch):
    def stumble(*args):
        raise ZeroDivisionError

    monkeypatch.setattr(worker, 'collect_once', stumble)
    run(2)
    assert models.Worker.objects.get()


def test_a_stop_ends_a_collection_without_a_verdict(cloud):
    cloud.add_project('p')
    stop = threading.Event()
    stop.set()
    states = worker.collect_once(stop=stop)
    assert not any(state.failing_since for state in states)
    assert not any(state.last_good_at for state in states)
    assert models.Collector.objects.get().lease_until is None


def test_it_tells_pages_when_it_reads_next(cloud):
    run(2)
    asleep = models.Collector.objects.get().next_at - timezone.now()
    assert 0 < asleep.total_seconds() <= 300


def test_it_reads_everything_when_a_page_asks_for_it(cloud, monkeypatch):
    monkeypatch.setattr(rhythm, 'UNTOLD', {'servers': ()})
    run(2)

    def ask(turn):
        if turn == 2:
            freshness.request_refresh('RegionOne', full=True)

    run(4, ask)
    kinds = models.PartReading.objects.filter(name='servers')
    assert list(kinds.order_by('id').values_list('kind', flat=True)) == [
        'full',
        'changes',
        'full',
    ]
    assert not models.Collector.objects.get().requested_full


def test_the_checks_look_after_each_collection(cloud, paper):
    run(3)
    assert paper.looks == 1
    ran = findings.CheckRun.objects.get(check_name='paper')
    assert ran.last_good_at > models.Collector.objects.get().ended_at


def test_a_fault_of_the_checks_does_not_end_it(cloud, paper, monkeypatch):
    def stumble(*args):
        raise ZeroDivisionError

    def ask(turn):
        if turn == 2:
            freshness.request_refresh('RegionOne')

    monkeypatch.setattr(cycle, 'run', stumble)
    run(4, ask)
    assert number() == 2


def test_a_database_that_cannot_be_written_is_told_and_it_goes_on(
    cloud, paper, monkeypatch, caplog
):
    def lock(*args):
        raise db.OperationalError('database is locked')

    monkeypatch.setattr(cycle, 'run', lock)
    run(2)
    assert 'The database is locked' in caplog.text
    assert models.Collector.objects.get().next_at


def test_checks_do_not_look_at_half_a_collection(cloud, paper, monkeypatch):
    def stop_it(beat, stop):
        stop.set()
        return list(models.PartState.objects.all())

    run(2)
    monkeypatch.setattr(worker, 'collect_once', stop_it)
    run(2)
    assert paper.looks == 1


def test_two_workers_at_once_let_the_checks_look_one_after_the_other(
    cloud, paper
):
    """The one that comes second finds the region taken, and goes on."""
    run(2)
    begun, go_on = threading.Event(), threading.Event()

    def find(region):
        begun.set()
        assert go_on.wait(10)
        return iter(())

    paper.find = find

    def look():
        try:
            cycle.run('RegionOne')
        finally:
            connection.close()

    first = threading.Thread(target=look)
    first.start()
    assert begun.wait(10)
    try:
        with pytest.raises(lease.Held):
            cycle.run('RegionOne')
    finally:
        go_on.set()
        first.join()
    assert models.Collector.objects.get().lease_until is None
