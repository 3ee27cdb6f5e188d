"""What people ask of a finding on its page."""

import datetime

from django.utils import timezone
import pytest

from rey_dashboard.checks import models
from rey_dashboard.checks import orders
from tests import factory
from tests import factory_checks
from tests import findings_pages as pages

pytestmark = pytest.mark.django_db
WHAT = models.FindingRecord.What


@pytest.fixture(autouse=True)
def check(paper):
    return paper


class TestOrders:
    @pytest.fixture
    def finding(self):
        return factory_checks.make_finding()

    def test_it_is_acknowledged_and_taken_back(self, admin, finding):
        told = pages.ask(admin, finding, 'acknowledge')
        assert 'others see that you know' in told[0]
        assert finding.acknowledged_by_id == factory.USER
        assert 'Take the acknowledgement back' in pages.text(
            admin, pages.of(finding)
        )
        pages.ask(admin, finding, 'unacknowledge')
        assert finding.acknowledged_at is None
        assert pages.kinds(finding) == [WHAT.ACKNOWLEDGED, WHAT.UNACKNOWLEDGED]

    def test_it_sleeps_for_a_reason_and_is_woken(self, admin, finding):
        assert (
            'was not snoozed'
            in pages.ask(admin, finding, 'snooze', hours='4')[0]
        )
        assert not finding.is_snoozed
        pages.ask(admin, finding, 'snooze', hours='4', reason=pages.HOSTILE)
        hours = (finding.snoozed_until - timezone.now()).total_seconds() / 3600
        assert 3.9 < hours <= 4
        page = pages.text(admin, pages.of(finding))
        assert '&lt;script&gt;alert(1)&lt;/script&gt; =cmd()' in page
        pages.ask(admin, finding, 'wake')
        assert not finding.is_snoozed

    def test_it_sleeps_until_a_day(self, admin, finding):
        day = timezone.localdate() + datetime.timedelta(days=9)
        form = {'hours': '1', 'day': day.isoformat(), 'reason': 'Move'}
        pages.ask(admin, finding, 'snooze', **form)
        assert timezone.localtime(finding.snoozed_until).date() == day
        for day, why in (('2020-01-01', 'is over'), ('2999-01-01', 'At most')):
            form['day'] = day
            assert why in pages.ask(admin, finding, 'snooze', **form)[0]

    def test_it_is_assigned_and_released(self, admin, finding):
        pages.ask(admin, finding, 'assign')
        assert finding.assignee_id == factory.USER
        pages.ask(admin, finding, 'assign', to='nobody')
        assert not finding.assignee_id

    def test_what_people_write_is_kept_and_escaped(self, admin, finding):
        pages.ask(admin, finding, 'comment', text=pages.HOSTILE)
        pages.ask(admin, finding, 'comment', text='  ')
        assert pages.kinds(finding) == [WHAT.COMMENTED]
        page = pages.text(admin, pages.of(finding))
        assert '&lt;script&gt;alert(1)' in page
        assert '<script>alert(1)' not in page

    @pytest.mark.parametrize('order', pages.ORDERS)
    def test_a_double_click_does_no_harm(self, admin, finding, order):
        if order == 'unacknowledge':
            orders.acknowledge(finding, pages.OTHER)
        if order == 'wake':
            until = timezone.now() + datetime.timedelta(hours=1)
            orders.snooze(finding, pages.OTHER, until, 'Why')
        before = len(pages.kinds(finding))
        pages.ask(admin, finding, order, **pages.ORDERS[order])
        again = pages.ask(admin, finding, order, **pages.ORDERS[order])
        assert len(pages.kinds(finding)) == before + 1
        assert not any('already' in words for words in again)

    def test_what_makes_no_sense_any_more_is_told(self, admin, finding):
        orders.acknowledge(finding, pages.OTHER)
        assert (
            'Olga has acknowledged'
            in pages.ask(admin, finding, 'acknowledge')[0]
        )
        models.Finding.objects.update(resolved_at=timezone.now())
        for order in ('acknowledge', 'snooze', 'assign'):
            told = pages.ask(admin, finding, order, **pages.ORDERS[order])
            assert 'It is resolved by now' in told[0], order

    def test_from_today_it_leads_back_there_and_nowhere_else(
        self, admin, finding
    ):
        address = f'{pages.of(finding)}snooze/'
        form = {**pages.ORDERS['snooze'], 'next': '/rey/today/'}
        assert admin.post(address, form).url == '/rey/today/'
        form['next'] = '//evil.example/'
        assert admin.post(address, form).url == pages.of(finding)

    def test_only_orders_and_only_posts_are_taken(self, admin, finding):
        address = pages.of(finding)
        assert admin.post(f'{address}delete/').status_code == 404
        assert admin.get(f'{address}wake/').status_code == 405
        assert admin.post(address).status_code == 405

    def test_a_form_without_its_token_is_refused(
        self, admin, finding, settings
    ):
        admin.handler.enforce_csrf_checks = True
        answer = admin.post(f'{pages.of(finding)}acknowledge/')
        assert answer.status_code == 403
        assert pages.kinds(finding) == []
