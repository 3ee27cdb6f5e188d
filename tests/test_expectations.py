"""What an operator expects of his cloud, and where it differs."""

import time

from django.core.files import uploadedfile
import jsonschema
import pytest
import yaml

from rey_dashboard.inventory import models as inventory
from rey_dashboard.readiness import expectation_checks
from rey_dashboard.readiness import expectation_text
from rey_dashboard.readiness import expectations
from rey_dashboard.readiness import models
from tests import factory
from tests import factory_services

PAGE = '/rey/readiness/expectations/'
HOSTILE = '=cmd() <script>alert(1)</script> 😀'
GOOD = b"""version: 1
services:
  nova-compute: [cmp-1, cmp-2, no, '7']
  cinder-backup: 2
hypervisors: 1
endpoints:
  one: {compute: [public]}
volume_types: [fast]
"""
BOMB = b'a: &a [x]\n' + b''.join(
    b'b%d: &b%d [%s]\n' % (n, n, b','.join([b'*a'] * 9)) for n in range(9)
)


def faults(data):
    with pytest.raises(expectation_text.Wrong) as wrong:
        expectation_text.read(data)
    return wrong.value.faults


def fault(data):
    (one,) = faults(data)
    return one.line, one.path, one.words


class TestReading:
    def test_names_that_look_like_something_else_stay_names(self):
        _text, told = expectation_text.read(GOOD)
        assert told['services'] == {
            'nova-compute': ['cmp-1', 'cmp-2', 'no', '7'],
            'cinder-backup': 2,
        }
        _text, told = expectation_text.read(
            b'version: 1\nvolume_types: [on, 1e3, 2026-11-23, 1:30, 0x1f, <<]'
        )
        assert told['volume_types'] == [
            'on',
            '1e3',
            '2026-11-23',
            '1:30',
            '0x1f',
            '<<',
        ]

    @pytest.mark.parametrize(
        ('data', 'told'),
        [
            (b'', (0, '', 'It must say: version.')),
            (b'- a', (1, '', 'It must be of the type object.')),
            (b'version: 2', (1, 'version', 'It must be 1.')),
            (b'version: true', (1, 'version', 'It must be 1.')),
            (
                b'version: 1\nservices:\n  a: [b, 3]',
                (3, 'services / a / 1', 'It must be of the type string.'),
            ),
            (
                b'version: 1\nservices:\n  a: {b: c}',
                (
                    3,
                    'services / a',
                    'It must be a list of names, or their number.',
                ),
            ),
            (
                b'version: 1\nhypervisors: -1',
                (
                    2,
                    'hypervisors',
                    'It must be a list of names, or their number.',
                ),
            ),
            (
                b'version: 1\nflavours: []',
                (1, '', 'Nobody knows these names: flavours.'),
            ),
            (
                b'version: 1\nendpoints: {r: {t: [pubic]}}',
                (
                    2,
                    'endpoints / r / t / 0',
                    'It must be one of public, internal, admin.',
                ),
            ),
            (
                b'version: 1\nversion: 1',
                (2, 'version', 'This name was there before.'),
            ),
            (b'version: 1\n? [a]\n: b', (2, '', 'A name must be text.')),
            (b'version: \xff', (1, '', 'It is no UTF-8.')),
        ],
    )
    def test_what_is_wrong_is_told_with_its_line_and_path(self, data, told):
        assert fault(data) == told

    @pytest.mark.parametrize(
        ('data', 'words'),
        [
            (BOMB, 'Aliases (*name) are not taken.'),
            (b'a: &a [*a]', 'Aliases (*name) are not taken.'),
            (b'a: &a 1\nb: {<<: *a}', 'Aliases (*name) are not taken.'),
            (
                b'!!python/object/apply:os.system ["true"]',
                'Tags (!name) are not taken.',
            ),
            (b'version: !!timestamp x', 'Tags (!name) are not taken.'),
            (b'!!set {a, b}', 'Tags (!name) are not taken.'),
            (b'a: ' + b'[' * 50_000, 'It is nested too deeply.'),
            (b'#' * (expectation_text.MOST + 1), 'It has more than 256 KiB.'),
            (b'version: 1\nvolume_types: ["\\0"]', 'A character is none.'),
            (b'version: 1\nvolume_types: ["\\ud800"]', 'A character is none.'),
            (b'"\\UFFFFFFFF": 1', 'A character is none.'),
            (b'"\\0": 1', 'A character is none.'),
            (b'a: b: c', 'mapping values are not allowed here'),
            (b'--- a\n--- b', 'but found another document'),
        ],
    )
    def test_hostile_files_are_refused_soon(self, data, words):
        begun = time.process_time()
        assert fault(data)[2] == words
        assert time.process_time() - begun < 10

    def test_a_file_full_of_errors_tells_some_of_them(self):
        data = b'version: 1\nvolume_types:\n' + b'- {}\n' * 40_000
        found = faults(data)
        assert len(found) == expectation_text.MOST_ERRORS
        assert found[0].line == 3

    def test_a_huge_number_is_text_and_told_short(self):
        line, path, words = fault(b'version: 1\nhypervisors: ' + b'9' * 9999)
        assert (line, path) == (2, 'hypervisors')
        assert len(words) < 60


@pytest.fixture
def company(db):
    factory.collected()
    for host in ('cmp-1', 'cmp-3'):
        factory_services.service(host=host)
    factory_services.service('cinder-backup', 'control')
    inventory.VolumeType.objects.create(
        region=factory.REGION, id='t', name=HOSTILE, is_public=True, seen=1
    )


def upload(browser, data, **more):
    file = uploadedfile.SimpleUploadedFile('x.yaml', data)
    return browser.post(PAGE, {'file': file, **more}, follow=True)


def titles():
    check = expectation_checks.Expectation()
    found = list(check.find(factory.REGION))
    assert len({one.subject for one in found}) == len(found)
    return {str(check.title(one)): one.severity.name.lower() for one in found}


class TestDifferences:
    def test_nothing_is_found_where_nothing_is_expected(self, company):
        assert titles() == {}

    def test_each_difference_is_one_finding(self, admin, company):
        upload(admin, GOOD)
        assert titles() == {
            'nova-compute on 7 is expected, and is not there': 'warning',
            'nova-compute on cmp-2 is expected, and is not there': 'warning',
            'nova-compute on no is expected, and is not there': 'warning',
            'nova-compute on cmp-3 is there, and is not expected': 'note',
            'cinder-backup: 2 are expected, 1 are there': 'warning',
            'Hypervisor: 1 are expected, 0 are there': 'warning',
            'one, compute, public is expected, and is not there': 'warning',
            'Volume type fast is expected, and is not there': 'warning',
            f'Volume type {HOSTILE} is there, and is not expected': 'note',
        }
        page = admin.get(PAGE).content.decode()
        assert 'cmp-2 is expected, and is not there' in page
        assert '<script>alert' not in page

    def test_each_has_a_runbook_that_lists_what_is_there(self, admin, company):
        upload(admin, GOOD)
        check = expectation_checks.Expectation()
        for one in check.find(factory.REGION):
            book = check.runbook(one)
            assert book.mended
            assert book.commands[0].line.endswith(' list')
        assert check.page(one) == PAGE

    def test_a_file_of_what_is_there_has_no_difference(self, admin, company):
        inventory.Endpoint.objects.create(
            region=factory.REGION,
            id='e',
            service_id='s',
            service_type='compute',
            service_name='nova',
            interface='public',
            in_region='two',
            url='http://n',
            enabled=True,
            probe_id='',
        )
        admin.post(PAGE, {'generate': '1'})
        now = expectations.current(factory.REGION)
        assert now.told == {
            'version': 1,
            'services': {
                'cinder-backup': ['control'],
                'nova-compute': ['cmp-1', 'cmp-3'],
            },
            'hypervisors': [],
            'endpoints': {'two': {'compute': ['public']}},
            'volume_types': [HOSTILE],
        }
        assert titles() == {}
        inventory.Endpoint.objects.update(interface='admin')
        assert set(titles()) == {
            'two, compute, public is expected, and is not there',
            'two, compute, admin is there, and is not expected',
        }

    def test_many_names_become_their_number(self, company, monkeypatch):
        monkeypatch.setattr(expectations, 'MOST_NAMES', 1)
        text = expectations.generated(factory.REGION)
        _text, told = expectation_text.read(text.encode())
        assert told['services']['nova-compute'] == 2


class TestPage:
    def test_versions_are_kept_with_who_and_can_be_taken_back(
        self, admin, company
    ):
        upload(admin, GOOD)
        page = upload(admin, b'version: 1\nvolume_types: [slow]\n')
        text = page.content.decode()
        assert '<ins>volume_types: slow</ins>' in text
        assert '<del>volume_types: fast</del>' in text
        admin.post(PAGE, {'take_back': '1'})
        now = expectations.current(factory.REGION)
        assert (now.version, now.text.encode()) == (3, GOOD)
        assert now.who_id == factory.USER
        assert models.Expectations.objects.count() == 3
        upload(admin, GOOD)
        assert models.Expectations.objects.count() == 3

    def test_a_file_can_be_had_again(self, admin, company):
        assert admin.get(PAGE, {'format': 'yaml'}).status_code == 404
        schema = admin.get(PAGE, {'format': 'schema'}).json()
        told = yaml.safe_load(admin.get(PAGE, {'format': 'there'}).content)
        jsonschema.validate(told, schema)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**told, 'flavors': 3}, schema)
        upload(admin, GOOD)
        answer = admin.get(PAGE, {'format': 'yaml'})
        assert answer.content == GOOD
        assert 'attachment' in answer['Content-Disposition']
        there = admin.get(PAGE, {'format': 'there'}).content
        assert expectation_text.read(there)[1]['volume_types'] == [HOSTILE]

    @pytest.mark.parametrize(
        ('data', 'words'),
        [
            (
                b'version: 1\nservices: {a: <script>alert(1)}',
                'Line 2</',
            ),
            (BOMB, 'Aliases (*name) are not taken.'),
            (b'#' * 300_000, 'It has more than 256 KiB.'),
        ],
    )
    def test_a_wrong_file_is_told_and_not_stored(
        self, admin, company, data, words
    ):
        page = upload(admin, data).content.decode()
        assert 'Nothing was stored.' in page
        assert words.removesuffix('</') in page
        assert '<script>alert' not in page
        assert not models.Expectations.objects.exists()

    @pytest.mark.parametrize(
        ('fields', 'status'),
        [
            ({}, 200),
            ({'take_back': '7'}, 404),
            ({'take_back': 'x'}, 400),
            ({'take_back': '9' * 99}, 404),
        ],
    )
    def test_what_is_no_file_and_no_version_changes_nothing(
        self, admin, company, fields, status
    ):
        assert admin.post(PAGE, fields).status_code == status
        assert not models.Expectations.objects.exists()

    def test_another_region_has_its_own(self, admin, company):
        models.Expectations.objects.create(
            region='elsewhere', version=9, text='x', told={}, who_id='u'
        )
        page = admin.get(PAGE).content.decode()
        assert 'Nobody has said yet what is expected' in page
        assert admin.post(PAGE, {'take_back': '9'}).status_code == 404

    def test_who_may_read_alone_changes_nothing(
        self, sign_in, settings, tmp_path, company
    ):
        (tmp_path / 'rey_policy.yaml').write_text(
            '"rey:install:read": "role:auditor"\n'
        )
        settings.POLICY_FILES = {'rey': str(tmp_path / 'rey_policy.yaml')}
        auditor = sign_in('auditor')
        page = auditor.get(PAGE).content.decode()
        assert 'multipart/form-data' not in page
        assert 'Expect what is there' not in page
        assert upload(auditor, GOOD).status_code == 403
        assert auditor.post(PAGE, {'generate': '1'}).status_code == 403
        assert not models.Expectations.objects.exists()

    @pytest.mark.parametrize('role', ['member', 'manager'])
    def test_others_see_nothing(self, sign_in, company, role):
        factory.domain('research')
        factory.domain_role('research')
        assert sign_in(role).get(PAGE).status_code == 403
        assert upload(sign_in(role), GOOD).status_code == 403
