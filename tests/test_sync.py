import datetime
import re

from django.utils import timezone
import pytest
import requests

from rey_dashboard import conf
from rey_dashboard import worker
from rey_dashboard.cloud import faults
from rey_dashboard.inventory import lease
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from tests import paper_cloud

# Each part has a thread, so a connection, of its own: no test transaction.
pytestmark = pytest.mark.django_db(transaction=True)


def part(name):
    return models.PartState.objects.get(name=name)


def summary(project_id):
    return models.ProjectSummary.objects.get(project_id=project_id)


def quota(project_id, resource):
    """Use and limit."""
    row = models.Quota.objects.get(project_id=project_id, resource=resource)
    return row.in_use, row.limit


def test_projects_past_the_first_page_are_collected(cloud):
    cloud.page = 2
    for number in range(5):
        cloud.add_project(f'p{number}')

    worker.collect_once()

    assert models.ProjectSummary.objects.count() == 5
    assert part(parts.IDENTITY).rows == 5


def test_use_and_limits_come_from_the_quotas(cloud):
    cloud.add_project('p')
    cloud.quotas[paper_cloud.NOVA, 'p'] = {
        **paper_cloud.quota(instances=7, in_use=3),
        **paper_cloud.quota(cores=-1, in_use=6),
        **paper_cloud.quota(ram=0),
    }

    worker.collect_once()

    assert quota('p', 'instances') == (3, 7)
    assert quota('p', 'cores') == (6, -1)
    assert quota('p', 'ram') == (0, 0)
    assert quota('p', 'gigabytes') == (0, -1)
    row = summary('p')
    assert int(row.fullest_percent) == 42
    assert (row.fullest_service, row.fullest_resource) == (
        'compute',
        'instances',
    )


def test_a_limit_on_single_things_is_no_use(cloud):
    cloud.add_project('p')
    cloud.quotas[paper_cloud.NOVA, 'p'] = paper_cloud.quota(key_pairs=100)

    worker.collect_once()

    assert quota('p', 'key_pairs') == (None, 100)


def test_a_part_that_fails_leaves_the_others_and_says_so(cloud):
    cloud.add_project('p')
    cloud.add_server('s', 'p')
    worker.collect_once()
    good = part(parts.VOLUMES).last_good_at
    cloud.fail['/volumes'] = 503
    cloud.add_server('s2', 'p')

    worker.collect_once()

    failed = part(parts.VOLUMES)
    assert failed.last_good_at == good
    assert failed.failing_since
    assert failed.failures == 1
    assert failed.error
    assert failed.remedy
    assert failed.request_id.startswith('req-')
    assert part(parts.SERVERS).failing_since is None
    assert models.Server.objects.count() == 2

    cloud.fail.clear()
    worker.collect_once()

    assert part(parts.VOLUMES).failing_since is None
    assert part(parts.VOLUMES).error == ''


def test_a_server_is_gone_when_nova_says_so(cloud):
    cloud.add_project('p')
    cloud.add_server('stays', 'p')
    cloud.add_server('goes', 'p')
    worker.collect_once()
    cloud.servers.pop()

    worker.collect_once()

    assert [row.id for row in models.Server.objects.all()] == ['stays']


def test_a_server_of_a_cell_that_is_down_is_kept_as_missing(cloud):
    cloud.add_project('p')
    cloud.add_server('s', 'p')
    worker.collect_once()
    cloud.hidden.add('s')

    worker.collect_once()
    assert models.Server.objects.get().missing_since

    cloud.hidden.clear()
    worker.collect_once()
    assert models.Server.objects.get().missing_since is None


def test_a_volume_is_gone_only_when_cinders_own_count_agrees(cloud):
    cloud.add_project('p')
    cloud.add_volume('v', 'p')
    worker.collect_once()
    cloud.hidden.add('v')

    worker.collect_once()
    assert models.Volume.objects.count() == 1

    cloud.volumes.clear()
    worker.collect_once()
    assert models.Volume.objects.count() == 0


def test_a_deleted_project_stays_while_it_owns_something(cloud):
    cloud.add_project('p', name='old shop')
    cloud.add_server('s', 'p')
    cloud.add_volume('v', 'never-seen')
    worker.collect_once()
    cloud.projects.clear()
    cloud.quotas.clear()

    worker.collect_once()

    row = summary('p')
    assert (row.name, row.state) == ('old shop', 'deleted')
    assert quota('p', 'instances') == (1, None)
    assert (quota('p', 'cores'), quota('p', 'ram')) == (
        (2, None),
        (1024, None),
    )
    assert quota('never-seen', 'gigabytes') == (5, None)
    assert summary('never-seen').state == 'deleted'

    cloud.servers.clear()
    worker.collect_once()
    assert not models.ProjectSummary.objects.filter(project_id='p').exists()


def test_owners_are_unknown_while_keystone_does_not_list(cloud):
    cloud.fail['/projects'] = 500
    cloud.add_volume('v', 'somebody')

    worker.collect_once()

    assert summary('somebody').state == 'unknown'
    assert quota('somebody', 'gigabytes') == (5, None)


def test_machine_made_projects_are_left_out(cloud):
    cloud.add_domain('heat', name='heat_user_domain')
    cloud.add_project('stack', domain_id='heat')
    cloud.add_server('s', 'stack')

    worker.collect_once()

    assert not models.ProjectSummary.objects.exists()
    assert not models.Quota.objects.exists()
    assert models.Project.objects.count() == 1


def test_two_collectors_do_not_collect_at_once(cloud):
    with lease.Lease('RegionOne'), pytest.raises(lease.Held) as held:
        worker.collect_once()
    assert 'Wait for it' in str(held.value)

    worker.collect_once()


def test_a_collector_that_died_holds_the_region_for_a_minute_only(cloud):
    models.Collector.objects.create(
        region='RegionOne',
        lease_owner='gone:1:x',
        lease_until=timezone.now() - datetime.timedelta(seconds=1),
    )

    worker.collect_once()

    assert part(parts.IDENTITY).last_good_at


def test_an_overtaken_collection_changes_nothing_at_its_end(cloud):
    cloud.add_project('p')
    cloud.add_volume('v', 'p')
    worker.collect_once()
    cloud.volumes.clear()

    # While it reads, a later collection begins, as after a long standstill.
    def overtake(path):
        models.Collector.objects.update(number=99)

    cloud.on_ask = overtake
    worker.collect_once()

    assert models.Volume.objects.count() == 1
    # The later one's verdict on the part counts.
    assert part(parts.VOLUMES).error == ''
    told = models.PartReading.objects.filter(name=parts.VOLUMES).latest('id')
    assert 'later collection' in told.error


def test_a_wrong_password_is_told_with_the_way_out(cloud, requests_mock):
    requests_mock.post(
        f'{paper_cloud.KEYSTONE}/auth/tokens',
        status_code=401,
        json={'error': {'message': 'no', 'code': 401, 'title': 'x'}},
    )

    worker.collect_once()

    state = part(parts.IDENTITY)
    assert 'clouds.yaml' in state.remedy
    assert 's3cret' not in state.error + state.remedy


def test_a_missing_entry_of_clouds_yaml_is_told(cloud, settings):
    settings.REY_DASHBOARD = {'CLOUD': 'nowhere'}

    with pytest.raises(faults.Misconfigured) as fault:
        worker.collect_once()

    assert 'nowhere' in str(fault.value)
    assert 'clouds.yaml' in fault.value.remedy


def test_calls_carry_our_request_id_and_are_counted(cloud, requests_mock):
    cloud.add_project('p')

    worker.collect_once()

    state = part(parts.SERVERS)
    calls = [
        request
        for request in requests_mock.request_history
        if request.headers.get('X-OpenStack-Request-ID') == state.request_id
    ]
    assert len(calls) >= state.calls >= 1
    assert any('/servers/detail' in call.url for call in calls)


def test_a_service_that_does_not_answer_is_told_as_such(cloud, requests_mock):
    cloud.add_project('p')
    requests_mock.get(
        re.compile(f'^{paper_cloud.CINDER}'),
        exc=requests.exceptions.ConnectionError,
    )

    worker.collect_once()

    for name in (parts.VOLUMES, parts.VOLUME_QUOTAS):
        assert 'Unable to establish connection' in part(name).error
        assert 'Nothing answers' in part(name).remedy
    assert part(parts.SERVERS).last_good_at


def test_a_service_that_is_not_in_the_catalog_is_told_as_such(cloud):
    cloud.leave_out('block-storage')

    worker.collect_once()

    assert 'openstack catalog list' in part(parts.VOLUMES).remedy
    assert part(parts.SERVERS).last_good_at


def test_a_service_that_is_too_old_is_told(cloud, requests_mock):
    version = {
        'id': 'v2.1',
        'status': 'CURRENT',
        'min_version': '2.1',
        'version': '2.42',
        'links': [{'rel': 'self', 'href': paper_cloud.NOVA}],
    }
    requests_mock.get(
        paper_cloud.NOVA, json={'version': version, 'versions': [version]}
    )

    worker.collect_once()

    assert '2.42' in part(parts.SERVERS).error
    assert part(parts.VOLUMES).last_good_at


def test_a_listing_without_a_list_is_cut_not_empty(cloud):
    cloud.add_project('p')
    cloud.add_server('s', 'p')
    worker.collect_once()
    cloud.replace['/servers/detail'] = {'login': 'please'}

    worker.collect_once()

    assert part(parts.SERVERS).failing_since
    assert models.Server.objects.count() == 1


def test_settings_in_force():
    assert conf.current().EXCLUDE_DOMAINS == ('heat_user_domain',)
