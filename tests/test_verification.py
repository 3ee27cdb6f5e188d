"""The pages of Verification: rights, baselines, upgrade checks."""

import json

from django.core.files import uploadedfile
from django.utils import timezone
import pytest

from rey_dashboard.runs import models
from rey_dashboard.verification import snapshots
from rey_dashboard.verification import tables
from tests import factory
from tests import test_upgrade_checks
from tests import verification_pages as pages

pytestmark = pytest.mark.django_db
READS = ('', 'comparisons/', 'check/', 'baselines/{0}/', 'comparisons/{1}/')
WRITES = ('take/', 'baselines/{0}/', 'baselines/{0}/compare/')


@pytest.fixture(autouse=True)
def collected():
    factory.collected()


@pytest.fixture
def auditor(sign_in, settings, tmp_path):
    (tmp_path / 'rey_policy.yaml').write_text(
        '"rey:update:read": "role:auditor"\n'
    )
    settings.POLICY_FILES = {'rey': str(tmp_path / 'rey_policy.yaml')}
    return sign_in('auditor')


class TestRights:
    @pytest.mark.parametrize('role', ['member', 'manager'])
    def test_others_see_and_do_nothing(self, sign_in, role):
        factory.domain('research')
        factory.domain_role('research')
        one = pages.comparison()
        browser = sign_in(role)
        ids = one.baseline_id, one.pk
        for end in READS:
            assert (
                browser.get(pages.INDEX + end.format(*ids)).status_code == 403
            )
        for end in (*WRITES, 'baselines/{0}/delete/', 'check/'):
            answer = browser.post(
                pages.INDEX + end.format(*ids), {'text': 'x'}
            )
            assert answer.status_code == 403
        assert models.Comparison.objects.count() == 1
        assert models.Baseline.objects.count() == 1

    def test_who_may_read_alone_is_shown_no_button_and_changes_nothing(
        self, auditor
    ):
        one = pages.comparison()
        ids = one.baseline_id, one.pk
        assert 'Take a baseline now' not in pages.text(auditor)
        page = pages.text(auditor, f'baselines/{ids[0]}/')
        assert 'Compare now' not in page
        assert 'Add upgrade checks' not in page
        for end in (*WRITES, 'baselines/{0}/delete/'):
            answer = auditor.post(
                pages.INDEX + end.format(*ids), {'text': 'x'}
            )
            assert answer.status_code == 403
        assert not models.UpgradeCheck.objects.exists()
        assert models.Baseline.objects.count() == 1
        assert 'Was the copy' in pages.text(auditor, 'check/')

    def test_another_regions_are_none_of_ours(self, admin):
        other = pages.comparison(of=pages.baseline(region='Elsewhere'))
        for end in ('baselines/{0}/', 'comparisons/{1}/'):
            address = pages.INDEX + end.format(other.baseline_id, other.pk)
            assert admin.get(address).status_code == 404
        address = f'{pages.INDEX}baselines/{other.baseline_id}/delete/'
        assert admin.post(address).status_code == 404


class TestBaselines:
    def test_one_is_asked_for_by_name_and_followed(self, admin):
        for _click in range(2):
            answer = admin.post(f'{pages.INDEX}take/', {'name': pages.HOSTILE})
            assert answer.url == f'{pages.INDEX}baselines/1/'
        made = models.Baseline.objects.get()
        assert (made.name, made.asked_by_id) == (pages.HOSTILE, factory.USER)
        page = pages.text(admin)
        assert 'it waits for a worker' in page
        assert 'every 2s' in page
        assert '<script>alert(1)' not in page
        models.Baseline.objects.update(stage='collecting', done=3, expected=23)
        assert '(3 of 23 parts)' in pages.text(admin, f'baselines/{made.pk}/')

    def test_one_without_a_name_is_called_after_its_time(self, admin):
        admin.post(f'{pages.INDEX}take/', {'name': ' '})
        assert models.Baseline.objects.get().name.endswith('UTC')

    def test_its_page_tells_what_it_holds_and_what_is_not_in_it(self, admin):
        factory.quota('p1', 'compute', 'cores', 20, 1)
        factory.server('s', 'p1', status='ERROR')
        told = snapshots.take(factory.REGION, timezone.now())
        assert told['errors']['servers'] == {'s': 's: ERROR'}
        one = pages.baseline(snapshot=told)
        page = pages.text(admin, f'baselines/{one.pk}/')
        assert 'Things in error: <strong>1</strong>' in page
        assert 'Projects with limits of quotas: <strong>1</strong>' in page
        # All was read before it was asked for.
        assert 'Not in it:</strong> <span class="rey-words">Volumes' in page

    def test_a_comparison_is_asked_for_once(self, admin):
        one = pages.baseline()
        for _click in range(2):
            answer = admin.post(f'{pages.INDEX}baselines/{one.pk}/compare/')
        made = models.Comparison.objects.get()
        assert answer.url == f'{pages.INDEX}comparisons/{made.pk}/'
        page = pages.text(admin, f'comparisons/{made.pk}/')
        assert 'it waits for a worker' in page
        assert admin.get(answer.url, {'format': 'json'}).status_code == 404

    def test_nothing_is_compared_with_one_that_came_to_nothing(self, admin):
        one = pages.baseline(error='Keystone is away.')
        assert 'Keystone is away.' in pages.text(admin, f'baselines/{one.pk}/')
        answer = admin.post(f'{pages.INDEX}baselines/{one.pk}/compare/')
        assert answer.status_code == 404

    def test_a_person_deletes_it_with_its_comparisons(self, admin):
        one = pages.comparison()
        address = f'{pages.INDEX}baselines/{one.baseline_id}/'
        assert 'With it goes 1 comparison.' in pages.text(
            admin, f'baselines/{one.baseline_id}/'
        )
        admin.post(f'{address}delete/')
        assert not models.Comparison.objects.exists()
        assert not models.Baseline.objects.exists()

    def test_what_a_worker_is_at_is_not_deleted(self, admin):
        one = pages.comparison(found=None, ended_at=None)
        admin.post(f'{pages.INDEX}baselines/{one.baseline_id}/delete/')
        assert models.Baseline.objects.exists()

    def test_lists_are_exported(self, admin):
        one = pages.comparison()
        for end, table in (
            ('', tables.BASELINES),
            ('comparisons/', tables.COMPARISONS),
        ):
            answer = admin.get(pages.INDEX + end, {'format': 'json'})
            told = json.loads(pages.streamed(answer))
            assert told['schema'] == table.schema
            assert len(told['rows']) == 1
        assert told['rows'][0]['sha256'] == one.sha256
        csv = pages.streamed(admin.get(pages.INDEX, {'format': 'csv'}))
        assert "'=cmd()" in csv

    @pytest.mark.parametrize(
        'end, column',
        [
            *(('', one.name) for one in tables.BASELINES.columns),
            *(
                ('comparisons/', one.name)
                for one in tables.COMPARISONS.columns
            ),
        ],
    )
    def test_lists_are_sorted_by_each_column(self, admin, end, column):
        one = pages.baseline(name='a')
        pages.comparison(of=one)
        pages.comparison(of=one)
        pages.comparison(of=pages.baseline(name='b', ended_at=None))
        for sort in (column, f'-{column}'):
            answer = admin.get(
                pages.INDEX + end, {'format': 'json', 'sort': sort}
            )
            rows = json.loads(pages.streamed(answer))['rows']
            assert len(rows) == (3 if end else 2)
            if column == 'comparisons':
                found = [row['comparisons'] for row in rows]
                assert found == sorted(found, reverse=sort[0] == '-')

    @pytest.mark.parametrize('query', [{'q': 'nothing'}, {'result': 'pass'}])
    def test_filters_leave_out(self, admin, query):
        pages.comparison()
        assert '1 to 1 of 1' in pages.text(admin, 'comparisons/')
        assert '1 to 1' not in pages.text(admin, 'comparisons/', **query)


class TestUpgradeChecks:
    @pytest.fixture
    def address(self):
        return f'{pages.INDEX}baselines/{pages.baseline().pk}/'

    def test_what_was_pasted_stands_with_the_baseline(self, admin, address):
        pasted = test_upgrade_checks.sample(
            'nova-table.txt'
        ) + test_upgrade_checks.sample('cinder.json')
        assert admin.post(address, {'text': pasted}).status_code == 302
        page = ' '.join(admin.get(address).content.decode().split())
        assert 'nova: warnings: 1' in page
        assert 'hw_machine_type unset' in page
        assert 'cinder: failures: 1' in page
        assert 'Services and volumes must have a service UUID' in page

    def test_the_newest_of_a_service_counts(self, admin, address):
        for name in ('cinder-table.txt', 'glance-table.txt'):
            upload = uploadedfile.SimpleUploadedFile(
                name, test_upgrade_checks.sample(name).encode()
            )
            admin.post(address, {'file': upload})
        mended = test_upgrade_checks.sample('cinder.json')
        admin.post(
            address, {'text': mended.replace('"result": 2', '"result": 0')}
        )
        page = admin.get(address).content.decode()
        assert 'cinder: failures' not in page
        assert 'glance: the check itself broke' in page

    def test_nonsense_is_not_stored_and_its_line_is_told(self, admin, address):
        pasted = test_upgrade_checks.sample('nova-table.txt') + pages.HOSTILE
        page = admin.post(address, {'text': pasted}).content.decode()
        assert 'Line 38' in page
        assert 'Nothing was stored.' in page
        assert '<script>alert(1)' not in page
        assert not models.UpgradeCheck.objects.exists()
        whose = (
            test_upgrade_checks.sample('placement-table.txt')
            .replace('Missing Root Provider IDs', 'Something of nobody here.')
            .replace('Incomplete Consumers', 'Another of nobody   ')
        )
        page = admin.post(address, {'text': whose}).content.decode()
        assert 'which service it is of' in page
        admin.post(address, {'text': whose, 'service': 'heat'})
        assert models.UpgradeCheck.objects.get().service == 'heat'
