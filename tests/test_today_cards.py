"""The cards of the page Today, and what it says of a quiet cloud."""

import datetime

from django.utils import timezone
import pytest

from rey_dashboard.checks import models
from rey_dashboard.checks import registry
from rey_dashboard.inventory import models as inventory
from rey_dashboard.inventory import parts
from tests import factory
from tests import factory_catalog
from tests import factory_checks
from tests import factory_services
from tests import today_page

pytestmark = pytest.mark.django_db
SEVERITY = registry.SEVERITY


@pytest.fixture(autouse=True)
def checks(paper):
    """A check more than ours."""


class TestAQuietCloud:
    def test_it_says_so_and_when_it_looked(self, admin):
        factory.collected()
        today_page.looked()
        page = today_page.text(admin)
        assert 'All is quiet' in page
        assert 'last 2 minutes ago' in page
        assert today_page.card(admin, 'operate').state.name == 'ok'

    def test_before_the_first_look_nothing_is_called_quiet(self, admin):
        page = today_page.text(admin)
        assert 'All is quiet' not in page
        assert 'No check has looked yet' in page
        assert today_page.card(admin, 'operate').state.name == 'unknown'

    def test_checks_that_could_not_look_or_broke_are_told(self, admin):
        factory.collected()
        today_page.looked('host_down', 'paper')
        models.CheckRun.objects.create(
            region=factory.REGION,
            check_name='host_down',
            started_at=timezone.now(),
            waits_for=[parts.HOSTS],
        )
        models.CheckRun.objects.create(
            region=factory.REGION,
            check_name='paper',
            started_at=timezone.now(),
            error='KeyError in paper:7, find',
        )
        page = today_page.text(admin)
        assert 'All is quiet' not in page
        assert 'Hosts could not be read' in page
        assert 'broke: KeyError in paper:7' in page
        assert today_page.card(admin, 'operate').state.name == 'unknown'


class TestCards:
    def test_they_tell_what_the_tables_hold(self, admin, company):
        factory_services.service(state='down')
        factory_services.service('DHCP agent')
        for type_, days in ('compute', 41), ('network', 300):
            factory_catalog.probe(
                factory_catalog.endpoint(type_),
                cert_not_after=timezone.now()
                + datetime.timedelta(days=days, hours=1),
            )
        inventory.DomainSummary.objects.filter(domain_id='research').update(
            servers_in_error=3, projects_nearly_full=2
        )
        today_page.looked()
        operate = today_page.words(today_page.card(admin, 'operate'))
        assert operate[0] == '1 service is down'
        assert operate[1] == '3 servers in ERROR'
        usage = today_page.words(today_page.card(admin, 'usage'))
        assert usage[0] == '2 projects over 90 % of a quota'
        install = today_page.words(today_page.card(admin, 'install'))
        assert install == [
            'All 2 endpoints answer',
            'Shortest certificate: 41 days',
        ]

    def test_what_was_not_read_is_no_number(self, admin):
        told = [
            *today_page.words(today_page.card(admin, 'operate')),
            *today_page.words(today_page.card(admin, 'usage')),
        ]
        assert all('not read yet' in line for line in told)
        assert today_page.words(today_page.card(admin, 'install')) == [
            'Endpoints: not asked yet'
        ]
        assert today_page.card(admin, 'operate').as_of is None
        update = today_page.card(admin, 'update')
        assert update.state.name == 'unknown'
        assert not any(
            char.isdigit() for char in ''.join(today_page.words(update))
        )

    @pytest.mark.parametrize(
        'severity, state',
        [
            (SEVERITY.CRITICAL, 'red'),
            (SEVERITY.ERROR, 'red'),
            (SEVERITY.WARNING, 'amber'),
            (SEVERITY.NOTE, 'ok'),
        ],
    )
    def test_the_worst_finding_gives_the_state_and_its_word(
        self, admin, severity, state
    ):
        today_page.looked()
        factory_checks.make_finding(severity=severity)
        found = today_page.card(admin, 'operate')
        assert found.state.name == state
        assert str(found.state.word) in today_page.text(admin)

    def test_endpoints_that_do_not_answer_are_counted(self, admin):
        factory.collected()
        one, other = factory_catalog.catalogued('compute', 'network')[::3]
        factory_catalog.probe(one)
        factory_catalog.probe(other, status=None, good_at=None)
        assert today_page.words(today_page.card(admin, 'install')) == [
            '3 of 6 endpoints answer',
            'No endpoint has a certificate',
        ]
