import datetime

from django.utils import timezone
import pytest

from rey_dashboard import worker
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import usage
from tests import factory

# Each part has a thread, so a connection, of its own: no test transaction.
pytestmark = pytest.mark.django_db(transaction=True)

UTC = datetime.UTC


@pytest.fixture
def at(monkeypatch):
    """Sets the clock: a day of March 2026 and a time."""

    def at(day, hour=12, minute=0):
        now = datetime.datetime(2026, 3, day, hour, minute, tzinfo=UTC)
        monkeypatch.setattr(timezone, 'now', lambda: now)

    at(20)
    return at


def day(number):
    return datetime.date(2026, 3, number)


def hours(project_id, **only):
    """Day of the month -> servers, server hours and vCPU hours."""
    return {
        row.day.day: (row.servers, row.server_hours, row.vcpu_hours)
        for row in models.UsageDay.objects.filter(
            project_id=project_id, **only
        )
    }


def states():
    return {
        row.day.day: (row.is_over, row.read_until.strftime('%d %H:%M'))
        for row in models.UsageDayState.objects.filter(day__gte=day(18))
    }


def test_a_servers_time_is_shared_out_to_its_days(cloud, at):
    cloud.page = 2
    cloud.add_project('p')
    cloud.usage.add('a', 'p', '2026-03-18T18:00:00', '2026-03-19T06:00:00')
    cloud.usage.add('b', 'p', '2026-03-19T12:00:00.000000', vcpus=8)
    cloud.usage.add('c', 'p', None, None)
    cloud.usage.add('d', 'q', '2026-03-20T11:30:00')
    cloud.usage.add('e', 'q', '2026-03-20T12:00:01')

    worker.collect_once()

    assert hours('p') == {
        18: (1, 6, 12),
        19: (2, 6 + 12, 12 + 96),
        20: (1, 12, 96),
    }
    assert hours('q') == {20: (1, 0.5, 1)}
    row = models.UsageDay.objects.get(project_id='p', day=day(18))
    assert (row.ram_mib_hours, row.disk_gib_hours) == (6 * 1024, 60)


def test_hours_belong_to_who_made_the_server_even_a_deleted_one(cloud, at):
    cloud.add_project('p')
    cloud.add_server('lives', 'p', user_id='ann')
    cloud.usage.add('lives', 'p', '2026-03-19T00:00:00')
    cloud.usage.add('gone', 'p', '2026-03-19T00:00:00', '2026-03-19T01:00:00')
    cloud.usage.add_deleted('gone', 'p', 'bob')
    cloud.usage.add(
        'purged', 'p', '2026-03-19T00:00:00', '2026-03-19T02:00:00'
    )

    worker.collect_once()

    assert hours('p', user_id='ann') == {19: (1, 24, 48), 20: (1, 12, 24)}
    assert hours('p', user_id='bob') == {19: (1, 1, 2)}
    assert hours('p', user_id='') == {19: (1, 2, 4)}


def test_the_first_reading_goes_back_thirty_days_in_passes_of_a_week(
    cloud, at
):
    worker.collect_once()

    assert cloud.usage.windows == [
        ('2026-02-18T00:00:00', '2026-02-25T00:00:00'),
        ('2026-02-25T00:00:00', '2026-03-04T00:00:00'),
        ('2026-03-04T00:00:00', '2026-03-11T00:00:00'),
        ('2026-03-11T00:00:00', '2026-03-18T00:00:00'),
        ('2026-03-18T00:00:00', '2026-03-21T00:00:00'),
    ]
    assert models.UsageDayState.objects.filter(is_over=True).count() == 30
    assert states()[20] == (False, '20 12:00')


def test_a_day_that_is_over_is_kept_though_nova_forgets_it(cloud, at):
    cloud.usage.add('a', 'p', '2026-03-19T00:00:00', '2026-03-20T06:00:00')
    worker.collect_once()
    cloud.usage.forget()
    cloud.usage.windows.clear()

    at(20, 13)
    worker.collect_once()

    assert cloud.usage.windows == [
        ('2026-03-20T00:00:00', '2026-03-21T00:00:00')
    ]
    assert hours('p') == {19: (1, 24, 48)}


def test_yesterday_is_read_again_until_nova_had_time_to_write(cloud, at):
    at(20, 0, 4)
    worker.collect_once()
    assert states()[19] == (False, '20 00:00')
    cloud.usage.add('late', 'p', '2026-03-19T23:00:00')

    at(20, 0, 5)
    worker.collect_once()
    assert states()[19] == (True, '20 00:00')
    assert hours('p')[19] == (1, 1, 2)


def test_a_day_that_has_not_begun_for_nova_waits(cloud, at):
    at(20, 0, 10)
    cloud.skew_s = -3600
    cloud.usage.add('a', 'p', '2026-03-19T20:00:00')
    worker.collect_once()
    assert states()[19] == (False, '19 23:10')
    assert 20 not in states()
    assert round(hours('p')[19][1], 1) == 3.2

    cloud.skew_s = 0
    worker.collect_once()
    assert states()[19] == (True, '20 00:00')
    assert hours('p')[19] == (1, 4, 8)
    cloud.usage.windows.clear()

    cloud.skew_s = -3600
    worker.collect_once()
    assert cloud.usage.windows == []
    assert states()[19] == (True, '20 00:00')
    assert hours('p')[20][0] == 1


def test_a_reading_that_fails_keeps_today_as_it_was(cloud, at):
    cloud.usage.add('a', 'p', '2026-03-20T00:00:00')
    worker.collect_once()
    cloud.fail['/os-simple-tenant-usage'] = 503

    at(20, 13)
    worker.collect_once()

    state = models.PartState.objects.get(name=parts.HOURS)
    assert state.failing_since
    assert hours('p') == {20: (1, 12, 24)}
    assert states()[20] == (False, '20 12:00')


def test_machine_made_projects_have_no_hours(cloud, at):
    cloud.add_domain('heat', name='heat_user_domain')
    cloud.add_project('stack', domain_id='heat')
    cloud.usage.add('a', 'stack', '2026-03-19T00:00:00')
    cloud.usage.add('b', 'p', '2026-03-19T00:00:00')

    worker.collect_once()

    assert hours('stack') == {}
    assert sorted(hours('p')) == [19, 20]


def test_days_too_old_are_dropped_and_not_read_again(cloud, at, settings):
    settings.REY_DASHBOARD = {'KEEP_DAYS': 2}
    cloud.usage.add('a', 'p', '2026-03-01T00:00:00')
    worker.collect_once()
    assert sorted(hours('p')) == [18, 19, 20]

    at(21)
    worker.collect_once()
    assert sorted(hours('p')) == [19, 20, 21]
    assert sorted(states()) == [19, 20, 21]


@pytest.mark.parametrize(
    ('over', 'keep_days', 'first', 'count'),
    [
        # Nothing was read yet.
        ([], 400, datetime.date(2026, 2, 18), 31),
        # Some days failed: only those, and today.
        ([17, 18], 400, datetime.date(2026, 2, 18), 29),
        # The worker stood still for longer than the first reading goes back.
        ([-40], 400, datetime.date(2026, 2, 9), 40),
        ([-40], 35, datetime.date(2026, 2, 13), 36),
    ],
)
def test_which_days_are_read(over, keep_days, first, count):
    now = datetime.datetime(2026, 3, 20, 12, tzinfo=UTC)
    for number in over:
        models.UsageDayState.objects.create(
            region=factory.REGION,
            day=day(number)
            if number > 0
            else now.date() + datetime.timedelta(days=number),
            read_until=now,
            is_over=True,
        )

    days = usage.wanted(factory.REGION, keep_days, now)

    assert (days[0], len(days)) == (first, count)
    assert days[-1] == day(20)
