"""The page Readiness: who may see and ask, and what a run tells."""

import json
import threading

from django.urls import reverse
from django.utils import timezone
import pytest

from rey_dashboard import worker
from rey_dashboard.cloud import faults
from rey_dashboard.inventory import models as inventory
from rey_dashboard.readiness import models
from rey_dashboard.readiness import points
from rey_dashboard.readiness import runs
from rey_dashboard.readiness import tables
from rey_dashboard.runs import claims
from tests import factory
from tests import factory_catalog
from tests import loopback
from tests import paper_cloud
from tests import paper_network

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


class TestEndpoints:
    @pytest.fixture(autouse=True)
    def endpoints(self, collected):
        good = factory_catalog.endpoint('compute', 'https://c.test/v2.1')
        factory_catalog.probe(
            good,
            version='v2.1',
            least_microversion='2.1',
            most_microversion='2.96',
            cert_subject='CN=c.test',
            cert_names=['c.test'],
            cert_not_after=timezone.now() + timezone.timedelta(days=9.5),
            cert_verifies=True,
        )
        down = factory_catalog.endpoint('image', in_region='Two')
        factory_catalog.probe(
            down, status=None, seconds=None, error=HOSTILE, good_at=None
        )
        factory_catalog.endpoint('dns', HOSTILE, interface='admin')
        factory_catalog.endpoint('network', enabled=False)

    def rows(self, admin, **query):
        answer = admin.get(f'{INDEX}endpoints/', {**query, 'format': 'json'})
        return json.loads(streamed(answer))['rows']

    def test_those_in_trouble_come_first(self, admin):
        states = [row['state'] for row in self.rows(admin)]
        assert states == ['silent', 'no_address', 'good', 'disabled']
        page = admin.get(f'{INDEX}endpoints/').content.decode()
        assert '1 to 4 of 4' in page
        assert '2.1 to 2.96' in page
        assert '<script>alert(1)' not in page

    @pytest.mark.parametrize(
        'query, types',
        [
            ({'q': 'C.TEST'}, ['compute']),
            ({'in_region': 'Two'}, ['image']),
            ({'interface': 'admin'}, ['dns']),
            ({'state': 'disabled'}, ['network']),
            ({'days': '30'}, ['compute']),
            ({'days': '5'}, []),
        ],
    )
    def test_filters_select(self, admin, query, types):
        rows = self.rows(admin, **query)
        assert [row['service_type'] for row in rows] == types

    def test_it_sorts_by_days_left_with_the_unknown_last(self, admin):
        rows = self.rows(admin, sort='certificate')
        assert rows[0]['certificate_days'] == 9
        assert rows[-1]['certificate_days'] is None

    def test_it_costs_as_many_queries_for_many(
        self, admin, django_assert_max_num_queries
    ):
        for number in range(60):
            factory_catalog.endpoint(f'more-{number}')
        with django_assert_max_num_queries(25):
            admin.get(f'{INDEX}endpoints/')


@pytest.mark.django_db(transaction=True)
class TestRuns:
    """A worker on a cloud of paper, with endpoints on real ports."""

    @pytest.fixture
    def site(self):
        with loopback.closing() as make:
            yield make()

    @pytest.fixture
    def ready(self, cloud, site, rights):
        """All but what a test takes away."""
        worker.collect_once()
        for type_ in ('compute', 'image', 'network'):
            cloud.catalog.add(type_, site.url(f'/{type_}'))
        services = {
            paper_cloud.NOVA: [('nova-compute', 'cmp', 'up')],
            paper_cloud.CINDER: [('cinder-backup', 'ctl', 'up')],
        }
        for base, rows in services.items():
            cloud.answers[base].insert(0, _services(rows))
            cloud.answers[base].insert(0, _lists)
        cloud.answers[paper_network.NEUTRON].insert(0, _lists)
        return services

    def test_a_run_that_was_asked_for_tells_all_points(self, cloud, ready):
        asked = runs.request(factory.REGION, 'u', 'Rey')
        runs.work(threading.Event())
        asked.refresh_from_db()
        assert asked.error == ''
        assert asked.ended_at
        assert not asked.is_live
        told = {
            (row['key'], row['subject']): row['result'] for row in asked.points
        }
        assert told['answers', 'compute, RegionOne'] == 'pass'
        assert told['gaps', ''] == 'pass'
        assert told['up', 'Nova'] == 'pass'
        assert told['backup_service', ''] == 'pass'
        assert told['zones', ''] == 'pass'
        assert told['some', 'Flavors'] == 'pass'
        assert told['default_type', ''] == 'pass'
        assert told['default_quota', 'compute'] == 'pass'
        assert told['used_version', 'compute'] == 'pass'
        assert told['reads', 'identity'] == 'pass'
        # The cloud on paper has no Glance.
        assert told['some', 'Public images'] == 'unknown'
        assert asked.passed + asked.failed + asked.unknown == len(told)
        # What was found is in the inventory as well.
        assert inventory.EndpointProbe.objects.count() == 3
        assert not runs.waiting(None).exists()

    def test_what_is_wrong_fails_with_its_evidence(self, cloud, ready, site):
        ready[paper_cloud.NOVA][:] = [('nova-compute', 'cmp', 'down')]
        ready[paper_cloud.CINDER].clear()
        site.answers['/image'] = 503, {}, {}
        asked = runs.request(factory.REGION, 'u', 'Rey')
        runs.work(threading.Event())
        asked.refresh_from_db()
        failed = {
            (row['key'], row['subject']): row['evidence']
            for row in asked.points
            if row['result'] == 'fail'
        }
        assert failed['up', 'Nova'] == ['nova-compute on cmp: down, enabled']
        assert failed['zones', ''] == ['nova: 0 hosts up and enabled']
        assert failed['backup_service', ''] == []
        (line,) = failed['answers', 'image, RegionOne']
        assert line.startswith(f'public {site.url("/image")}: 503')
        assert not asked.is_ready

    def test_what_cannot_be_read_now_is_not_judged_by_what_was(
        self, cloud, ready
    ):
        worker.collect_once()
        cloud.fail['/endpoints'] = 503
        asked = runs.request(factory.REGION, 'u', 'Rey')
        runs.work(threading.Event())
        asked.refresh_from_db()
        told = {
            (row['key'], row['subject']): row['result'] for row in asked.points
        }
        assert told['answers', 'Catalog'] == 'unknown'
        assert ('answers', 'compute, RegionOne') not in told
        assert ('gaps', '') not in told
        assert told['up', 'Nova'] == 'pass'

    def test_an_answer_that_makes_no_sense_is_not_known(self, cloud, ready):
        def nonsense(path, query):
            if path in ('/os-services', '/flavors'):
                return 200, ['Please sign in to the Wi-Fi']
            return None

        cloud.answers[paper_cloud.NOVA].insert(0, nonsense)
        asked = runs.request(factory.REGION, 'u', 'Rey')
        runs.work(threading.Event())
        asked.refresh_from_db()
        told = {
            (row['key'], row['subject']): row['result'] for row in asked.points
        }
        assert asked.error == ''
        assert told['up', 'Nova'] == 'unknown'
        assert told['some', 'Flavors'] == 'unknown'
        assert told['up', 'Cinder'] == 'pass'

    def test_a_worker_that_cannot_sign_in_is_the_result(
        self, cloud, monkeypatch
    ):
        asked = runs.request(factory.REGION, 'u', 'Rey')
        monkeypatch.setenv('OS_CLIENT_CONFIG_FILE', '/none/clouds.yaml')
        with pytest.raises(faults.ALL):
            runs.work(threading.Event())
        asked.refresh_from_db()
        assert asked.ended_at
        assert 'rey' in asked.error
        assert 'clouds.yaml' in asked.remedy
        assert not asked.is_ready

    def test_a_run_whose_worker_ends_is_begun_anew(self, cloud, ready):
        asked = runs.request(factory.REGION, 'u', 'Rey')
        stop = threading.Event()
        stop.set()
        runs.work(stop)
        asked.refresh_from_db()
        assert asked.is_live
        assert runs.waiting(factory.REGION).exists()
        runs.work(threading.Event())
        asked.refresh_from_db()
        assert asked.passed

    def test_a_run_of_another_worker_is_left_alone_until_it_died(
        self, cloud, ready
    ):
        asked = runs.request(factory.REGION, 'u', 'Rey')
        until = timezone.now() + claims.HOLDS
        models.ReadinessRun.objects.update(claimed_until=until)
        assert not runs.waiting(factory.REGION).exists()
        runs.work(threading.Event())
        asked.refresh_from_db()
        assert asked.is_live
        models.ReadinessRun.objects.update(claimed_until=timezone.now())
        runs.work(threading.Event())
        asked.refresh_from_db()
        assert not asked.is_live


def _services(rows):
    def answer(path, query):
        if path != '/os-services':
            return None
        return 200, {
            'services': [
                {
                    'binary': binary,
                    'host': host,
                    'zone': 'nova',
                    'state': state,
                    'status': 'enabled',
                }
                for binary, host, state in rows
            ]
        }

    return answer


def _lists(path, query):
    """One of each; a new project may have ten of everything."""
    if path == '/types/default':
        return 200, {'volume_type': {'name': 'lvm'}}
    if path == '/os-quota-class-sets/default':
        names = ('instances', 'cores', 'ram', 'volumes', 'gigabytes')
        return 200, {'quota_class_set': dict.fromkeys(names, 10)}
    key = {'/flavors': 'flavors', '/types': 'volume_types'}.get(path)
    if path == '/v2.0/networks' and 'limit' in query:
        key = 'networks'
    if path == '/v2.0/agents':
        return 200, {'agents': []}
    return (200, {key: [{'id': 'one'}]}) if key else None


def test_the_page_has_its_place(admin, collected):
    assert reverse('horizon:rey:readiness:index') == INDEX
