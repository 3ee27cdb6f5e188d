"""Migrations of servers, as they are read and judged."""

import datetime

from django.utils import timezone
import pytest

from rey_dashboard import worker
from rey_dashboard.checks import migrations as checks
from rey_dashboard.inventory import migrations
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import sync
from rey_dashboard.today import evidence
from tests import factory
from tests import simcloud

# Each part has a thread, so a connection, of its own: no test transaction.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cloud(tmp_path, monkeypatch):
    monkeypatch.setenv('OS_CLIENT_CONFIG_FILE', str(tmp_path / 'clouds.yaml'))
    order = ((parts.SERVERS, parts.MIGRATIONS),)
    monkeypatch.setattr(sync, 'ORDER', order)
    monkeypatch.setattr(sync, 'ORDER_OF_CHANGES', order)
    with simcloud.running(page=2) as cloud:
        cloud.clouds_yaml(tmp_path / 'clouds.yaml')
        yield cloud


@pytest.fixture
def server(cloud):
    return cloud.add_server(cloud.add_project('p', 'default'), name='web')


def ago(cloud, **span):
    return cloud.now - datetime.timedelta(**span)


def ids():
    return set(models.Migration.objects.values_list('id', flat=True))


def asked(calls):
    """The queries of calls for migrations."""
    return [query for *_, path, query in calls if path == '/os-migrations']


def part():
    return models.PartState.objects.get(name=parts.MIGRATIONS)


def test_all_pages_of_a_month_are_read_and_no_more(cloud, server):
    young = {
        cloud.add_migration(
            server, created_at=ago(cloud, days=day), hidden=day == 2
        )
        for day in range(1, 6)
    }
    old = [
        cloud.add_migration(server, created_at=ago(cloud, days=days))
        for days in (31, 32, 40, 50, 60, 70)
    ]
    with cloud.calls_made() as calls:
        worker.collect_once()
    hidden = young - ids()
    assert len(hidden) == 1
    assert not ids() & set(old)
    assert len(asked(calls)) < 5
    row = models.Migration.objects.order_by('created_at').last()
    assert (row.server_id, row.type) == (server, 'live-migration')
    assert (row.source, row.destination) == ('compute-1', 'compute-2')
    assert row.project_id == models.Server.objects.get().project_id
    assert row.updated_at is None
    assert part().rows == 4


def test_changes_alone_are_asked_for_and_new_ones_that_never_changed(
    cloud, server
):
    for day in (20, 10, 5):
        one = cloud.add_migration(
            server, status='running', created_at=ago(cloud, days=day)
        )
    worker.collect_once()
    cloud.advance(600)
    cloud.change('migrations', one, status='error')
    new = cloud.add_migration(server, status='queued')
    with cloud.calls_made() as calls:
        worker.collect_once()
    assert models.Migration.objects.get(id=one).status == 'error'
    assert models.Migration.objects.get(id=new).status == 'queued'
    queries = asked(calls)
    assert 'changes-since' in queries[0]
    assert len(queries) <= 4
    assert part().rows == 4


def test_an_old_nova_tells_all_at_once(cloud, server):
    cloud.versions['compute'] = ('2.1', '2.53')
    cloud.add_migration(server, created_at=ago(cloud, days=1))
    worker.collect_once()
    with cloud.calls_made() as calls:
        worker.collect_once()
    assert asked(calls) == [{}]
    (row,) = models.Migration.objects.all()
    assert (row.id, row.project_id) == (str(row.number), '')


def test_a_cell_that_is_down_is_told_and_read_again_in_full(cloud, server):
    one = cloud.add_migration(server, status='running')
    worker.collect_once()
    cloud.down_cells.add('cell1')
    worker.collect_once()
    assert part().blind
    assert 'its migrations is of before' in part().note
    assert ids() == {one}
    cloud.down_cells.clear()
    with cloud.calls_made() as calls:
        worker.collect_once()
    assert all('changes-since' not in query for query in asked(calls))
    assert not part().blind


def test_what_is_older_than_a_month_is_forgotten(cloud, server):
    one = cloud.add_migration(server, created_at=ago(cloud, days=1))
    worker.collect_once()
    models.Migration.objects.filter(id=one).update(
        created_at=timezone.now() - migrations.KEPT * 2
    )
    worker.collect_once()
    assert not ids()


def made(number, status, hours, server_id='s', **columns):
    now = timezone.now()
    at = now - datetime.timedelta(hours=hours)
    return models.Migration.objects.create(
        **{
            'region': factory.REGION,
            'id': f'm{number}',
            'number': number,
            'server_id': server_id,
            'project_id': 'p',
            'type': 'live-migration',
            'status': status,
            'created_at': at,
            'updated_at': at,
            'seen': 1,
            **columns,
        }
    )


def found(check):
    return {
        one.subject: one.evidence['migration']
        for one in check.find(factory.REGION)
    }


def test_a_failure_counts_until_a_later_one_ends_well():
    for server_id in ('s', 't', 'u', 'v'):
        factory.server(server_id, 'p')
    made(1, 'error', 5)
    made(2, 'failed', 3)
    made(3, 'failed', 5, 't')
    made(4, 'completed', 3, 't')
    made(5, 'completed', 5, 'u')
    made(6, 'error', 3, 'u')
    made(7, 'error', 30, 'v')
    made(8, 'error', 3, 'gone')
    assert found(checks.MigrationFailed()) == {'s': 'm2', 'u': 'm6'}


def test_who_sees_a_domain_alone_sees_no_host_of_it():
    factory.server('s', 'p', name='web', host='cmp-1')
    made(1, 'error', 5, source='cmp-1', destination='cmp-2')
    check = checks.MigrationFailed()
    (one,) = check.find(factory.REGION)
    assert (
        check.title(one) == 'The server web could not be moved: live-migration'
    )
    assert 'cmp' in str(evidence.shown(one.evidence, True))
    assert 'cmp' not in str(evidence.shown(one.evidence, False))


def test_one_that_waits_for_its_owner_or_gets_on_is_not_stuck():
    for server_id in ('s', 't', 'u', 'v'):
        factory.server(server_id, 'p')
    made(1, 'finished', 50)
    made(2, 'running', 50, 't', updated_at=timezone.now())
    made(3, 'accepted', 2, 'u', updated_at=None)
    made(4, 'cancelled', 50, 'v')
    assert found(checks.MigrationStuck()) == {'u': 'm3'}


def test_one_that_is_queued_waits_while_its_host_moves_another():
    for server_id in ('s', 't', 'u'):
        factory.server(server_id, 'p')
    made(1, 'queued', 5, 's', source='a')
    made(2, 'queued', 5, 't', source='b')
    now = timezone.now()
    made(3, 'running', 5, 'u', source='a', updated_at=now)
    assert found(checks.MigrationStuck()) == {'t': 'm2'}
    models.Migration.objects.filter(id='m3').update(status='completed')
    assert found(checks.MigrationStuck()) == {'t': 'm2'}
    models.Migration.objects.update(updated_at=None)
    assert found(checks.MigrationStuck()) == {'s': 'm1', 't': 'm2'}
