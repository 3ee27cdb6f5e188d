import datetime

import pytest

from rey_dashboard import worker
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts

# Each part has a thread, so a connection, of its own: no test transaction.
pytestmark = pytest.mark.django_db(transaction=True)


def ids(model):
    return sorted(model.objects.values_list('id', flat=True))


def part(name):
    return models.PartState.objects.get(name=name)


def test_copies_past_the_first_page_are_read(cloud):
    cloud.page = 2
    for number in range(5):
        cloud.copies.add_snapshot(f's{number}', 'p')
        cloud.copies.add_backup(f'b{number}', 'p')

    worker.collect_once()

    assert ids(models.Snapshot) == ['s0', 's1', 's2', 's3', 's4']
    assert ids(models.Backup) == ['b0', 'b1', 'b2', 'b3', 'b4']
    assert (part(parts.SNAPSHOTS).rows, part(parts.BACKUPS).rows) == (5, 5)


def test_a_backup_is_kept_as_cinder_tells_it(cloud):
    cloud.copies.add_backup(
        'b',
        'p',
        name=None,
        status='error',
        fail_reason='no space',
        snapshot_id='s',
        is_incremental=True,
        has_dependent_backups=True,
        data_timestamp='2026-01-01T03:00:00.000000',
    )

    worker.collect_once()

    row = models.Backup.objects.get()
    assert (row.project_id, row.user_id, row.volume_id) == ('p', 'ines', 'v')
    assert (row.name, row.status, row.fail_reason) == ('', 'error', 'no space')
    assert (row.snapshot_id, row.size_gib, row.zone) == ('s', 5, 'nova')
    assert row.is_incremental
    assert row.has_dependent_backups
    assert row.data_timestamp == datetime.datetime(
        2026, 1, 1, 3, tzinfo=datetime.UTC
    )


@pytest.mark.parametrize(
    ('untrue', 'took'),
    [
        ({}, datetime.timedelta(minutes=3)),
        # Others build on it: cinder changed the row when they were done.
        ({'has_dependent_backups': True}, None),
        ({'status': 'error'}, None),
        ({'updated_at': None}, None),
    ],
)
def test_how_long_a_backup_took_is_known_of_some(cloud, untrue, took):
    times = {
        'created_at': '2026-11-20T02:00:00.000000',
        'updated_at': '2026-11-20T02:03:00.000000',
    }
    cloud.copies.add_backup('b', 'p', **times | untrue)

    worker.collect_once()

    assert models.Backup.objects.get().took == took


def test_a_record_that_is_being_imported_is_read(cloud):
    cloud.copies.add_backup(
        'b', 'p', status='creating', size=None, data_timestamp=None
    )
    cloud.copies.add_snapshot('s', 'p', name=None)

    worker.collect_once()

    row = models.Backup.objects.get()
    assert (row.size_gib, row.data_timestamp) == (0, None)
    assert models.Snapshot.objects.get().name == ''


@pytest.mark.parametrize(
    ('model', 'kind', 'add'),
    [
        (models.Snapshot, 'snapshots', 'add_snapshot'),
        (models.Backup, 'backups', 'add_backup'),
    ],
)
def test_a_copy_is_gone_only_when_cinders_own_count_agrees(
    cloud, model, kind, add
):
    for copy_id in ('stays', 'goes'):
        getattr(cloud.copies, add)(copy_id, 'p')
    worker.collect_once()
    cloud.hidden.add('goes')

    worker.collect_once()
    assert ids(model) == ['goes', 'stays']

    getattr(cloud, kind).pop()
    worker.collect_once()
    assert ids(model) == ['stays']


def test_a_listing_that_fails_removes_nothing_and_stops_no_other(cloud):
    cloud.copies.add_snapshot('s', 'p')
    cloud.copies.add_backup('b', 'p')
    worker.collect_once()
    cloud.backups.clear()
    cloud.snapshots.clear()
    cloud.fail['/backups'] = 500

    worker.collect_once()

    assert ids(models.Backup) == ['b']
    assert part(parts.BACKUPS).failing_since
    assert ids(models.Snapshot) == []
    assert part(parts.SNAPSHOTS).failing_since is None
