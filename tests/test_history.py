import datetime

import pytest

from rey_dashboard import worker
from rey_dashboard.inventory import history
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import trends
from tests import factory
from tests import paper_cloud

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 3, 20, 12, tzinfo=datetime.UTC)
TODAY = NOW.date()


def ago(days):
    return TODAY - datetime.timedelta(days=days)


def read_day(day, hours=24):
    begin = datetime.datetime.combine(day, datetime.time(), datetime.UTC)
    models.UsageDayState.objects.create(
        region=factory.REGION,
        day=day,
        read_until=begin + datetime.timedelta(hours=hours),
        is_over=hours == 24,
    )


def ran(project_id, day, vcpu_hours, user_id='ann'):
    models.UsageDay.objects.create(
        region=factory.REGION,
        project_id=project_id,
        day=day,
        user_id=user_id,
        servers=1,
        server_hours=vcpu_hours / 2,
        vcpu_hours=vcpu_hours,
        ram_mib_hours=vcpu_hours * 512,
        disk_gib_hours=0,
    )


def recorded(project_id, day, **readings):
    models.ProjectDay.objects.create(
        region=factory.REGION,
        project_id=project_id,
        day=day,
        readings={
            key.replace('_', '.'): value for key, value in readings.items()
        },
    )


def use(**resources):
    for name, in_use in resources.items():
        models.Quota.objects.update_or_create(
            region=factory.REGION,
            project_id='p',
            service='compute',
            resource=name,
            defaults={'limit': 10, 'in_use': in_use, 'seen': 1},
        )
    history.record(factory.REGION, 400, NOW)


def readings():
    return models.ProjectDay.objects.get(project_id='p', day=TODAY).readings


def test_what_is_used_later_in_the_day_counts_the_readings_of_nothing():
    factory.collected()
    use(cores=0, ram=5)
    use(cores=0, ram=3)
    use(cores=4, ram=7)
    use(cores=2, ram=7)

    assert readings() == {
        'compute': 4,
        'compute.cores': [4, 0, 6, 4],
        'compute.ram': [4, 3, 22, 7],
    }


def test_what_a_service_does_not_tell_is_no_sample():
    factory.collected()
    factory.quota('p', 'compute', 'key_pairs', 10, None)
    factory.quota('p', 'volume', 'gigabytes_fast', 10, 3)

    use(cores=1)

    assert readings() == {
        'compute': 1,
        'compute.cores': [1, 1, 1, 1],
        'volume': 1,
        'volume.gigabytes_fast': [1, 3, 3, 3],
    }


def test_days_too_old_are_dropped():
    factory.collected()
    recorded('p', ago(400), compute=1)
    recorded('p', ago(401), compute=1)

    use(cores=1)

    assert sorted(models.ProjectDay.objects.values_list('day', flat=True)) == [
        ago(400),
        TODAY,
    ]


@pytest.mark.django_db(transaction=True)
def test_a_part_that_fails_adds_no_sample(cloud):
    cloud.add_project('p')
    cloud.quotas[paper_cloud.NOVA, 'p'] = paper_cloud.quota(2, cores=20)
    cloud.quotas[paper_cloud.CINDER, 'p'] = paper_cloud.quota(3, volumes=9)
    worker.collect_once()
    assert (
        models.ProjectDay.objects.get().readings.items()
        >= {
            'compute': 1,
            'compute.cores': [1, 2, 2, 2],
            'volume': 1,
            'volume.volumes': [1, 3, 3, 3],
        }.items()
    )
    cloud.fail['/os-quota-sets'] = 503

    worker.collect_once()
    assert models.PartState.objects.get(
        name=parts.COMPUTE_QUOTAS
    ).failing_since
    assert models.ProjectDay.objects.get().readings['compute'] == 1

    cloud.fail.clear()
    worker.collect_once()
    assert (
        models.ProjectDay.objects.get().readings.items()
        >= {
            'compute': 2,
            'compute.cores': [2, 2, 4, 2],
        }.items()
    )


def test_a_series_fills_gaps_of_our_own_readings_with_novas_hours():
    recorded('p', TODAY, compute=4, compute_ram=[4, 0, 4096, 2048])
    recorded('p', ago(1), volume=4)
    recorded('p', ago(2), compute=4)
    read_day(TODAY, hours=12)
    read_day(ago(1))
    read_day(ago(2))
    read_day(ago(4))
    ran('p', ago(1), 12, 'ann')
    ran('p', ago(1), 36, 'bob')

    points = history.series(factory.REGION, 'p', 'compute.ram', 5, NOW)

    assert points == [
        history.Point(ago(4), 0.0, None, None, 'nova'),
        history.Point(ago(3), None, None, None, ''),
        history.Point(ago(2), 0.0, 0, 0, 'own'),
        history.Point(ago(1), 1024.0, None, None, 'nova'),
        history.Point(TODAY, 1024.0, 0, 2048, 'own'),
    ]
    volumes = history.series(factory.REGION, 'p', 'volume.volumes', 2, NOW)
    assert [point.mean for point in volumes] == [0.0, None]


def test_a_trend_tells_nothing_from_unknown():
    read_day(TODAY, hours=12)
    for days in (1, 2, 7):
        read_day(ago(days))
    ran('p', TODAY, 18)
    ran('p', ago(1), 36, 'ann')
    ran('p', ago(1), 12, 'bob')
    ran('p', ago(7), 240)

    trends.rebuild(factory.REGION, NOW)

    row = models.Trend.objects.get()
    assert len(row.vcpus) == 30
    assert row.vcpus[-8:] == [10.0, None, None, None, None, 0.0, 2.0, 1.5]
    assert set(row.vcpus[:-8]) == {None}
    assert row.vcpus_change == -8.5


def test_a_trend_prefers_our_own_readings():
    read_day(TODAY, hours=12)
    ran('p', TODAY, 18)
    recorded('p', TODAY, compute=3, compute_cores=[3, 1, 5, 2])
    recorded('p', ago(1), compute=3)
    recorded('p', ago(2), volume=3)

    trends.rebuild(factory.REGION, NOW)

    row = models.Trend.objects.get()
    assert row.vcpus[-3:] == [None, 0.0, 1.67]
    assert row.vcpus_change is None
