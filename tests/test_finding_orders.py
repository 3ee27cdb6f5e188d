import datetime

from django.utils import timezone
import pytest

from rey_dashboard.checks import models
from rey_dashboard.checks import orders
from rey_dashboard.tasks import appended
from tests import factory_checks
from tests.paper_tasks import REY

pytestmark = pytest.mark.django_db

HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def finding():
    return factory_checks.make_finding()


@pytest.fixture
def resolved():
    return factory_checks.make_finding('two', resolved_at=timezone.now())


def names(finding):
    return {order.__name__ for order in orders.possible(finding)}


def test_what_can_be_asked_follows_the_state(finding, resolved):
    usual = {'acknowledge', 'snooze', 'assign', 'comment'}
    assert names(finding) == usual
    assert names(resolved) == {'comment'}
    orders.acknowledge(finding, REY)
    assert names(finding) == usual - {'acknowledge'} | {'unacknowledge'}
    orders.unacknowledge(finding, REY)
    assert names(finding) == usual
    orders.snooze(finding, REY, timezone.now() + HOUR, 'later')
    assert names(finding) == usual | {'wake'}
    orders.wake(finding, REY)
    assert names(finding) == usual
    assert finding.snooze_reason == ''


def test_what_makes_no_sense_is_refused_and_not_recorded(finding, resolved):
    later = timezone.now() + HOUR
    for wrong in (
        lambda: orders.acknowledge(resolved, REY),
        lambda: orders.assign(resolved, REY, 'h', 'Helper'),
        lambda: orders.snooze(resolved, REY, later, ''),
        lambda: orders.snooze(finding, REY, later - 2 * HOUR, ''),
        lambda: orders.wake(finding, REY),
        lambda: orders.unacknowledge(finding, REY),
    ):
        with pytest.raises(orders.NotNow):
            wrong()
    assert not models.FindingRecord.objects.exists()


def test_a_double_click_acknowledges_once(finding):
    stale = models.Finding.objects.get()
    orders.acknowledge(finding, REY)
    with pytest.raises(orders.NotNow):
        orders.acknowledge(stale, REY)
    assert models.FindingRecord.objects.count() == 1


def test_a_snooze_that_is_over_cannot_be_woken(finding):
    models.Finding.objects.update(snoozed_until=timezone.now() - HOUR)
    with pytest.raises(orders.NotNow):
        orders.wake(finding, REY)


def test_all_that_is_asked_is_recorded(finding):
    until = timezone.now() + HOUR
    orders.acknowledge(finding, REY)
    orders.snooze(finding, REY, until, 'A disk is ordered.')
    orders.wake(finding, REY)
    orders.assign(finding, REY, 'h1', 'Helper')
    orders.comment(finding, REY, '<script>')
    orders.unacknowledge(finding, REY)
    rows = models.FindingRecord.objects.order_by('id')
    assert [row.what for row in rows] == [
        'acknowledged',
        'snoozed',
        'woken',
        'assigned',
        'commented',
        'unacknowledged',
    ]
    assert {(row.who_name, row.address) for row in rows} == {
        ('Rey', '192.0.2.1')
    }
    assert rows[1].details == {
        'until': until.isoformat(),
        'reason': 'A disk is ordered.',
    }
    assert rows[4].details == {'text': '<script>'}


def test_an_order_leaves_what_the_cycle_wrote_meanwhile(finding):
    models.Finding.objects.update(title='Newer', hits=9)
    orders.acknowledge(finding, REY)
    assert (finding.title, finding.hits) == ('Newer', 9)


def test_what_was_recorded_stays(finding):
    orders.comment(finding, REY, 'One')
    record = models.FindingRecord.objects.get()
    for change in (
        record.save,
        record.delete,
        finding.records.all().delete,
        lambda: finding.records.update(who_id='eve'),
    ):
        with pytest.raises(appended.AppendOnly):
            change()
    finding.delete()
    assert models.FindingRecord.objects.get().who_name == 'Rey'
