"""The summary rows: right, and written only when they change."""

import pytest

from rey_dashboard.inventory import models
from rey_dashboard.inventory import owned
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import summary
from tests import factory

pytestmark = pytest.mark.django_db


@pytest.fixture
def region():
    """A project with quotas, and one that is gone and owns a server."""
    factory.collected()
    factory.domain('default')
    factory.project('web')
    factory.server('s1', 'web')
    factory.server('s2', 'gone', vcpus=3)
    factory.quota('web', 'compute', 'cores', 10, 4)
    factory.quota('web', 'volume', 'gigabytes', 100, 10)


def rebuilt(**told):
    with summary.rebuilding(factory.REGION, **told):
        pass


def row(project_id):
    return models.ProjectSummary.objects.get(project_id=project_id)


def writing(queries):
    return [
        query['sql']
        for query in queries.captured_queries
        if query['sql'].startswith(('INSERT', 'UPDATE', 'DELETE'))
    ]


def test_what_did_not_change_is_not_written(
    region, django_assert_max_num_queries
):
    rebuilt()
    with django_assert_max_num_queries(40) as queries:
        rebuilt()
    assert not writing(queries)
    models.Server.objects.filter(id='s1').update(status='ERROR')
    with django_assert_max_num_queries(40) as queries:
        rebuilt()
    # The project's row and its domain's.
    assert len(writing(queries)) == 2
    assert row('web').servers_in_error == 1
    assert (
        models.DomainSummary.objects.get(domain_id='default').servers_in_error
        == 1
    )


def test_a_part_that_changed_nothing_asks_nothing(
    region, django_assert_num_queries
):
    rebuilt()
    with django_assert_num_queries(2) as queries:
        rebuilt(needed=False)
    assert all('SAVEPOINT' in told['sql'] for told in queries.captured_queries)
    assert models.ProjectSummary.objects.count() == 2


def test_parts_whose_rows_no_page_of_projects_shows_are_not_named():
    assert parts.LABELS.keys() - summary.PARTS == {
        parts.CATALOG,
        parts.PROBES,
        parts.PEOPLE,
        parts.DOMAIN_ROLES,
        parts.HOSTS,
        parts.POOLS,
        parts.READY,
        parts.VOLUME_SERVICES,
        parts.COMPUTE_SERVICES,
        parts.NETWORK_AGENTS,
        parts.MIGRATIONS,
        parts.AGGREGATES,
        parts.ADDRESSES,
        parts.RIGHTS,
    }


@pytest.mark.parametrize(
    'percents, fullest',
    [
        ({'compute.cores': 40.0, 'volume.volumes': 50.5}, 'volume.volumes'),
        ({'compute.cores': 50.5, 'volume.volumes': 40.0}, 'compute.cores'),
        # The same every time when two are as full as each other.
        ({'compute.cores': 9.5, 'compute.ram': 9.5}, 'compute.ram'),
        ({'compute.ram': 9.5, 'network.port': 9.5}, 'network.port'),
        ({'compute.cores': 0.0, 'compute.ram': None}, None),
    ],
)
def test_the_fullest_quota(region, percents, fullest):
    models.Quota.objects.all().delete()
    for region_name, project_id, more in (
        (factory.REGION, 'web', 0),
        (factory.REGION, 'other', 30),
        ('Two', 'web', 30),
    ):
        for key, percent in percents.items():
            service, resource = key.split('.')
            models.Quota.objects.create(
                region=region_name,
                project_id=project_id,
                service=service,
                resource=resource,
                percent=percent and percent + more,
                seen=1,
            )
    rebuilt()
    found = row('web')
    assert found.fullest_percent == (fullest and percents[fullest])
    told = f'{found.fullest_service}.{found.fullest_resource}'
    assert told == (fullest or '.')


def counted(service):
    rows = models.Quota.objects.filter(service=service, counted=True)
    return {
        (row.project_id, row.resource): row.in_use
        for row in rows.order_by('pk')
    }


def test_use_is_counted_where_no_service_tells_it(
    region, django_assert_max_num_queries
):
    assert owned.count(factory.REGION) == {'web', 'gone'}
    assert counted('compute') == {
        ('gone', 'instances'): 1,
        ('gone', 'cores'): 3,
        ('gone', 'ram'): 1024,
    }
    factory.volume('v', 'web')
    factory.volume('w', 'late', size_gib=7)
    assert owned.count(factory.REGION) == {'web', 'gone', 'late'}
    assert counted('volume') == {
        ('late', 'volumes'): 1,
        ('late', 'gigabytes'): 7,
    }
    with django_assert_max_num_queries(20) as queries:
        owned.count(factory.REGION)
    assert not writing(queries)


def test_counted_use_gives_way_to_what_a_service_tells(region):
    owned.count(factory.REGION)
    models.Server.objects.filter(id='s2').update(vcpus=5)
    owned.count(factory.REGION)
    assert counted('compute')['gone', 'cores'] == 5
    factory.quota('gone', 'compute', 'server_groups', 10, 0)
    owned.count(factory.REGION)
    assert counted('compute') == {}
