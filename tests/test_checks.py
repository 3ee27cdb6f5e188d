"""Each of our checks finds what is wrong, and sees it mended."""

import shlex

import pytest

from rey_dashboard.checks import models as findings
from rey_dashboard.checks import showing
from rey_dashboard.inventory import models
from tests import factory
from tests import factory_checks
from tests import troubled_cases as cases
from tests import troubled_rows as rows
from tests.factory_checks import look

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def read(our_checks):
    factory.collected()
    factory.domain('default')
    factory.project('p', name=rows.HOSTILE)
    factory.summary('p', name=rows.HOSTILE)


def test_each_of_our_checks_is_tried(our_checks):
    # Those of policies have rows and tests of their own.
    apart = {name for name in our_checks if name.startswith('policy_')}
    assert set(cases.CASES) == set(our_checks) - apart - {'broken_check'}


def check_words(check, finding):
    """No word of the cloud gets out of its place."""
    told = check.runbook(finding)
    assert told.meaning
    assert told.mended
    assert showing.title(finding) == str(check.title(finding))
    for command in told.commands:
        assert command.purpose
        words = shlex.split(command.line)
        assert shlex.join(words) == command.line
        for place, word in enumerate(words):
            if word.startswith('-o<'):
                assert '--' in words[:place], command.line


@pytest.mark.parametrize('name', cases.CASES)
def test_it_finds_what_is_wrong_and_sees_it_mended(name, our_checks):
    case = cases.CASES[name]
    look()
    assert not factory_checks.open_ones(name)
    case.break_()
    look()
    (finding,) = factory_checks.open_ones(name)
    assert finding.subject == case.subject
    assert finding.project_id == case.project_id
    assert not findings.CheckRun.objects.exclude(error='')
    check_words(our_checks[name], finding)
    if our_checks[name].page(finding):
        assert our_checks[name].page(finding).startswith('/')
    case.mend()
    look()
    assert not factory_checks.open_ones(name)
    assert findings.Finding.objects.get(pk=finding.pk).resolved_at


@pytest.mark.parametrize('name', cases.CASES)
def test_it_asks_as_many_questions_for_many_as_for_one(
    name, our_checks, django_assert_max_num_queries
):
    cases.CASES[name].break_()
    with django_assert_max_num_queries(10):
        list(our_checks[name].find(factory.REGION))


def test_what_is_of_domains_that_are_left_out_is_nobodys_care():
    rows.server(status='ERROR', task_state='x')()
    rows.volume(status='error')()
    factory.quota('p', 'compute', 'cores', 10, 10)
    models.Domain.objects.update(excluded=True)
    look()
    assert not findings.Finding.objects.open().filter(project_id='p')
