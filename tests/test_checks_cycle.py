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
from rey_dashboard.inventory import parts
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


def last_run(name='paper'):
    return models.CheckRun.objects.get(check_name=name)


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


def test_a_check_that_breaks_resolves_nothing_and_is_a_finding_itself(
    paper, caplog
):
    paper.found = [found('one'), found('two')]
    look()
    paper.found = [found('two')]
    paper.error = ZeroDivisionError('password=s3cret')
    look()
    assert len(factory_checks.open_ones('paper')) == 2
    assert 'Check paper broke' in caplog.text
    (broken,) = factory_checks.open_ones('broken_check')
    assert broken.subject == 'paper'
    assert 'ZeroDivisionError in tests.factory_checks:' in broken.title
    assert 's3cret' not in f'{broken.title}{broken.evidence}'
    assert 's3cret' not in last_run().error
    since = last_run().breaking_since
    look()
    assert last_run().breaking_since == since
    assert last_run().last_good_at < last_run().started_at
    paper.error = None
    look()
    assert not factory_checks.open_ones('broken_check')
    assert [row.subject for row in factory_checks.open_ones('paper')] == [
        'two'
    ]
    assert last_run().error == ''
    assert last_run().breaking_since is None


BAD = {
    'a subject twice': [found('one'), found('one')],
    'no subject': [found('')],
    'a subject that is too long': [found('x' * 256)],
    'a word without a title': [found('one', word='burnt')],
    'evidence that the title lacks': [found('one', word='torn')],
    'evidence that is no JSON': [found('one', evidence={'x': object()})],
    'a severity that is none': [found('one', severity=7)],
}


@pytest.mark.parametrize('wrong', BAD.values(), ids=BAD)
def test_bad_findings_break_their_own_check_alone(paper, wrong):
    paper.found = wrong
    look()
    assert last_run().error
    assert not factory_checks.open_ones('paper')
    assert {run.error for run in models.CheckRun.objects.all()} == {
        '',
        last_run().error,
    }


def test_a_check_whose_part_fails_does_not_look(paper):
    paper.rests_on = (parts.SERVERS, parts.VOLUMES)
    paper.found = [found('one')]
    look()
    good_at = last_run().last_good_at
    paper.found = []
    servers = inventory.PartState.objects.filter(name=parts.SERVERS)
    servers.update(failing_since=timezone.now())
    look()
    assert paper.looks == 1
    assert kept().resolved_at is None
    assert last_run().waits_for == [parts.SERVERS]
    assert last_run().last_good_at == good_at
    assert showing.state(last_run()) == 'not looked: Servers could not be read'
    servers.update(failing_since=None)
    look()
    assert kept().resolved_at
    assert showing.state(last_run()) == ''


LACKS = {
    'never read': {'last_good_at': None},
    'too old': {'last_good_at': timezone.now() - 3 * HOUR},
    'some of it hidden': {'blind': True},
}


@pytest.mark.parametrize('lack', LACKS.values(), ids=LACKS)
def test_a_check_does_not_look_at_what_is_no_good(paper, lack):
    paper.rests_on = paper.whole = (parts.SERVERS,)
    inventory.PartState.objects.filter(name=parts.SERVERS).update(**lack)
    look()
    assert (paper.looks, last_run().waits_for) == (0, ['servers'])


def test_a_check_does_not_look_at_a_part_that_nobody_knows(paper):
    paper.rests_on = ('no_such_part',)
    look()
    assert last_run().waits_for == ['no_such_part']


def test_what_a_long_collection_read_first_is_good(paper):
    paper.rests_on = (parts.SERVERS,)
    inventory.PartState.objects.update(last_good_at=timezone.now() - 2 * HOUR)
    inventory.Collector.objects.update(
        started_at=timezone.now() - 2 * HOUR, ended_at=timezone.now()
    )
    look()
    assert paper.looks == 1


def test_parts_of_a_slow_rhythm_may_be_older(paper):
    paper.rests_on = (parts.PEOPLE,)
    inventory.PartState.objects.filter(name=parts.PEOPLE).update(
        last_good_at=timezone.now() - HOUR
    )
    look()
    assert paper.looks == 1


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


def test_a_check_that_cannot_be_loaded_is_a_finding(our_checks):
    our_checks.troubles['alien'] = 'alien:Check cannot be used: no'
    look()
    (broken,) = factory_checks.open_ones('broken_check')
    assert (broken.subject, broken.word) == ('alien', 'unusable')


def test_words_that_the_check_has_no_more_are_told_as_they_were(paper):
    gone = factory_checks.make_finding(check_name='gone', title='Old words')
    older = factory_checks.make_finding(word='burnt', title='Burnt')
    assert showing.title(gone) == 'Old words'
    assert showing.title(older) == 'Burnt'
    assert showing.runbook(gone) is None
    assert showing.runbook(older).meaning == 'It is paper.'
    lacking = factory_checks.make_finding(check_name='part_not_read')
    assert showing.runbook(lacking) is None
    new = factory_checks.make_finding('new')
    assert showing.title(new) == 'Paper new'


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
