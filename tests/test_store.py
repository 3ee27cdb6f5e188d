"""Writing many rows: what is the same is not written again."""

from django.utils import timezone
import pytest

from rey_dashboard.inventory import models
from rey_dashboard.inventory import store
from tests import factory

pytestmark = pytest.mark.django_db
CREATED = timezone.now()


def server(server_id, seen, region=factory.REGION, **columns):
    """As a reading makes it of what the cloud tells."""
    told = {
        'name': 'web',
        'status': 'ACTIVE',
        'addresses': ('10.0.0.1', '10.0.0.2'),
        'created_at': CREATED,
        **columns,
    }
    return models.Server(
        region=region,
        id=server_id,
        project_id='p',
        vcpus=1,
        ram_mib=1,
        disk_gib=1,
        seen=seen,
        **told,
    )


def inserted(queries):
    return [
        query['sql']
        for query in queries.captured_queries
        if query['sql'].startswith('INSERT')
    ]


def test_a_row_that_is_the_same_is_only_stamped(
    django_assert_max_num_queries,
):
    store.upsert(models.Server, [server('a', 1), server('b', 1)])
    with django_assert_max_num_queries(9) as queries:
        store.upsert(models.Server, [server('a', 2), server('b', 2)])
    assert not inserted(queries)
    rows = models.Server.objects.order_by('id')
    assert [(row.id, row.seen, row.name) for row in rows] == [
        ('a', 2, 'web'),
        ('b', 2, 'web'),
    ]


def test_whatever_differs_is_written(django_assert_max_num_queries):
    store.upsert(models.Server, [server(key, 1) for key in 'abcd'])
    models.Server.objects.filter(id='d').update(missing_since=CREATED)
    with django_assert_max_num_queries(9) as queries:
        store.upsert(
            models.Server,
            [
                server('a', 2),
                server('b', 2, name='Web'),
                server('c', 2, addresses=('10.0.0.1',)),
                server('d', 2),
                server('e', 2),
            ],
        )
    assert len(inserted(queries)) == 1
    rows = {row.id: row for row in models.Server.objects.all()}
    assert {row.seen for row in rows.values()} == {2}
    assert rows['b'].name == 'Web'
    assert rows['c'].addresses == ['10.0.0.1']
    assert rows['d'].missing_since is None
    assert len(rows) == 5


def test_the_same_id_in_another_region_is_another_row():
    store.upsert(models.Server, [server('a', 7, region='Two')])
    store.upsert(models.Server, [server('a', 1)])
    store.upsert(models.Server, [server('a', 2)])
    assert models.Server.objects.get(region='Two').seen == 7
    assert models.Server.objects.get(region=factory.REGION).seen == 2


def test_more_than_a_batch_is_written(monkeypatch):
    monkeypatch.setattr(store, 'BATCH', 2)
    store.upsert(models.Server, (server(key, 1) for key in 'abcde'))
    store.upsert(models.Server, (server(key, 2) for key in 'abcde'))
    assert models.Server.objects.filter(seen=2).count() == 5


def level(project_id, within, region=factory.REGION):
    names = store.columns(models.ServiceLevel)[1:]
    return models.ServiceLevel(
        region=region, project_id=project_id, **dict.fromkeys(names, within)
    )


@pytest.mark.parametrize('kept_bytes', [1, store.KEPT_BYTES])
def test_replacing_writes_what_changed_and_drops_what_is_gone(
    monkeypatch, kept_bytes, django_assert_num_queries
):
    monkeypatch.setattr(store, 'KEPT_BYTES', kept_bytes)
    level('a', 9, region='Two').save()
    rows = [level(key, 1) for key in 'abc']
    store.replace(models.ServiceLevel, factory.REGION, rows)
    with django_assert_num_queries(1):
        store.replace(models.ServiceLevel, factory.REGION, rows)
    store.replace(
        models.ServiceLevel, factory.REGION, [level('b', 1), level('c', 2)]
    )
    found = models.ServiceLevel.objects.values_list('region', 'project_id')
    ours = found.filter(region=factory.REGION)
    assert sorted(ours.values_list('project_id', 'within_7')) == [
        ('b', 1),
        ('c', 2),
    ]
    assert ('Two', 'a') in found
