"""Roles on domains: read from Keystone, kept for minutes, then closed."""

import datetime

import pytest

from rey_dashboard import worker
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from tests import factory

PROJECTS = '/rey/projects/'


def roles():
    return {
        (row.user_id, row.domain_id, row.role_name)
        for row in models.DomainRole.objects.all()
    }


def state():
    return models.PartState.objects.get(name=parts.DOMAIN_ROLES)


@pytest.mark.django_db(transaction=True)
class TestReading:
    @pytest.fixture(autouse=True)
    def research(self, cloud):
        cloud.add_domain('research')
        cloud.add_project('p', domain_id='research')

    def test_only_what_is_given_on_the_domain_itself_counts(self, cloud):
        cloud.people.add_group('leads', 'rosa', 'ravi')
        cloud.people.give('admin', user='ann', domain='research')
        cloud.people.give('reader', group='leads', domain='research')
        cloud.people.give(
            'admin', user='heir', domain='research', inherited=True
        )
        cloud.people.give('admin', user='worker', project='p')
        worker.collect_once()
        assert roles() == {
            ('ann', 'research', 'admin'),
            ('rosa', 'research', 'reader'),
            ('ravi', 'research', 'reader'),
        }
        assert (state().rows, state().calls) == (3, 4)

    def test_a_role_taken_away_is_gone_with_the_next_reading(self, cloud):
        cloud.people.give('admin', user='ann', domain='research')
        worker.collect_once()
        cloud.people.assignments.clear()
        worker.collect_once()
        assert roles() == set()

    def test_a_domain_that_fails_keeps_its_roles_until_they_are_old(
        self, cloud
    ):
        cloud.people.give('admin', user='ann', domain='research')
        cloud.people.give('admin', user='ann', domain='default')
        worker.collect_once()
        before = {row.domain_id: row for row in _rows()}
        cloud.people.no_roles.add('research')
        worker.collect_once()
        after = {row.domain_id: row for row in _rows()}
        assert after['research'].read_at == before['research'].read_at
        assert after['default'].read_at > before['default'].read_at
        assert 'research' in state().error

    def test_a_domain_that_is_gone_takes_its_roles_along(self, cloud):
        cloud.people.give('admin', user='ann', domain='research')
        worker.collect_once()
        cloud.domains.pop()
        worker.collect_once()
        assert roles() == set()


def _rows():
    return models.DomainRole.objects.all()


@pytest.mark.django_db
class TestAge:
    @pytest.fixture(autouse=True)
    def research(self):
        factory.collected()
        factory.domain('research')
        factory.summary('p', domain_id='research', name='webshop')

    @pytest.mark.parametrize('minutes, status', [(9, 200), (10, 403)])
    def test_it_counts_for_ten_minutes(self, sign_in, minutes, status):
        factory.domain_role('research', ago=_minutes(minutes))
        assert sign_in('member').get(PROJECTS).status_code == status

    def test_the_page_tells_why_it_is_closed(self, sign_in):
        factory.domain_role('research', ago=_minutes(14))
        browser = sign_in('member')
        for address in (PROJECTS, '/rey/projects/p/', '/rey/data/age/'):
            for suffix in ('', '?format=csv'):
                answer = browser.get(address + suffix)
                assert answer.status_code == 403
                text = answer.content.decode()
                assert '14\xa0minutes ago' in text
                assert 'webshop' not in text

    def test_the_start_page_leads_to_the_reason(self, sign_in):
        factory.domain_role('research', ago=_minutes(14))
        browser = sign_in('member')
        answer = browser.get('/rey/')
        assert answer.url == '/rey/today/'
        page = browser.get(answer.url)
        assert page.status_code == 403
        assert '14\xa0minutes ago' in page.content.decode()

    def test_an_old_role_leaves_a_younger_one_open(self, sign_in):
        factory.domain('default')
        factory.summary('q', domain_id='default', name='theirs')
        factory.domain_role('research', ago=_minutes(14))
        factory.domain_role('default')
        text = sign_in('member').get(PROJECTS).content.decode()
        assert 'theirs' in text
        assert 'webshop' not in text

    def test_a_role_from_the_future_does_not_count(self, sign_in):
        factory.domain_role('research', ago=_minutes(-60))
        assert sign_in('member').get(PROJECTS).status_code == 403

    def test_old_roles_do_not_hinder_an_administrator(self, sign_in):
        factory.domain_role('research', ago=_minutes(14))
        assert sign_in('admin').get(PROJECTS).status_code == 200

    def test_without_tables_other_pages_go_on(self, sign_in, monkeypatch):
        from django import db

        def broken(*args):
            raise db.DatabaseError('no such table')

        monkeypatch.setattr(
            'rey_dashboard.inventory.domain_roles.of_user', broken
        )
        browser = sign_in('member')
        assert browser.get(PROJECTS).status_code == 403
        assert browser.get('/settings/').status_code == 200


def _minutes(number):
    return datetime.timedelta(minutes=number)
