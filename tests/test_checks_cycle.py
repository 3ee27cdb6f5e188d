import datetime
import threading
import time
from unittest import mock

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils import translation
import pytest

from rey_dashboard.checks import cycle
from rey_dashboard.checks import keeping
from rey_dashboard.checks import models
from rey_dashboard.checks import orders
from rey_dashboard.checks import showing
from rey_dashboard.inventory import lease
from rey_dashboard.inventory import models as inventory
from tests import factory
from tests import factory_checks
from tests.factory_checks import found
from tests.factory_checks import look
from tests.paper_tasks import REY

pytestmark = pytest.mark.django_db

HOUR = datetime.timedelta(hours=1)


@pytest.fixture(autouse=True)
def read(our_checks):
    """Every part was read well."""
    factory.collected()


def kept():
    return models.Finding.objects.get(check_name='paper')


def test_what_is_found_is_kept_as_it_is(paper):
    since = timezone.now() - HOUR
    paper.found = [
        found(
            'one',
            subject_name='One',
            word='torn',
            evidence={'why': 'rain', 'at': since},
            project_id='p',
            host='h',
            hits=3,
            hits_what='servers',
            since=since,
        )
    ]
    look()
    row = kept()
    assert row.title == 'Torn One: rain'
    assert (row.project_id, row.host, row.since) == ('p', 'h', since)
    assert (row.hits, row.get_hits_what_display()) == (3, 'servers')
    assert row.evidence['at'].startswith(f'{since:%Y-%m-%dT%H:%M}')
    assert row.first_seen_at == row.opened_at == row.last_seen_at
    assert (row.resolved_at, row.returns) == (None, 0)


def test_a_finding_that_stays_is_the_same_and_its_words_are_renewed(
    paper,
):
    paper.found = [found('one')]
    look()
    first = kept()
    look()
    again = kept()
    assert again.pk == first.pk
    assert again.first_seen_at == first.first_seen_at
    assert again.last_seen_at > first.last_seen_at
    paper.found = [found('one', word='torn', evidence={'why': 'fire'})]
    look()
    changed = kept()
    assert (changed.pk, changed.title) == (first.pk, 'Torn one: fire')
    assert changed.opened_at == first.opened_at


def test_what_is_not_found_any_more_is_resolved_and_can_come_back(
    paper,
):
    paper.found = [found('one')]
    look()
    first = kept()
    for returns in (1, 2):
        paper.found = []
        look()
        gone = kept()
        assert gone.resolved_at
        assert not models.Finding.objects.open()
        paper.found = [found('one')]
        look()
        back = kept()
        assert (back.pk, back.returns) == (first.pk, returns)
        assert back.first_seen_at == first.first_seen_at
        assert back.opened_at > gone.resolved_at
        assert back.resolved_at is None


def test_an_acknowledgement_ends_when_it_is_resolved(paper):
    paper.found = [found('one')]
    look()
    orders.acknowledge(kept(), REY)
    look()
    assert kept().acknowledged_by_name == 'Rey'
    paper.found = []
    look()
    assert not kept().acknowledged_at
    assert not kept().acknowledged_by_name
    record = models.FindingRecord.objects.get(what='ended')
    assert record.details == {'by': 'Rey'}
    paper.found = [found('one')]
    look()
    assert not kept().acknowledged_at


def test_what_people_said_stays_when_the_words_change(paper):
    paper.found = [found('one')]
    look()
    orders.acknowledge(kept(), REY)
    orders.assign(kept(), REY, 'h1', 'Helper')
    until = timezone.now() + HOUR
    orders.snooze(kept(), REY, until, 'later')
    paper.found = [found('one', hits=5)]
    look()
    row = kept()
    assert row.hits == 5
    assert row.acknowledged_by_id == REY.id
    assert (row.assignee_name, row.snoozed_until) == ('Helper', until)


def test_a_snooze_ends_by_itself():
    row = factory_checks.make_finding(
        snoozed_until=timezone.now() + HOUR, snooze_reason='later'
    )
    assert row.is_snoozed
    awake = models.Finding.objects.awake
    assert not awake()
    assert awake(timezone.now() + 2 * HOUR).get() == row
    factory_checks.make_finding('two')
    assert awake().get().subject == 'two'


def test_while_somebody_else_collects_nothing_happens(paper):
    with lease.Lease(factory.REGION), pytest.raises(lease.Held):
        look()
    assert paper.looks == 0
    look()
    assert paper.looks == 1


def test_who_lost_the_lease_while_he_looked_writes_nothing(paper):
    """He stood still, and a later collection has begun."""
    paper.found = [found('one')]

    def find(region):
        inventory.Collector.objects.update(lease_owner='other:1:x')
        return iter(paper.found)

    with (
        mock.patch.object(paper, 'find', find),
        pytest.raises(lease.Lost),
    ):
        look()
    assert not models.Finding.objects.exists()
    assert not models.CheckRun.objects.filter(check_name='paper').exists()
    assert inventory.Collector.objects.get().lease_owner == 'other:1:x'


def test_ten_thousand_findings_that_stay_cost_what_one_does(paper):
    begin = time.monotonic()
    counts = []
    for number in (1, 10_000):
        paper.found = [found(f's{n}') for n in range(number)]
        look()
        with CaptureQueriesContext(connection) as queries:
            look()
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert models.Finding.objects.open().count() == 10_000
    paper.found = []
    look()
    assert not models.Finding.objects.open().exists()
    assert time.monotonic() - begin < 30


def test_what_was_resolved_long_ago_is_forgotten(paper):
    paper.found = [found('one')]
    look()
    orders.comment(kept(), REY, 'Mended.')
    paper.found = []
    look()
    models.Finding.objects.update(
        resolved_at=timezone.now() - datetime.timedelta(days=401)
    )
    look()
    assert not models.Finding.objects.exists()
    assert models.FindingRecord.objects.get().details == {'text': 'Mended.'}


def test_another_regions_findings_are_left_alone(paper):
    other = factory_checks.make_finding(region='RegionTwo')
    look()
    other.refresh_from_db()
    assert other.resolved_at is None


def test_a_worker_is_seen_to_live_between_two_checks(our_checks):
    beats = []
    cycle.run(factory.REGION, lambda: beats.append(1))
    assert len(beats) == len(our_checks)


def test_nothing_is_written_for_what_did_not_change(paper, monkeypatch):
    paper.found = [found('one', evidence={'at': timezone.now()})]
    look()
    write = mock.Mock()
    monkeypatch.setattr(keeping, '_write', write)
    look()
    write.assert_not_called()


def test_english_words_are_kept_whatever_language_the_worker_speaks(paper):
    paper.title = lambda found: translation.get_language()
    paper.found = [found('one')]
    with translation.override('de'):
        look()
        assert kept().title == 'en'
        assert showing.title(kept()) == 'de'


def test_a_worker_that_is_told_to_end_begins_no_other_check(our_checks):
    stop = threading.Event()
    cycle.run(factory.REGION, stop.set, stop)
    assert models.CheckRun.objects.count() == 1
    assert inventory.Collector.objects.get().lease_until is None
