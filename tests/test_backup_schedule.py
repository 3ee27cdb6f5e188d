import datetime
import itertools
import zoneinfo

import hypothesis
from hypothesis import strategies
import pytest

from rey_dashboard.backups import schedule

BERLIN, NEW_YORK = 'Europe/Berlin', 'America/New_York'
LORD_HOWE = 'Australia/Lord_Howe'
HOUR = datetime.timedelta(hours=1)


def utc(*told):
    return datetime.datetime(*told, tzinfo=datetime.UTC)


def times(cron, zone, first, days=2):
    """As wall clocks show them, with their distance from UTC."""
    last = first + datetime.timedelta(days=days)
    found = schedule.between(cron, zone, first, last)
    place = zoneinfo.ZoneInfo(zone)
    return [f'{at.astimezone(place):%d %H:%M%z}' for at in found]


def test_times_are_those_of_the_place_whatever_clocks_do():
    found = times('30 1 * * *', BERLIN, utc(2026, 3, 28), days=2.9)
    assert found == ['28 01:30+0100', '29 01:30+0100', '30 01:30+0200']


@pytest.mark.parametrize(
    'zone, first, found',
    [
        (BERLIN, utc(2026, 3, 28, 12), ['29 03:00+0200', '30 02:30+0200']),
        (NEW_YORK, utc(2026, 3, 7, 12), ['08 03:00-0400', '09 02:30-0400']),
        # Half an hour alone is left out there, from 2:00 to 2:30.
        (LORD_HOWE, utc(2026, 10, 3, 2), ['04 02:30+1100', '05 02:30+1100']),
    ],
)
def test_what_is_due_when_clocks_go_forward_is_due_right_after(
    zone, first, found
):
    assert times('30 2 * * *', zone, first) == found


def test_of_the_half_hour_that_lord_howe_leaves_out_each_is_due_right_after():
    found = times('0,15,45 2 * * *', LORD_HOWE, utc(2026, 10, 3, 2), days=1)
    assert found == ['04 02:30+1100', '04 02:45+1100']


@pytest.mark.parametrize(
    'zone, first, found',
    [
        (BERLIN, utc(2026, 10, 24, 12), ['25 02:30+0200', '26 02:30+0100']),
        (NEW_YORK, utc(2026, 10, 31, 12), ['01 01:30-0400', '02 01:30-0500']),
        (LORD_HOWE, utc(2026, 4, 4, 2), ['05 01:45+1100', '06 01:45+1030']),
    ],
)
def test_what_is_due_when_clocks_go_back_is_due_once(zone, first, found):
    told = {BERLIN: '30 2', NEW_YORK: '30 1', LORD_HOWE: '45 1'}[zone]
    assert times(f'{told} * * *', zone, first) == found


def test_several_times_of_an_hour_that_is_left_out_are_one():
    found = times('*/30 2 * * *', BERLIN, utc(2026, 3, 28, 12), days=1)
    assert found == ['29 03:00+0200']
    found = times('0 2,3 * * *', BERLIN, utc(2026, 3, 28, 12), days=1)
    assert found == ['29 03:00+0200']


@pytest.mark.parametrize('hours', ['*/2', '0-23/2', '0,2,4,6,8,10,12,14'])
def test_every_other_hour_loses_none_and_doubles_none(hours):
    found = times(f'0 {hours} * * *', BERLIN, utc(2026, 3, 28, 23), days=0.25)
    assert found == ['29 03:00+0200', '29 04:00+0200', '29 06:00+0200']
    found = times(f'0 {hours} * * *', BERLIN, utc(2026, 10, 24, 22), days=0.21)
    assert found == ['25 02:00+0200', '25 04:00+0100']


@pytest.mark.parametrize('hours', ['*', '0-23', '*/1'])
def test_every_hour_goes_by_the_hours_that_pass(hours):
    for first in (utc(2026, 3, 28), utc(2026, 10, 24)):
        last = first + datetime.timedelta(days=2)
        cron = f'15 {hours} * * *'
        found = list(schedule.between(cron, BERLIN, first, last))
        assert len(found) == 48
        assert {b - a for a, b in itertools.pairwise(found)} == {HOUR}


def test_the_last_moment_counts_and_the_first_does_not():
    noon = utc(2026, 5, 1, 12)
    assert times('0 12 * * *', 'UTC', noon) == [
        '02 12:00+0000',
        '03 12:00+0000',
    ]
    assert schedule.following('0 12 * * *', 'UTC', noon) == utc(2026, 5, 2, 12)


@hypothesis.given(
    minute=strategies.integers(0, 59),
    hour=strategies.integers(0, 23),
    zone=strategies.sampled_from([BERLIN, NEW_YORK, LORD_HOWE]),
)
@hypothesis.settings(max_examples=40, deadline=None)
def test_a_daily_time_is_due_once_on_every_day_of_a_year(minute, hour, zone):
    place = zoneinfo.ZoneInfo(zone)
    first = datetime.datetime(2026, 1, 1, tzinfo=place)
    last = datetime.datetime(2026, 12, 31, 23, 59, tzinfo=place)
    begin = first - datetime.timedelta(seconds=1)
    cron = f'{minute} {hour} * * *'
    found = list(schedule.between(cron, zone, begin, last))
    days = {at.astimezone(place).date() for at in found}
    assert len(days) == len(found) == 365
    assert found == sorted(found)


@pytest.mark.parametrize(
    'cron, words',
    [
        ('', 'Five fields'),
        ('0 2 * *', 'Five fields'),
        ('0 0 2 * * *', 'Five fields'),
        ('@daily', 'Five fields'),
        ('60 2 * * *', 'minute'),
        ('0 24 * * *', 'hour'),
        ('0 2 0 * *', 'day of the month'),
        ('0 2 * 13 *', 'month'),
        ('0 2 * * 8', 'day of the week'),
        ('0 2 30 2 *', 'day of the month'),
        ('a b c d e', 'minute'),
        ('*/0 2 * * *', 'minute'),
        ('<script> 2 * * *', 'minute'),
        ('٣ 2 * * *', 'minute'),
        ('* * * * *', 'five minutes'),
        ('0,59 * * * *', 'five minutes'),
    ],
)
def test_what_is_no_schedule_is_told_in_words(cron, words):
    with pytest.raises(schedule.Wrong, match=words):
        schedule.check(cron, BERLIN)


@pytest.mark.parametrize(
    'zone',
    ['', 'Nowhere', '../etc/passwd', '/etc/localtime', 'a\0b', 'x' * 999],
)
def test_what_is_no_time_zone_is_told(zone):
    with pytest.raises(schedule.Wrong, match='time zone'):
        schedule.check('0 2 * * *', zone)


@pytest.mark.parametrize(
    'cron',
    ['0 2 * * *', '*/5 * * * *', '0 2 * * MON#1', '0 0 L * *', '0 0 29 2 *'],
)
def test_what_cron_knows_can_be_used(cron):
    schedule.check(cron, BERLIN)
