"""Checks that break, cannot look, or have changed."""

import datetime

from django.utils import timezone
import pytest

from rey_dashboard.checks import models
from rey_dashboard.checks import showing
from rey_dashboard.inventory import models as inventory
from rey_dashboard.inventory import parts
from tests import factory
from tests import factory_checks
from tests.factory_checks import found
from tests.factory_checks import look

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
