"""The pages of Versions: what the endpoints mean."""

import datetime

import pytest

from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.versions import tables
from tests import factory
from tests import factory_catalog
from tests import versions_pages as pages
from tests.factory_catalog import telling as endpoint

pytestmark = pytest.mark.django_db
TABS = ('', 'releases/', 'changes/', 'hypervisors/')


@pytest.fixture
def collected():
    factory.collected()


class TestPages:
    @pytest.mark.parametrize('tab', TABS)
    def test_others_see_nothing(self, sign_in, collected, tab):
        factory.domain('research')
        factory.domain_role('research')
        for role in ('member', 'manager'):
            browser = sign_in(role)
            assert browser.get(pages.INDEX + tab).status_code == 403
            answer = browser.get(pages.INDEX + tab, {'format': 'csv'})
            assert answer.status_code == 403

    def test_who_may_read_this_alone_gets_no_links_to_other_pages(
        self, sign_in, settings, tmp_path, collected
    ):
        (tmp_path / 'rey_policy.yaml').write_text(
            '"rey:update:read": "role:updater"\n'
        )
        settings.POLICY_FILES = {'rey': str(tmp_path / 'rey_policy.yaml')}
        pages.host('cmp-1')
        page = pages.text(sign_in('updater'), 'hypervisors/')
        assert 'href="/rey/versions/"' in page
        assert 'cmp-1' in page
        assert 'href="/rey/services/' not in page

    @pytest.mark.parametrize('tab', TABS)
    def test_without_data_it_says_so(self, admin, tab):
        page = pages.text(admin, tab)
        assert 'Nothing has been collected of region RegionOne yet.' in page
        assert 'No endpoint tells a number that means a release.' in page

    @pytest.mark.parametrize('tab', TABS)
    def test_old_and_failing_data_is_told(self, admin, tab):
        factory.collected(
            datetime.timedelta(days=2), failing_since=None, error=''
        )
        models.PartState.objects.filter(name=parts.PROBES).update(
            failing_since=models.PartState.objects.first().ended_at,
            error=pages.HOSTILE,
        )
        pages.runs()
        page = pages.text(admin, tab)
        assert 'Old data:' in page
        assert 'could not be read' in page
        assert '2026.2 Hibiscus' in page
        assert '<script>alert' not in page

    def test_the_release_its_state_and_the_age_of_that_stand_on_top(
        self, admin, collected
    ):
        pages.runs('2.96')
        page = pages.text(admin)
        assert 'one of these releases, which share their numbers' in page
        assert '2024.1 Caracal</strong>' in page
        assert 'end of life since 2026-04-29' in page
        assert 'is of 2026-08-18' in page
        assert (
            'may go to 2024.2 Dalmatian, or leave that out and go to 2025.1 '
            'Epoxy'
        ) in page

    def test_of_several_regions_it_is_told_of_which_it_is(
        self, admin, collected
    ):
        pages.runs()
        assert 'Region RegionOne:' not in pages.text(admin)
        endpoint('shared-file-system', '2.85', in_region='Far')
        page = pages.text(admin)
        assert 'Region RegionOne:' in page
        assert '2026.2 Hibiscus</strong>' in page
        (row,) = pages.exported(admin, in_region='Far')['rows']
        assert row['releases'] == ['2024.1']

    def test_mixed_releases_are_told_service_by_service(
        self, admin, collected
    ):
        endpoint('compute', '2.104')
        endpoint('shared-file-system', '2.85')
        page = pages.text(admin)
        assert 'mixed releases' in page
        assert 'Nova means</span>' not in page
        assert 'Manila means <strong>2024.1 Caracal</strong>;' in page
        assert 'From 2024.1 Caracal' in page

    def test_each_endpoint_has_its_range_and_why_one_means_nothing(
        self, admin, collected
    ):
        pages.runs()
        endpoint(pages.HOSTILE, '1.5')
        silent = factory_catalog.endpoint('placement')
        factory_catalog.probe(silent, status=None, error='refused')
        factory_catalog.endpoint('baremetal')
        factory_catalog.endpoint('image', url='no address')
        page = pages.text(admin)
        for words in (
            '2.1 to 2.104',
            'its numbers mean no release',
            'it does not answer',
            'not asked yet',
            'it has no address that can be asked',
            'Ussuri to 2026.2 Hibiscus',
        ):
            assert words in page, words
        assert '<script>alert' not in page

    def test_the_filter_and_the_order_are_those_of_the_export(
        self, admin, collected
    ):
        pages.runs()
        endpoint('shared-file-system', '2.85')
        rows = pages.exported(admin)['rows']
        assert list(rows[0]) == [one.name for one in tables.ENDPOINTS.fields]
        assert [row['service_type'] for row in rows] == [
            'compute',
            'identity',
            'shared-file-system',
        ]
        assert rows[0]['releases'] == ['2026.2']
        (row,) = pages.exported(admin, release='2024.1', q='SHARED')['rows']
        assert row['most_microversion'] == '2.85'
        rows = pages.exported(admin, sort='-release')['rows']
        assert rows[0]['service_type'] == 'compute'
        page = pages.text(admin, release='yoga', q='compute')
        assert 'Nothing matches the filter.' in page
        answer = admin.get(pages.INDEX, {'format': 'csv', 'release': 'x'})
        assert answer.status_code == 400

    def test_releases_that_fit_are_marked(self, admin, collected):
        pages.runs('2.96')
        rows = pages.exported(admin, 'releases/')['rows']
        assert rows[0]['release'] == '2027.1'
        assert rows[0]['nova_number'] == []
        fitting = {row['release'] for row in rows if row['fits']}
        assert fitting == {'2024.1', '2024.2'}
        page = pages.text(admin, 'releases/')
        assert page.count('</span> may be</td>') == 2
        assert 'not known' in page

    def test_hosts_are_counted_by_version_and_lead_to_their_services(
        self, admin, collected
    ):
        pages.runs()
        for number in range(6):
            pages.host(
                f'cmp-{number}.example.org', service_host=f'cmp-{number}'
            )
        pages.host(pages.HOSTILE, 6001000, state='down', status='disabled')
        pages.host('old', None, type_='')
        rows = pages.exported(admin, 'hypervisors/')['rows']
        assert [(row['version'], row['hosts']) for row in rows] == [
            ('6.1.0', 1),
            ('8.2.2', 6),
            ('', 1),
        ]
        assert (rows[0]['up'], rows[0]['enabled']) == (0, 0)
        page = pages.text(admin, 'hypervisors/')
        link = 'href="/rey/services/?host=cmp-0">cmp-0.example.org</a>'
        assert link in page
        assert 'and 1 more' in page
        assert '<script>alert' not in page


class TestCard:
    def words(self, admin):
        cards = admin.get('/rey/today/').context['cards']
        (card,) = [one for one in cards if one.name == 'update']
        assert card.address == pages.INDEX
        return [line.words for line in card.lines]

    def test_it_tells_the_release_and_its_state(self, admin, collected):
        assert self.words(admin) == ['No endpoint tells its release']
        pages.runs('2.93')
        assert self.words(admin) == [
            'Release: Zed',
            'Zed: unmaintained since 2024-05-02',
        ]

    def test_it_tells_of_mixed_ones(self, admin, collected):
        endpoint('compute', '2.104')
        endpoint('shared-file-system', '2.85')
        assert self.words(admin) == [
            'The services are of different releases',
            '2024.1 Caracal: unmaintained',
        ]
