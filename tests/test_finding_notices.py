"""Something critical is told once, when it opens."""

import datetime
import threading

from django.utils import timezone
import pytest

from rey_dashboard.checks import cycle
from rey_dashboard.checks import models
from rey_dashboard.checks import notices
from rey_dashboard.checks import registry
from rey_dashboard.tasks import notices as sending
from tests import factory
from tests import factory_checks

pytestmark = pytest.mark.django_db
CRITICAL = registry.SEVERITY.CRITICAL


@pytest.fixture
def told(settings, monkeypatch):
    """What is sent, as address, title and body."""
    settings.REY_DASHBOARD = {
        'NOTIFY': ['json://example.org', 'mailto://x?to={email}'],
        'HORIZON_URL': 'https://cloud.example/dashboard',
    }
    told = []

    def send(address, email, title, body):
        if sending.EMAIL not in address:
            told.append((title, body))

    monkeypatch.setattr(sending, 'send', send)
    return told


@pytest.fixture
def look(told):
    mine = notices.Notices(threading.Event())

    def look():
        mine.tell(cycle.run(factory.REGION))
        mine.close()

    return look


def test_it_is_told_once_when_it_opens_and_when_it_comes_back(
    paper, told, look
):
    paper.found = [
        factory_checks.found('<b>', severity=CRITICAL),
        factory_checks.found('error', severity=registry.SEVERITY.ERROR),
    ]
    look()
    look()
    finding = models.Finding.objects.get(subject='<b>')
    address = 'https://cloud.example/dashboard/rey/today/findings/'
    assert told == [
        (
            '1 critical finding in RegionOne',
            f'- Paper <b>\n  {address}{finding.pk}/',
        )
    ]
    gone, paper.found = paper.found, []
    look()
    paper.found = gone
    look()
    assert len(told) == 2


def test_many_at_once_are_one_notice(paper, told, look):
    paper.found = [
        factory_checks.found(f'n{number}', severity=CRITICAL)
        for number in range(notices.NAMED + 3)
    ]
    look()
    ((title, body),) = told
    assert title.startswith('13 critical')
    assert body.endswith('and 3 more')


def test_what_sleeps_and_comes_back_stays_quiet(paper, told, look):
    factory_checks.make_finding(
        resolved_at=timezone.now(),
        snoozed_until=timezone.now() + datetime.timedelta(hours=1),
    )
    paper.found = [factory_checks.found('one', severity=CRITICAL)]
    look()
    assert models.Finding.objects.open().count() == 1
    assert told == []


def test_without_an_address_nobody_is_told(paper, told, look, settings):
    settings.REY_DASHBOARD = {}
    paper.found = [factory_checks.found('one', severity=CRITICAL)]
    look()
    assert told == []
