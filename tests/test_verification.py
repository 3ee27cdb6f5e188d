"""The page Verification: who may see and act, and what a report tells."""

import json

from django.core.files import uploadedfile
from django.utils import timezone
import pytest

from rey_dashboard.runs import models
from rey_dashboard.verification import handing
from rey_dashboard.verification import points
from rey_dashboard.verification import snapshots
from rey_dashboard.verification import tables
from tests import factory
from tests import test_upgrade_checks

pytestmark = pytest.mark.django_db
INDEX = '/rey/verification/'
HOSTILE = '=cmd() <script>alert(1)</script> %(x)s 😀'
READS = ('', 'comparisons/', 'check/', 'baselines/{0}/', 'comparisons/{1}/')
WRITES = ('take/', 'baselines/{0}/', 'baselines/{0}/compare/')
FOUND = (
    points.Point('services', HOSTILE, points.WORSE, 2, [HOSTILE]),
    points.Point('endpoints', 'Endpoints', points.UNCHANGED, 3),
    points.Point('findings', 'Findings', points.BY_TIME, 1, ['Old']),
    points.Point('smoke_test', 'Smoke test', points.UNKNOWN, 1, ['none']),
)


def baseline(**columns):
    now = timezone.now()
    return models.Baseline.objects.create(
        **{
            'region': factory.REGION,
            'name': HOSTILE,
            'asked_by_id': 'u',
            'asked_by_name': HOSTILE,
            'asked_at': now,
            'started_at': now,
            'ended_at': now,
            'stage': 'ended',
            **columns,
        }
    )


def comparison(found=FOUND, of=None, **columns):
    now = timezone.now()
    of = of or baseline()
    made = models.Comparison.objects.create(
        **{
            'region': of.region,
            'baseline': of,
            'asked_by_id': 'u',
            'asked_by_name': 'Rey',
            'asked_at': now,
            'started_at': now,
            'ended_at': now,
            'stage': 'ended',
            **columns,
        }
    )
    if found:
        told = handing.columns(made, handing.made(made, found))
        models.Comparison.objects.filter(pk=made.pk).update(**told)
        made.refresh_from_db()
    return made


def text(browser, end='', **query):
    answer = browser.get(INDEX + end, query)
    assert answer.status_code == 200
    return ' '.join(answer.content.decode().split())


def streamed(answer):
    return b''.join(answer.streaming_content).decode()


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
        one = comparison()
        browser = sign_in(role)
        ids = one.baseline_id, one.pk
        for end in READS:
            assert browser.get(INDEX + end.format(*ids)).status_code == 403
        for end in (*WRITES, 'baselines/{0}/delete/', 'check/'):
            answer = browser.post(INDEX + end.format(*ids), {'text': 'x'})
            assert answer.status_code == 403
        assert models.Comparison.objects.count() == 1
        assert models.Baseline.objects.count() == 1

    def test_who_may_read_alone_is_shown_no_button_and_changes_nothing(
        self, auditor
    ):
        one = comparison()
        ids = one.baseline_id, one.pk
        assert 'Take a baseline now' not in text(auditor)
        page = text(auditor, f'baselines/{ids[0]}/')
        assert 'Compare now' not in page
        assert 'Add upgrade checks' not in page
        for end in (*WRITES, 'baselines/{0}/delete/'):
            answer = auditor.post(INDEX + end.format(*ids), {'text': 'x'})
            assert answer.status_code == 403
        assert not models.UpgradeCheck.objects.exists()
        assert models.Baseline.objects.count() == 1
        assert 'Was the copy' in text(auditor, 'check/')

    def test_another_regions_are_none_of_ours(self, admin):
        other = comparison(of=baseline(region='Elsewhere'))
        for end in ('baselines/{0}/', 'comparisons/{1}/'):
            address = INDEX + end.format(other.baseline_id, other.pk)
            assert admin.get(address).status_code == 404
        address = f'{INDEX}baselines/{other.baseline_id}/delete/'
        assert admin.post(address).status_code == 404


class TestBaselines:
    def test_one_is_asked_for_by_name_and_followed(self, admin):
        for _click in range(2):
            answer = admin.post(f'{INDEX}take/', {'name': HOSTILE})
            assert answer.url == f'{INDEX}baselines/1/'
        made = models.Baseline.objects.get()
        assert (made.name, made.asked_by_id) == (HOSTILE, factory.USER)
        page = text(admin)
        assert 'it waits for a worker' in page
        assert 'every 2s' in page
        assert '<script>alert(1)' not in page
        models.Baseline.objects.update(stage='collecting', done=3, expected=23)
        assert '(3 of 23 parts)' in text(admin, f'baselines/{made.pk}/')

    def test_one_without_a_name_is_called_after_its_time(self, admin):
        admin.post(f'{INDEX}take/', {'name': ' '})
        assert models.Baseline.objects.get().name.endswith('UTC')

    def test_its_page_tells_what_it_holds_and_what_is_not_in_it(self, admin):
        factory.quota('p1', 'compute', 'cores', 20, 1)
        factory.server('s', 'p1', status='ERROR')
        told = snapshots.take(factory.REGION, timezone.now())
        assert told['errors']['servers'] == {'s': 's: ERROR'}
        one = baseline(snapshot=told)
        page = text(admin, f'baselines/{one.pk}/')
        assert 'Things in error: <strong>1</strong>' in page
        assert 'Projects with limits of quotas: <strong>1</strong>' in page
        # All was read before it was asked for.
        assert 'Not in it:</strong> <span class="rey-words">Volumes' in page

    def test_a_comparison_is_asked_for_once(self, admin):
        one = baseline()
        for _click in range(2):
            answer = admin.post(f'{INDEX}baselines/{one.pk}/compare/')
        made = models.Comparison.objects.get()
        assert answer.url == f'{INDEX}comparisons/{made.pk}/'
        page = text(admin, f'comparisons/{made.pk}/')
        assert 'it waits for a worker' in page
        assert admin.get(answer.url, {'format': 'json'}).status_code == 404

    def test_nothing_is_compared_with_one_that_came_to_nothing(self, admin):
        one = baseline(error='Keystone is away.')
        assert 'Keystone is away.' in text(admin, f'baselines/{one.pk}/')
        answer = admin.post(f'{INDEX}baselines/{one.pk}/compare/')
        assert answer.status_code == 404

    def test_a_person_deletes_it_with_its_comparisons(self, admin):
        one = comparison()
        address = f'{INDEX}baselines/{one.baseline_id}/'
        assert 'With it goes 1 comparison.' in text(
            admin, f'baselines/{one.baseline_id}/'
        )
        admin.post(f'{address}delete/')
        assert not models.Comparison.objects.exists()
        assert not models.Baseline.objects.exists()

    def test_what_a_worker_is_at_is_not_deleted(self, admin):
        one = comparison(found=None, ended_at=None)
        admin.post(f'{INDEX}baselines/{one.baseline_id}/delete/')
        assert models.Baseline.objects.exists()

    def test_lists_are_exported(self, admin):
        one = comparison()
        for end, table in (
            ('', tables.BASELINES),
            ('comparisons/', tables.COMPARISONS),
        ):
            answer = admin.get(INDEX + end, {'format': 'json'})
            told = json.loads(streamed(answer))
            assert told['schema'] == table.schema
            assert len(told['rows']) == 1
        assert told['rows'][0]['sha256'] == one.sha256
        csv = streamed(admin.get(INDEX, {'format': 'csv'}))
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
        one = baseline(name='a')
        comparison(of=one)
        comparison(of=one)
        comparison(of=baseline(name='b', ended_at=None))
        for sort in (column, f'-{column}'):
            answer = admin.get(INDEX + end, {'format': 'json', 'sort': sort})
            rows = json.loads(streamed(answer))['rows']
            assert len(rows) == (3 if end else 2)
            if column == 'comparisons':
                found = [row['comparisons'] for row in rows]
                assert found == sorted(found, reverse=sort[0] == '-')

    @pytest.mark.parametrize('query', [{'q': 'nothing'}, {'result': 'pass'}])
    def test_filters_leave_out(self, admin, query):
        comparison()
        assert '1 to 1 of 1' in text(admin, 'comparisons/')
        assert '1 to 1' not in text(admin, 'comparisons/', **query)


class TestReports:
    def test_the_sentence_and_what_failed_come_first(self, admin):
        one = comparison()
        page = text(admin, f'comparisons/{one.pk}/')
        assert 'FAIL: 1 point failed, 2 things are worse.' in page
        assert '1 passed, 1 notes, 1 not known.' in page
        assert 'by the passing of time: 1' in page
        assert one.sha256 in page
        assert '<script>alert(1)' not in page
        assert '😀' in page
        well = comparison(FOUND[1:])
        page = text(admin, f'comparisons/{well.pk}/')
        assert 'PASS: nothing is worse.' in page

    def test_the_files_need_nothing_else_and_tell_the_hash(self, admin):
        one = comparison()
        address = f'{INDEX}comparisons/{one.pk}/'
        page = streamed(admin.get(address, {'format': 'html'}))
        assert one.sha256 in page
        assert '<script' not in page
        assert 'src=' not in page
        told = json.loads(streamed(admin.get(address, {'format': 'json'})))
        assert told['schema'] == tables.POINTS.schema
        assert told['sha256'] == one.sha256
        assert told['rows'][0]['evidence'] == [HOSTILE]
        csv = streamed(admin.get(address, {'format': 'csv'}))
        assert "'=cmd()" in csv
        assert admin.get(address, {'format': 'xml'}).status_code == 400

    @pytest.mark.parametrize('format_', ['html', 'json'])
    def test_a_changed_copy_is_told_from_a_true_one(
        self, admin, settings, format_
    ):
        # As Horizon has it; its tests' settings do not.
        debreach = 'debreach.middleware.RandomCommentMiddleware'
        if debreach not in settings.MIDDLEWARE:
            settings.MIDDLEWARE = [debreach, *settings.MIDDLEWARE]
        one = comparison()
        copy = streamed(
            admin.get(f'{INDEX}comparisons/{one.pk}/', {'format': format_})
        )
        assert self.says(admin, copy.replace('\n', '\r\n')) == 'Same.'
        for old, new in (('worse', 'fine'), ('fail', 'pass'), ('2', '3')):
            changed = copy.replace(old, new, 1)
            if changed != copy:
                assert self.says(admin, changed) == 'Changed.'
        upload = uploadedfile.SimpleUploadedFile('copy', copy.encode())
        answer = admin.post(f'{INDEX}check/', {'file': upload})
        assert 'It is a true copy' in answer.content.decode()

    def test_a_report_that_gives_itself_a_hash_is_none_of_ours(self, admin):
        one = comparison()
        told = {**one.report, 'region': 'Elsewhere'}
        told['sha256'] = handing.digest(told)
        assert self.says(admin, json.dumps(told)) == 'Changed.'
        # What was printed in another way says the same.
        same = json.dumps({**one.report, 'sha256': one.sha256})
        assert self.says(admin, same) == 'Same.'
        for nonsense in ('[]', '{}', '7', '{' * 5000, '[' * 99999):
            assert self.says(admin, nonsense) == 'Changed.'

    def says(self, browser, copy):
        answer = browser.post(f'{INDEX}check/', {'text': copy})
        page = answer.content.decode()
        (word,) = [one for one in ('Same.', 'Changed.') if one in page]
        return word

    def test_nothing_to_check_and_too_much_are_told(self, admin, monkeypatch):
        answer = admin.post(f'{INDEX}check/', {'text': ' '})
        assert 'Paste a text or choose a file.' in answer.content.decode()
        monkeypatch.setattr(
            'rey_dashboard.verification.forms.CopyForm.most', 9
        )
        upload = uploadedfile.SimpleUploadedFile('copy', b'x' * 10)
        answer = admin.post(f'{INDEX}check/', {'file': upload})
        assert 'It is larger than' in answer.content.decode()

    def test_today_tells_how_many_are_worse(self, admin):
        one = comparison(of=baseline(name='before'))
        page = ' '.join(admin.get('/rey/today/').content.decode().split())
        assert 'Compared with before: 2 worse' in page
        assert f'href="{INDEX}comparisons/{one.pk}/"' in page


class TestUpgradeChecks:
    @pytest.fixture
    def address(self):
        return f'{INDEX}baselines/{baseline().pk}/'

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
        pasted = test_upgrade_checks.sample('nova-table.txt') + HOSTILE
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
