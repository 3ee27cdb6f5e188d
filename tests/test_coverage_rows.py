"""What a collection makes of volumes and backups: the ready rows."""

import datetime

from django.utils import timezone
import pytest

from rey_dashboard import conf
from rey_dashboard import worker
from rey_dashboard.inventory import coverage
from rey_dashboard.inventory import models
from tests import factory

pytestmark = pytest.mark.django_db(transaction=True)


def ago(**parts):
    """As cinder writes a time."""
    time = timezone.now() - datetime.timedelta(**parts)
    return time.strftime('%Y-%m-%dT%H:%M:%S.%f')


@pytest.fixture
def company(cloud):
    """Five volumes of two projects; one project is gone."""
    cloud.add_project('web')
    for name in ('good', 'old', 'bare', 'fresh'):
        born = ago(hours=1) if name == 'fresh' else ago(days=90)
        cloud.add_volume(name, 'web', created_at=born)
    cloud.add_volume('left', 'gone', created_at=ago(days=90))
    add(cloud, 'b1', 'good', hours=2)
    add(cloud, 'b2', 'old', hours=50)
    add(cloud, 'b3', 'deleted', hours=50)
    add(cloud, 'b4', 'left', 'gone', hours=50)
    cloud.copies.add_snapshot('s1', 'web', volume_id='bare')
    return cloud


def add(cloud, backup_id, volume_id, project_id='web', hours=0, **row):
    cloud.copies.add_backup(
        backup_id,
        project_id,
        volume_id=volume_id,
        created_at=ago(hours=hours),
        data_timestamp=ago(hours=hours),
        **row,
    )


def states():
    return {
        row.volume_id: row.state for row in models.VolumeCoverage.objects.all()
    }


def project(project_id):
    return models.ProjectCoverage.objects.get(project_id=project_id)


def test_every_volume_and_project_has_a_row(company):
    worker.collect_once()
    assert states() == {
        'good': 'protected',
        'old': 'stale',
        'bare': 'never',
        'fresh': 'new',
        'left': 'stale',
    }
    row = project('web')
    assert (row.volumes, row.counted, row.within) == (4, 3, 1)
    assert (row.protected, row.stale, row.never, row.new) == (1, 1, 1, 1)
    assert row.at_risk == 2
    assert round(row.percent) == 33
    assert row.snapshots == 1
    assert (row.target_h, row.target_source) == (24, 'default')


def test_backups_without_volume_or_project_are_marked(company):
    worker.collect_once()
    gone = {
        row.backup_id: (row.volume_gone, row.project_gone)
        for row in models.BackupChain.objects.all()
    }
    assert gone == {
        'b1': (False, False),
        'b2': (False, False),
        'b3': (True, False),
        'b4': (False, True),
    }


def test_a_volume_made_since_the_listing_is_not_called_gone(company):
    worker.collect_once()
    models.PartState.objects.update(last_good_at=timezone.now())
    models.Backup.objects.filter(id='b3').update(
        created_at=timezone.now() + datetime.timedelta(seconds=5)
    )
    coverage.record(factory.REGION, conf.current())
    assert not models.BackupChain.objects.get(backup_id='b3').volume_gone


def test_only_what_changed_is_written(company, django_assert_max_num_queries):
    worker.collect_once()
    now = timezone.now()
    coverage.record(factory.REGION, conf.current(), now)
    before = list(models.VolumeCoverage.objects.order_by('volume_id').values())
    with django_assert_max_num_queries(31) as told:
        coverage.record(factory.REGION, conf.current(), now)
    assert before == list(
        models.VolumeCoverage.objects.order_by('volume_id').values()
    )
    written = [
        query['sql']
        for query in told.captured_queries
        if query['sql'].startswith(('INSERT', 'UPDATE'))
    ]
    # The sample of the day, and what it adds up to.
    assert all(
        any(
            table in sql
            for table in ('coverageday', 'servicelevel', 'domainlevel')
        )
        for sql in written
    )


def test_a_volume_that_is_gone_loses_its_row(company):
    worker.collect_once()
    company.volumes[:] = [row for row in company.volumes if row['id'] != 'old']
    worker.collect_once()
    assert 'old' not in states()
    assert project('web').volumes == 3


def test_settings_reach_the_rows(company, settings):
    settings.REY_DASHBOARD = {
        'BACKUP_TARGETS_H': {'projects': {'web': 72}},
        'BACKUP_EXCLUDE': {'names': ['bare']},
    }
    worker.collect_once()
    assert states()['old'] == 'protected'
    assert states()['bare'] == 'excluded'
    assert project('web').target_source == 'project'
    assert project('web').counted == 2


def test_each_collection_is_a_sample_of_the_day(company):
    worker.collect_once()
    worker.collect_once()
    day = models.CoverageDay.objects.get(project_id='web')
    assert (day.samples, day.counted, day.within) == (2, 6, 2)


def test_what_was_not_read_now_is_no_sample(company):
    worker.collect_once()
    company.fail['/backups'] = 503
    worker.collect_once()
    day = models.CoverageDay.objects.get(project_id='web')
    assert day.samples == 1
    assert states()['good'] == 'protected'


def test_days_too_old_are_dropped(company):
    models.CoverageDay.objects.create(
        region=factory.REGION,
        project_id='web',
        day=timezone.now().date() - datetime.timedelta(days=401),
        samples=1,
        counted=1,
        within=1,
    )
    worker.collect_once()
    assert models.CoverageDay.objects.filter(project_id='web').count() == 1


def test_services_and_types_are_collected(company):
    worker.collect_once()
    service = models.VolumeService.objects.get(binary='cinder-backup')
    assert (service.host, service.state) == ('ops-1', 'up')
    assert models.VolumeType.objects.get().name == 'fast'
