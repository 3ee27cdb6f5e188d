"""Reports of comparisons, and their files."""

import json

from django.core.files import uploadedfile
import pytest

from rey_dashboard.verification import handing
from rey_dashboard.verification import tables
from tests import factory
from tests import verification_pages as pages

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def collected():
    factory.collected()


class TestReports:
    def test_the_sentence_and_what_failed_come_first(self, admin):
        one = pages.comparison()
        page = pages.text(admin, f'comparisons/{one.pk}/')
        assert 'FAIL: 1 point failed, 2 things are worse.' in page
        assert '1 passed, 1 notes, 1 not known.' in page
        assert 'by the passing of time: 1' in page
        assert one.sha256 in page
        assert '<script>alert(1)' not in page
        assert '😀' in page
        well = pages.comparison(pages.FOUND[1:])
        page = pages.text(admin, f'comparisons/{well.pk}/')
        assert 'PASS: nothing is worse.' in page

    def test_the_files_need_nothing_else_and_tell_the_hash(self, admin):
        one = pages.comparison()
        address = f'{pages.INDEX}comparisons/{one.pk}/'
        page = pages.streamed(admin.get(address, {'format': 'html'}))
        assert one.sha256 in page
        assert '<script' not in page
        assert 'src=' not in page
        told = json.loads(
            pages.streamed(admin.get(address, {'format': 'json'}))
        )
        assert told['schema'] == tables.POINTS.schema
        assert told['sha256'] == one.sha256
        assert told['rows'][0]['evidence'] == [pages.HOSTILE]
        csv = pages.streamed(admin.get(address, {'format': 'csv'}))
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
        one = pages.comparison()
        copy = pages.streamed(
            admin.get(
                f'{pages.INDEX}comparisons/{one.pk}/', {'format': format_}
            )
        )
        assert self.says(admin, copy.replace('\n', '\r\n')) == 'Same.'
        for old, new in (('worse', 'fine'), ('fail', 'pass'), ('2', '3')):
            changed = copy.replace(old, new, 1)
            if changed != copy:
                assert self.says(admin, changed) == 'Changed.'
        upload = uploadedfile.SimpleUploadedFile('copy', copy.encode())
        answer = admin.post(f'{pages.INDEX}check/', {'file': upload})
        assert 'It is a true copy' in answer.content.decode()

    def test_a_report_that_gives_itself_a_hash_is_none_of_ours(self, admin):
        one = pages.comparison()
        told = {**one.report, 'region': 'Elsewhere'}
        told['sha256'] = handing.digest(told)
        assert self.says(admin, json.dumps(told)) == 'Changed.'
        # What was printed in another way says the same.
        same = json.dumps({**one.report, 'sha256': one.sha256})
        assert self.says(admin, same) == 'Same.'
        for nonsense in ('[]', '{}', '7', '{' * 5000, '[' * 99999):
            assert self.says(admin, nonsense) == 'Changed.'

    def says(self, browser, copy):
        answer = browser.post(f'{pages.INDEX}check/', {'text': copy})
        page = answer.content.decode()
        (word,) = [one for one in ('Same.', 'Changed.') if one in page]
        return word

    def test_nothing_to_check_and_too_much_are_told(self, admin, monkeypatch):
        answer = admin.post(f'{pages.INDEX}check/', {'text': ' '})
        assert 'Paste a text or choose a file.' in answer.content.decode()
        monkeypatch.setattr(
            'rey_dashboard.verification.forms.CopyForm.most', 9
        )
        upload = uploadedfile.SimpleUploadedFile('copy', b'x' * 10)
        answer = admin.post(f'{pages.INDEX}check/', {'file': upload})
        assert 'It is larger than' in answer.content.decode()

    def test_today_tells_how_many_are_worse(self, admin):
        one = pages.comparison(of=pages.baseline(name='before'))
        page = ' '.join(admin.get('/rey/today/').content.decode().split())
        assert 'Compared with before: 2 worse' in page
        assert f'href="{pages.INDEX}comparisons/{one.pk}/"' in page
