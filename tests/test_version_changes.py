"""What the next release changes, and when this one ends."""

import datetime

import pytest

from rey_dashboard.checks import models as findings
from rey_dashboard.inventory import models
from rey_dashboard.inventory import releases
from rey_dashboard.versions import changes
from rey_dashboard.versions import checks
from rey_dashboard.versions import hypervisors
from tests import factory
from tests import factory_checks
from tests import factory_services
from tests import versions_pages as pages
from tests.factory_catalog import telling as endpoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def collected():
    factory.collected()


class TestChanges:
    def test_each_has_a_source_and_a_kind_that_is_looked_for(self):
        for change in changes.all_():
            assert change.source.startswith('https://')
            assert change.release
            assert '%' not in change.words
            assert change.kind in changes._LOOKS

    def test_what_hits_this_cloud_stands_first(self, admin, collected):
        # From Zed: 2023.1 and 2023.2 come next, the latter with a QEMU.
        pages.runs('2.93')
        pages.host('new')
        pages.host(pages.HOSTILE, 5001009)
        page = pages.text(admin, 'changes/')
        assert 'Nova requires QEMU 5.2.0 or newer' in page
        assert '<script>alert' not in page
        (row,) = pages.exported(admin, 'changes/')['rows']
        assert (row['release'], row['seen']) == ('2023.2', 1)
        assert row['names'] == [pages.HOSTILE]
        assert row['source'].startswith('https://')
        models.Host.objects.filter(version__lt=5002000).delete()
        (row,) = pages.exported(admin, 'changes/')['rows']
        assert row['seen'] == 0

    def test_agents_and_services_that_end_are_seen(self, admin, collected):
        # From 2023.1: 2024.1 is without Murano and Hyper-V.
        endpoint('shared-file-system', '2.78')
        endpoint('application-catalog')
        rows = pages.exported(admin, 'changes/')['rows']
        assert [(row['name'], row['seen']) for row in rows] == [
            ('application-catalog', 1),
            ('QEMU', 0),
            ('hyperv', 0),
        ]
        # From 2024.2: 2025.1 is without the Linux bridge.
        models.EndpointProbe.objects.update(most_microversion='2.87')
        factory_services.service('Linux bridge agent', 'net-1')
        pages.host('cmp')
        rows = pages.exported(admin, 'changes/')['rows']
        assert [(row['kind'], row['seen']) for row in rows] == [
            ('agent_dropped', 1),
            ('hypervisor_least', 0),
        ]
        assert 'net-1' in pages.text(admin, 'changes/')
        assert '1 thing that the next two releases drop' in pages.text(admin)

    def test_of_two_releases_that_fit_both_are_looked_ahead_from(
        self, admin, collected
    ):
        pages.runs('2.96')
        page = pages.text(admin, 'changes/')
        assert 'From 2024.1 Caracal an update may go to 2024.2' in page
        assert 'From 2024.2 Dalmatian an update goes to 2025.1' in page
        assert 'is not complete' in page

    @pytest.mark.parametrize('nova', ['2.105', ''])
    def test_from_an_unknown_release_nothing_is_said(
        self, admin, collected, nova
    ):
        endpoint('compute', nova)
        assert pages.exported(admin, 'changes/')['rows'] == []
        page = pages.text(admin, 'changes/')
        assert 'It is not known from which release an update starts' in page

    def test_what_was_not_read_is_not_known(self, admin, collected):
        pages.runs('2.93')
        pages.host('before', None, type_='')
        (row,) = pages.exported(admin, 'changes/')['rows']
        assert row['seen'] is None
        assert 'it was not read yet' in pages.text(admin, 'changes/')

    @pytest.mark.parametrize(
        'release, words',
        [
            ('2024.1', 'leave that out and go to 2025.1 Epoxy'),
            ('2024.2', 'goes to 2025.1 Epoxy only'),
            ('yoga', 'goes to Zed only'),
            ('2027.1', ''),
        ],
    )
    def test_only_between_slurp_releases_one_is_left_out(self, release, words):
        assert words in changes.way(releases.by_id(release))

    @pytest.mark.parametrize(
        'number, told', [(6002000, '6.2.0'), (1000, '1.0'), (1, '1')]
    )
    def test_a_version_is_read_as_nova_writes_it(self, number, told):
        assert hypervisors.text(number) == told
        assert hypervisors.number(told) == number


class TestChecks:
    def test_the_end_is_a_note_before_and_a_warning_after(
        self, our_checks, collected, monkeypatch
    ):
        pages.runs('2.100')
        moment = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)
        for day, found in (
            (moment - datetime.timedelta(days=40), None),
            (moment, ('ends', findings.Finding.Severity.NOTE)),
            (
                moment + datetime.timedelta(days=300),
                ('ended', findings.Finding.Severity.WARNING),
            ),
        ):
            monkeypatch.setattr(checks.timezone, 'now', lambda day=day: day)
            rows = list(checks.ReleaseEnded().find(factory.REGION))
            assert [(row.word, row.severity) for row in rows] == (
                [found] if found else []
            )

    def test_the_runbook_links_the_documentation_of_the_release(
        self, admin, our_checks, collected
    ):
        endpoint('shared-file-system', '2.85')
        factory_checks.look()
        (finding,) = factory_checks.open_ones('release_ended')
        address = f'/rey/today/findings/{finding.pk}/'
        page = admin.get(address).content.decode()
        assert 'docs.openstack.org/nova/2024.1/admin/upgrades.html' in page
        models.EndpointProbe.objects.update(most_microversion='2.1')
        page = admin.get(address).content.decode()
        assert 'docs.openstack.org/nova/latest/admin/upgrades.html' in page
