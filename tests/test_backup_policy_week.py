"""The coming week of a policy, reckoned from what is there."""

import datetime

import pytest

from rey_dashboard.backups import due
from rey_dashboard.backups import forecast
from tests import factory
from tests import factory_backups
from tests import factory_policies
from tests.factory_policies import end
from tests.factory_policies import latest
from tests.factory_policies import make
from tests.factory_policies import told
from tests.factory_policies import utc

pytestmark = pytest.mark.django_db
#: A Sunday noon; the next run is on Monday at two in the morning.
NOW = utc(2026, 3, 1, 12)
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def volumes():
    factory_policies.project('p')
    factory_policies.volume('a', size_gib=10)
    factory_policies.volume('b', size_gib=5)


def week(policy=None, now=NOW, **changed):
    return forecast.of(factory.REGION, told(**changed), '', now, policy)


def deep(volume_id, depth, held_gib=0):
    """Its last good backup is so deep in a chain."""
    name = f'{volume_id}-{depth}'
    factory_backups.chain(name, depth=depth)
    forecast.inventory.VolumeCoverage.objects.filter(
        volume_id=volume_id
    ).update(last_good_id=name, held_gib=held_gib)


def test_each_night_backs_up_all_and_the_last_ones_are_kept(volumes):
    found = week(keep_last=3)
    assert found.number == len(found.runs) == 7
    assert [f'{run.at:%a %H:%M %Z}' for run in found.runs][:2] == [
        'Mon 02:00 CET',
        'Tue 02:00 CET',
    ]
    assert {(run.volumes, run.full, run.gib) for run in found.runs} == {
        (2, 2, 15)
    }
    assert found.gib == 7 * 15
    assert [run.held_gib for run in found.runs] == [15, 30, *[45] * 5]


def test_what_is_younger_than_so_many_days_is_kept_as_well(volumes):
    found = week(keep_last=1, keep_days=3)
    assert [run.held_gib for run in found.runs] == [15, 30, *[45] * 5]
    found = week(keep_last=0, keep_days=0)
    assert [run.held_gib for run in found.runs] == [
        15 * number for number in range(1, 8)
    ]


def test_the_first_of_each_is_full_and_then_every_so_many(volumes):
    found = week(method='incremental', full_every=3, keep_last=99)
    assert [run.full for run in found.runs] == [2, 0, 0, 2, 0, 0, 2]
    assert [run.incremental for run in found.runs][:2] == [0, 2]
    found = week(method='incremental', full_every=0)
    assert [run.full for run in found.runs] == [2, 0, 0, 0, 0, 0, 0]


def test_a_chain_that_is_there_goes_on(volumes):
    deep('a', 1)
    found = week(method='incremental', full_every=3, keep_last=99)
    # b begins a chain; that of a has two and gets one more.
    assert [run.full for run in found.runs][:4] == [1, 1, 0, 1]


def test_a_chain_is_kept_as_long_as_its_latest(volumes):
    found = week(method='incremental', full_every=3, keep_last=2)
    # Of the first three none can go until the next chain has two.
    assert [run.held_gib for run in found.runs] == [
        *(15, 30, 45, 60, 30, 45, 60)
    ]


def test_what_is_held_begins_with_what_is_there(volumes):
    deep('a', 0, held_gib=70)
    assert week(keep_last=0).held_gib == 70
    assert week(keep_last=0).runs[0].held_gib == 85


def test_what_runs_so_far_have_left_is_deleted_in_time(volumes):
    policy = make(utc(2026, 2, 26, 1), keep_last=2)
    for day in (26, 27, 28):
        due.run_due(factory.REGION, utc(2026, 2, day, 1))
        end(latest(policy))
    for volume_id, gib in (('a', 20), ('b', 10)):
        deep(volume_id, 0, held_gib=gib)
    found = week(policy, keep_last=2)
    # Two of each were left; each night one comes and one goes.
    assert [run.held_gib for run in found.runs] == [30] * 7


def test_times_are_from_what_was_measured_or_not_known(volumes):
    found = week()
    assert (found.sample, found.runs[0].seconds) == (0, None)
    assert found.is_untimed
    for number in range(4):
        factory_backups.backup(
            f'm{number}',
            'p',
            'a',
            size_gib=10,
            created_at=NOW - 9 * HOUR,
            updated_at=NOW - 8 * HOUR,
        )
    found = week(at_once=2)
    # 360 s for each GiB, two at a time.
    assert found.sample == 4
    assert found.runs[0].seconds == 15 * 360 / 2
    found = week(method='incremental')
    assert [run.seconds is None for run in found.runs][:2] == [False, True]


def test_many_runs_are_added_up_by_the_days_of_the_policys_zone(volumes):
    assert week(cron='0 */12 * * *').days == []
    found = week(cron='0 * * * *', keep_last=3)
    assert [(f'{day.at:%d %H:%M}', day.number) for day in found.days] == [
        ('01 14:00', 10),
        *((f'{day:02} 00:00', 24) for day in range(2, 8)),
        ('08 00:00', 14),
    ]
    day = found.days[0]
    assert (day.volumes, day.full, day.incremental) == (20, 20, 0)
    assert (day.gib, day.seconds, day.held_gib) == (150, None, 45)
    assert sum(day.gib for day in found.days) == found.gib


def test_what_is_due_often_is_cut_and_counted(volumes):
    found = week(cron='*/5 * * * *', keep_last=1)
    assert found.number == 2016
    assert len(found.runs) == forecast.MOST


def test_clocks_that_are_set_meanwhile_are_told(volumes):
    found = week(now=utc(2026, 3, 27, 12))
    assert [f'{run.at:%d %H:%M %Z}' for run in found.runs][:3] == [
        '28 02:00 CET',
        # That hour is left out.
        '29 03:00 CEST',
        '30 02:00 CEST',
    ]


def test_without_volumes_nothing_is_promised():
    found = week()
    assert (found.number, found.gib, found.held_gib) == (7, 0, 0)
    assert not found.is_untimed
