"""The page Versions: what the endpoints mean, and what comes next."""

import datetime
import json

import pytest

from rey_dashboard.checks import models as findings
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import releases
from rey_dashboard.versions import changes
from rey_dashboard.versions import checks
from rey_dashboard.versions import hypervisors
from rey_dashboard.versions import tables
from tests import factory
from tests import factory_catalog
from tests import factory_checks
from tests import factory_services
from tests.factory_catalog import telling as endpoint

pytestmark = pytest.mark.django_db
INDEX = '/rey/versions/'
HOSTILE = '=cmd() <script>alert(1)</script> %(x)s 😀'
TABS = ('', 'releases/', 'changes/', 'hypervisors/')


def host(name, version=8002002, type_='QEMU', **columns):
    return models.Host.objects.create(
        region=factory.REGION,
        id=f'id-{name}'[:64],
        name=name,
        type=type_,
        version=version,
        seen=1,
        **{
            'state': 'up',
            'status': 'enabled',
            'service_host': name,
            **columns,
        },
    )


def runs(nova='2.104'):
    endpoint('compute', nova)
    endpoint('identity', version='v3.14')


def exported(browser, tab='', **query):
    answer = browser.get(INDEX + tab, {'format': 'json', **query})
    return json.loads(b''.join(answer.streaming_content))


def text(browser, tab='', **query):
    answer = browser.get(INDEX + tab, query)
    assert answer.status_code == 200
    return ' '.join(answer.content.decode().split())


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
            assert browser.get(INDEX + tab).status_code == 403
            answer = browser.get(INDEX + tab, {'format': 'csv'})
            assert answer.status_code == 403

    def test_who_may_read_this_alone_gets_no_links_to_other_pages(
        self, sign_in, settings, tmp_path, collected
    ):
        (tmp_path / 'rey_policy.yaml').write_text(
            '"rey:update:read": "role:updater"\n'
        )
        settings.POLICY_FILES = {'rey': str(tmp_path / 'rey_policy.yaml')}
        host('cmp-1')
        page = text(sign_in('updater'), 'hypervisors/')
        assert 'href="/rey/versions/"' in page
        assert 'cmp-1' in page
        assert 'href="/rey/services/' not in page

    @pytest.mark.parametrize('tab', TABS)
    def test_without_data_it_says_so(self, admin, tab):
        page = text(admin, tab)
        assert 'Nothing has been collected of region RegionOne yet.' in page
        assert 'No endpoint tells a number that means a release.' in page

    @pytest.mark.parametrize('tab', TABS)
    def test_old_and_failing_data_is_told(self, admin, tab):
        factory.collected(
            datetime.timedelta(days=2), failing_since=None, error=''
        )
        models.PartState.objects.filter(name=parts.PROBES).update(
            failing_since=models.PartState.objects.first().ended_at,
            error=HOSTILE,
        )
        runs()
        page = text(admin, tab)
        assert 'Old data:' in page
        assert 'could not be read' in page
        assert '2026.2 Hibiscus' in page
        assert '<script>alert' not in page

    def test_the_release_its_state_and_the_age_of_that_stand_on_top(
        self, admin, collected
    ):
        runs('2.96')
        page = text(admin)
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
        runs()
        assert 'Region RegionOne:' not in text(admin)
        endpoint('shared-file-system', '2.85', in_region='Far')
        page = text(admin)
        assert 'Region RegionOne:' in page
        assert '2026.2 Hibiscus</strong>' in page
        (row,) = exported(admin, in_region='Far')['rows']
        assert row['releases'] == ['2024.1']

    def test_mixed_releases_are_told_service_by_service(
        self, admin, collected
    ):
        endpoint('compute', '2.104')
        endpoint('shared-file-system', '2.85')
        page = text(admin)
        assert 'mixed releases' in page
        assert 'Nova means</span>' not in page
        assert 'Manila means <strong>2024.1 Caracal</strong>;' in page
        assert 'From 2024.1 Caracal' in page

    def test_each_endpoint_has_its_range_and_why_one_means_nothing(
        self, admin, collected
    ):
        runs()
        endpoint(HOSTILE, '1.5')
        silent = factory_catalog.endpoint('placement')
        factory_catalog.probe(silent, status=None, error='refused')
        factory_catalog.endpoint('baremetal')
        factory_catalog.endpoint('image', url='no address')
        page = text(admin)
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
        runs()
        endpoint('shared-file-system', '2.85')
        rows = exported(admin)['rows']
        assert list(rows[0]) == [one.name for one in tables.ENDPOINTS.fields]
        assert [row['service_type'] for row in rows] == [
            'compute',
            'identity',
            'shared-file-system',
        ]
        assert rows[0]['releases'] == ['2026.2']
        (row,) = exported(admin, release='2024.1', q='SHARED')['rows']
        assert row['most_microversion'] == '2.85'
        rows = exported(admin, sort='-release')['rows']
        assert rows[0]['service_type'] == 'compute'
        page = text(admin, release='yoga', q='compute')
        assert 'Nothing matches the filter.' in page
        answer = admin.get(INDEX, {'format': 'csv', 'release': 'x'})
        assert answer.status_code == 400

    def test_releases_that_fit_are_marked(self, admin, collected):
        runs('2.96')
        rows = exported(admin, 'releases/')['rows']
        assert rows[0]['release'] == '2027.1'
        assert rows[0]['nova_number'] == []
        fitting = {row['release'] for row in rows if row['fits']}
        assert fitting == {'2024.1', '2024.2'}
        page = text(admin, 'releases/')
        assert page.count('</span> may be</td>') == 2
        assert 'not known' in page

    def test_hosts_are_counted_by_version_and_lead_to_their_services(
        self, admin, collected
    ):
        runs()
        for number in range(6):
            host(f'cmp-{number}.example.org', service_host=f'cmp-{number}')
        host(HOSTILE, 6001000, state='down', status='disabled')
        host('old', None, type_='')
        rows = exported(admin, 'hypervisors/')['rows']
        assert [(row['version'], row['hosts']) for row in rows] == [
            ('6.1.0', 1),
            ('8.2.2', 6),
            ('', 1),
        ]
        assert (rows[0]['up'], rows[0]['enabled']) == (0, 0)
        page = text(admin, 'hypervisors/')
        link = 'href="/rey/services/?host=cmp-0">cmp-0.example.org</a>'
        assert link in page
        assert 'and 1 more' in page
        assert '<script>alert' not in page


class TestChanges:
    def test_each_has_a_source_and_a_kind_that_is_looked_for(self):
        for change in changes.all_():
            assert change.source.startswith('https://')
            assert change.release
            assert '%' not in change.words
            assert change.kind in changes._LOOKS

    def test_what_hits_this_cloud_stands_first(self, admin, collected):
        # From Zed: 2023.1 and 2023.2 come next, the latter with a QEMU.
        runs('2.93')
        host('new')
        host(HOSTILE, 5001009)
        page = text(admin, 'changes/')
        assert 'Nova requires QEMU 5.2.0 or newer' in page
        assert '<script>alert' not in page
        (row,) = exported(admin, 'changes/')['rows']
        assert (row['release'], row['seen']) == ('2023.2', 1)
        assert row['names'] == [HOSTILE]
        assert row['source'].startswith('https://')
        models.Host.objects.filter(version__lt=5002000).delete()
        (row,) = exported(admin, 'changes/')['rows']
        assert row['seen'] == 0

    def test_agents_and_services_that_end_are_seen(self, admin, collected):
        # From 2023.1: 2024.1 is without Murano and Hyper-V.
        endpoint('shared-file-system', '2.78')
        endpoint('application-catalog')
        rows = exported(admin, 'changes/')['rows']
        assert [(row['name'], row['seen']) for row in rows] == [
            ('application-catalog', 1),
            ('QEMU', 0),
            ('hyperv', 0),
        ]
        # From 2024.2: 2025.1 is without the Linux bridge.
        models.EndpointProbe.objects.update(most_microversion='2.87')
        factory_services.service('Linux bridge agent', 'net-1')
        host('cmp')
        rows = exported(admin, 'changes/')['rows']
        assert [(row['kind'], row['seen']) for row in rows] == [
            ('agent_dropped', 1),
            ('hypervisor_least', 0),
        ]
        assert 'net-1' in text(admin, 'changes/')
        assert '1 thing that the next two releases drop' in text(admin)

    def test_of_two_releases_that_fit_both_are_looked_ahead_from(
        self, admin, collected
    ):
        runs('2.96')
        page = text(admin, 'changes/')
        assert 'From 2024.1 Caracal an update may go to 2024.2' in page
        assert 'From 2024.2 Dalmatian an update goes to 2025.1' in page
        assert 'is not complete' in page

    @pytest.mark.parametrize('nova', ['2.105', ''])
    def test_from_an_unknown_release_nothing_is_said(
        self, admin, collected, nova
    ):
        endpoint('compute', nova)
        assert exported(admin, 'changes/')['rows'] == []
        page = text(admin, 'changes/')
        assert 'It is not known from which release an update starts' in page

    def test_what_was_not_read_is_not_known(self, admin, collected):
        runs('2.93')
        host('before', None, type_='')
        (row,) = exported(admin, 'changes/')['rows']
        assert row['seen'] is None
        assert 'it was not read yet' in text(admin, 'changes/')

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
        runs('2.100')
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


class TestCard:
    def words(self, admin):
        cards = admin.get('/rey/today/').context['cards']
        (card,) = [one for one in cards if one.name == 'update']
        assert card.address == INDEX
        return [line.words for line in card.lines]

    def test_it_tells_the_release_and_its_state(self, admin, collected):
        assert self.words(admin) == ['No endpoint tells its release']
        runs('2.93')
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
