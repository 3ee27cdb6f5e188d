"""The list of findings, a finding's page, and who may see and do what."""

import datetime
import json

from django.utils import timezone
import pytest

from openstack_auth import policy as horizon_policy

from rey_dashboard.checks import models
from rey_dashboard.checks import registry
from rey_dashboard.policy import operate
from tests import factory
from tests import factory_checks
from tests import findings_pages as pages
from tests import two_domains as two

pytestmark = pytest.mark.django_db
SEVERITY = registry.SEVERITY


@pytest.fixture(autouse=True)
def check(paper):
    return paper


class TestList:
    @pytest.fixture(autouse=True)
    def findings(self):
        now = timezone.now()
        make = factory_checks.make_finding
        make('note', severity=SEVERITY.NOTE, host='c1')
        make('worst', severity=SEVERITY.CRITICAL, project_id='p', hits=3)
        make('known', acknowledged_at=now, acknowledged_by_name='Olga')
        make('asleep', snoozed_until=now + datetime.timedelta(hours=1))
        make('over', resolved_at=now)
        make('mine', assignee_id=factory.USER)
        make('full', check_name='quota_full', word='?')
        make('far', region='RegionTwo')

    def test_all_that_is_open_stands_there_the_worst_first(self, admin):
        found = pages.subjects(admin)
        assert found[0] == 'worst'
        assert found[-1] == 'note'
        assert set(found[1:-1]) == {'known', 'asleep', 'mine', 'full'}

    @pytest.mark.parametrize(
        'query, found',
        [
            ({'state': 'awake'}, {'worst', 'known', 'mine', 'full', 'note'}),
            ({'state': 'acknowledged'}, {'known'}),
            ({'state': 'snoozed'}, {'asleep'}),
            ({'state': 'resolved'}, {'over'}),
            ({'severity': '0'}, {'worst'}),
            ({'area': 'usage'}, {'full'}),
            ({'check': 'quota_full'}, {'full'}),
            ({'mine': '1'}, {'mine'}),
            ({'project': 'p'}, {'worst'}),
            ({'host': 'C1'}, {'note'}),
            ({'q': 'PAPER WOR'}, {'worst'}),
            ({'q': 'nothing is called so'}, set()),
            ({'state': 'any', 'q': 'over'}, {'over'}),
            ({'severity': 'x'}, set()),
        ],
    )
    def test_filters(self, admin, query, found):
        assert set(pages.subjects(admin, **query)) == found

    def test_exports_hold_all_that_the_filter_selects(self, admin):
        answer = admin.get(pages.FINDINGS, {'format': 'json', 'severity': '0'})
        (row,) = json.loads(answer.getvalue())['rows']
        assert row['severity'] == 'critical'
        assert row['title'] == 'Paper worst'
        assert row['area'] == 'operate'
        assert row['hits'] == 3
        told = admin.get(pages.FINDINGS, {'format': 'csv'}).getvalue().decode()
        assert told.count('\n') == 7


class TestPage:
    def test_it_holds_all_that_is_needed_to_act(self, admin, check):
        check.runbook = lambda finding: registry.Runbook(
            meaning='Servers stand still.',
            causes=('The likely one', 'The other'),
            commands=(registry.command('Look', 'echo', pages.HOSTILE),),
            mended='It is up.',
            documentation='nova/{release}/admin/node-down.html',
        )
        factory.project('p', name='genome')
        finding = factory_checks.make_finding(
            project_id='p',
            hits=12,
            hits_what='servers',
            returns=2,
            evidence={
                'status': 'down',
                'reported_at': '2026-11-22T10:00:00Z',
                'named': [
                    {'id': 'v1', 'name': pages.HOSTILE, 'size_gib': 3000}
                ],
                'nothing': '',
                'quotas': [
                    {
                        'service': 'compute',
                        'resource': 'ram',
                        'limit': 4096,
                        'percent': 99.9,
                    },
                    {'service': 'compute', 'resource': 7, 'percent': 'x'},
                ],
            },
        )
        page = pages.text(admin, pages.of(finding))
        for words in (
            'hits 12 servers',
            'genome',
            '2 times, last',
            'Servers stand still.',
            'It is up.',
            'https://docs.openstack.org/nova/latest/admin/node-down.html',
            'datetime="2026-11-22T10:00:00+00:00"',
            '3,000',
            'Size (GiB)',
            'RAM (GiB)</td><td class="rey-short">4<',
            '99 %',
            'echo &#x27;&lt;script&gt;',
            'data-rey-copy="rey-command-1"',
        ):
            assert words in page, words
        assert page.index('The likely one') < page.index('The other')
        assert '<script>alert' not in page
        assert 'Nothing<' not in page

    def test_of_an_older_version_of_its_check_it_shows_what_it_can(
        self, admin
    ):
        finding = factory_checks.make_finding(
            check_name='quota_full', title='As it was', evidence={'odd': [[]]}
        )
        page = pages.text(admin, pages.of(finding))
        assert 'As it was' in page
        assert 'has no runbook' in page

    def test_what_is_not_there_for_the_user_is_not_found(self, admin):
        far = factory_checks.make_finding('far', region='RegionTwo')
        gone = factory_checks.make_finding('g', check_name='not_installed')
        for finding_id in (far.pk, gone.pk, 999_999):
            address = f'{pages.FINDINGS}{finding_id}/'
            assert admin.get(address).status_code == 404
            for order, form in pages.ORDERS.items():
                answer = admin.post(f'{address}{order}/', form)
                assert answer.status_code == 404
        assert not models.FindingRecord.objects.exists()


class TestWhoMay:
    def test_a_manager_reads_his_own_and_acts_on_nothing(
        self, sign_in, company, check, monkeypatch
    ):
        # By a rule to act that has a twin: that is for tasks, not for this.
        change = registry.Change('Mend it…', '/rey/mend/', operate.ACT)
        monkeypatch.setattr(check, 'change', lambda finding: change)
        own = factory_checks.make_finding(
            'own',
            project_id='p',
            host='c0mpute-1',
            evidence={'host': 'c0mpute-1', 'rows': [{'host': 'c0mpute-1'}]},
        )
        foreign = factory_checks.make_finding(
            'foreign', project_id=f'{two.FOREIGN}-project'
        )
        factory.domain_role('research')
        browser = sign_in('member')
        assert pages.subjects(browser) == ['own']
        for address in (pages.FINDINGS, pages.of(own), '/rey/today/'):
            page = pages.text(browser, address)
            assert 'c0mpute-1' not in page
            assert 'rey-order-' not in page
            assert 'Mend it' not in page
        for kind in ('csv', 'json'):
            told = (
                browser.get(pages.FINDINGS, {'format': kind})
                .getvalue()
                .decode()
            )
            assert 'c0mpute-1' not in told
            assert 'foreign' not in told
        assert browser.get(pages.of(foreign)).status_code == 404
        for order, form in pages.ORDERS.items():
            answer = browser.post(f'{pages.of(foreign)}{order}/', form)
            assert answer.status_code == 404
            answer = browser.post(f'{pages.of(own)}{order}/', form)
            assert answer.status_code == 403
        assert not models.FindingRecord.objects.exists()
        assert 'Mend it' in pages.text(sign_in('admin'), pages.of(own))

    @pytest.mark.parametrize(
        'role, paper_acts, quota_acts',
        [
            ('operator', True, False),
            ('accountant', False, True),
            ('reader', False, False),
        ],
    )
    def test_the_areas_right_to_act_decides(
        self, sign_in, settings, tmp_path, role, paper_acts, quota_acts
    ):
        (tmp_path / 'rey_policy.yaml').write_text(
            '"rey:operate:read": "@"\n'
            '"rey:usage:read": "@"\n'
            '"rey:operate:act": "role:operator"\n'
            '"rey:usage:act": "role:accountant"\n'
        )
        settings.POLICY_FILES = {'rey': str(tmp_path / 'rey_policy.yaml')}
        horizon_policy.reset()
        browser = sign_in(role)
        for check, acts in (
            ('paper', paper_acts),
            ('quota_full', quota_acts),
        ):
            finding = factory_checks.make_finding(check_name=check)
            assert (
                'rey-order-' in pages.text(browser, pages.of(finding))
            ) is acts
            answer = browser.post(f'{pages.of(finding)}acknowledge/')
            assert answer.status_code == (302 if acts else 403)
            finding.refresh_from_db()
            assert bool(finding.acknowledged_at) is acts

    @pytest.mark.parametrize('role', ['member', 'cloud_nothing'])
    def test_who_may_read_nothing_is_refused_everywhere(self, sign_in, role):
        finding = factory_checks.make_finding()
        browser = sign_in(role)
        for address in (
            '/rey/today/',
            '/rey/today/checks/',
            pages.FINDINGS,
            pages.of(finding),
        ):
            for suffix in ('', '?format=csv', '?format=json'):
                assert browser.get(address + suffix).status_code == 403
        for order, form in pages.ORDERS.items():
            answer = browser.post(f'{pages.of(finding)}{order}/', form)
            assert answer.status_code == 403
        assert pages.kinds(finding) == []
