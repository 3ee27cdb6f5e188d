"""The page Readiness: who may see and ask, and what a run tells."""

import json

from django.urls import reverse
from django.utils import timezone
import pytest

from rey_dashboard.readiness import models
from rey_dashboard.readiness import points
from rey_dashboard.readiness import tables
from tests import factory

pytestmark = pytest.mark.django_db
INDEX = '/rey/readiness/'
HOSTILE = '=cmd() <script>alert(1)</script> %(x)s 😀'


def run(*found, **columns):
    stored = [points.stored(point) for point in found]
    results = [point.result for point in found]
    now = timezone.now()
    return models.ReadinessRun.objects.create(
        **{
            'region': factory.REGION,
            'asked_by_id': 'u',
            'asked_by_name': HOSTILE,
            'asked_at': now,
            'started_at': now,
            'ended_at': now,
            'stage': 'ended',
            'points': stored,
            'passed': results.count('pass'),
            'failed': results.count('fail'),
            'unknown': results.count('unknown'),
            **columns,
        }
    )


def reported():
    return run(
        points.Point(
            'endpoints',
            'answers',
            'fail',
            HOSTILE,
            {'number': 3, 'bad': 1},
            [HOSTILE],
        ),
        points.Point('catalog', 'gaps', 'pass'),
        points.unknown('services', 'up', 'Neutron', HOSTILE),
    )


def streamed(answer):
    return b''.join(answer.streaming_content).decode()


@pytest.fixture
def collected():
    factory.collected()


class TestPages:
    @pytest.mark.parametrize('end', ['', 'endpoints/', 'runs/'])
    def test_others_see_nothing(self, sign_in, collected, end):
        factory.domain('research')
        factory.domain_role('research')
        for role in ('member', 'manager'):
            assert sign_in(role).get(INDEX + end).status_code == 403

    def test_nobody_else_asks_for_a_run(self, member, collected):
        assert member.post(f'{INDEX}run/').status_code == 403
        assert not models.ReadinessRun.objects.exists()

    def test_who_may_read_alone_is_shown_no_button(
        self, sign_in, settings, tmp_path, collected
    ):
        (tmp_path / 'rey_policy.yaml').write_text(
            '"rey:install:read": "role:auditor"\n'
        )
        settings.POLICY_FILES = {'rey': str(tmp_path / 'rey_policy.yaml')}
        auditor = sign_in('auditor')
        assert 'Run now' not in auditor.get(INDEX).content.decode()
        assert auditor.post(f'{INDEX}run/').status_code == 403

    def test_the_first_page_offers_a_run(self, admin, collected):
        page = admin.get(INDEX).content.decode()
        assert 'Nobody has asked for a run yet.' in page
        assert 'Run now' in page
        assert admin.get(INDEX, {'format': 'json'}).status_code == 404

    def test_asking_twice_asks_once_and_the_progress_is_shown(
        self, admin, collected
    ):
        for _click in range(2):
            assert admin.post(f'{INDEX}run/').url == INDEX
        asked = models.ReadinessRun.objects.get()
        assert asked.asked_by_id == factory.USER
        page = admin.get(INDEX).content.decode()
        assert 'asked for: it waits for a worker.' in page
        assert 'every 2s' in page
        assert 'Run now' not in page

    def test_a_report_is_told_in_groups_and_escapes_names(
        self, admin, collected
    ):
        reported()
        page = admin.get(INDEX).content.decode()
        assert 'Points: 1 passed, 1 failed, 1 not known.' in page
        assert '1 of 3 do not answer' in page
        assert 'The catalog lacks nothing' in page
        assert 'Neutron: not known, since =cmd()' in page
        assert '<script>alert(1)' not in page
        assert '😀' in page

    def test_a_report_is_a_file_that_needs_nothing_else(
        self, admin, collected
    ):
        reported()
        answer = admin.get(INDEX, {'format': 'html'})
        assert 'attachment' in answer['Content-Disposition']
        page = answer.content.decode()
        assert '1 of 3 do not answer' in page
        assert '<script' not in page
        assert 'href=' not in page
        assert 'src=' not in page

    def test_a_report_is_exported(self, admin, collected):
        one = reported()
        told = json.loads(streamed(admin.get(INDEX, {'format': 'json'})))
        assert told['schema'] == tables.POINTS.schema
        first = told['rows'][0]
        assert first['run_id'] == one.pk
        assert first['result'] == 'fail'
        assert first['evidence'] == [HOSTILE]
        csv = streamed(admin.get(INDEX, {'format': 'csv'}))
        assert "'=cmd()" in csv
        assert admin.get(INDEX, {'format': 'xml'}).status_code == 400

    @pytest.mark.parametrize('query', ['', '?format=html', '?format=json'])
    def test_a_run_that_goes_on_has_no_report(self, admin, collected, query):
        live = run(ended_at=None, stage='probes')
        address = f'{INDEX}runs/{live.pk}/{query}'
        assert admin.get(address).status_code == 404

    def test_runs_of_before_are_kept(self, admin, collected):
        old = run(points.Point('catalog', 'gaps', 'pass'))
        run(points.Point('catalog', 'gaps', 'fail'))
        run(error='Keystone is away.', region='Elsewhere')
        page = admin.get(f'{INDEX}runs/').content.decode()
        assert '1 to 2 of 2' in page
        assert 'Keystone is away.' not in page
        page = admin.get(f'{INDEX}runs/{old.pk}/').content.decode()
        assert 'The catalog lacks nothing' in page
        found = admin.get(
            f'{INDEX}runs/', {'format': 'json', 'result': 'fail'}
        )
        assert len(json.loads(streamed(found))['rows']) == 1
        assert admin.get(f'{INDEX}runs/9999/').status_code == 404

    def test_a_point_of_an_older_version_is_told_as_far_as_it_goes(
        self, admin, collected
    ):
        one = run(points.Point('catalog', 'gaps', 'pass'))
        one.points[0] |= {'key': 'unheard', 'group': 'of'}
        one.save()
        assert 'unheard' in admin.get(INDEX).content.decode()


def test_the_page_has_its_place(admin, collected):
    assert reverse('horizon:rey:readiness:index') == INDEX
