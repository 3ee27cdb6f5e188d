"""Reads the hours of servers, day by day, into the inventory.

A day that is over is read once and kept: nova forgets (see cloud/usage.py).
"""

from collections.abc import Iterator
import datetime

from django.utils import timezone

from rey_dashboard.cloud import usage
from rey_dashboard.inventory import days as days_
from rey_dashboard.inventory import hour_sums
from rey_dashboard.inventory import models
from rey_dashboard.inventory import projects as projects_
from rey_dashboard.inventory import reading as reading_
from rey_dashboard.inventory import store
from rey_dashboard.inventory import trends

#: How far back the first reading goes, today not counted.
FIRST_DAYS = 30
#: Days of one pass: their sums are in memory together.
BLOCK_DAYS = 7
#: A day is over for us when a reading begins so long after its end: nova
#: writes down starts and ends a little later than they happen.
SETTLED = datetime.timedelta(minutes=5)

#: (project, user) -> servers, hours, vCPU, RAM and disk hours of one day.
Sums = dict[tuple[str, str], list]


def read(reading: reading_.Reading) -> None:
    source = usage.Usage(reading.cloud, reading.session)
    now = timezone.now()
    keep_days = reading.settings.KEEP_DAYS
    days = wanted(reading.region, keep_days, now)
    deleted = _deleted(reading, source, days_.begin(days[0]))
    # Nova counts by its own clock, and refuses a day that has not begun there.
    until = now + datetime.timedelta(seconds=reading.session.skew_s)
    days = [day for day in days if days_.begin(day) < until]
    *earlier, latest = _blocks(days)
    for block in earlier:
        # Each day is whole in itself: written now, not held until the end.
        found = _add_up(reading, source, block, until, deleted)
        for day, sums in found.items():
            with reading.writing():
                _store(reading.region, day, sums, until)
    found = _add_up(reading, source, latest, until, deleted) if latest else {}
    with reading.closing():
        for day, sums in found.items():
            _store(reading.region, day, sums, until)
        first = days_.of(now) - days_.ONE * keep_days
        _drop_before(reading.region, first)
        trends.rebuild(reading.region, now)
    hour_sums.rebuild(reading.region, days_.of(now), reading.writing)


def forget(region: str, days: int) -> None:
    """Has the hours of the last days read again; those stored stay till then.

    For days that Nova told wrongly. It may tell less than was stored.
    """
    first = days_.of(timezone.now()) - days_.ONE * days
    models.UsageDayState.objects.filter(region=region, day__gte=first).delete()


def wanted(
    region: str, keep_days: int, now: datetime.datetime
) -> list[datetime.date]:
    """The days to read: those not yet read to their end, and today.

    Never older than what is kept. After a long standstill it goes back to
    the last day that was read to its end.
    """
    today = days_.of(now)
    over = set(
        models.UsageDayState.objects.filter(
            region=region, is_over=True
        ).values_list('day', flat=True)
    )
    first = today - days_.ONE * FIRST_DAYS
    if over:
        first = min(first, max(over) + days_.ONE)
    first = max(first, today - days_.ONE * keep_days)
    span = (today - first).days
    days = [first + days_.ONE * number for number in range(span)]
    return [day for day in days if day not in over] + [today]


def _blocks(days) -> Iterator[list[datetime.date]]:
    """Cuts the days into spans that one pass reads."""
    block = []
    for day in days:
        if block and (day - block[0]).days >= BLOCK_DAYS:
            yield block
            block = []
        block.append(day)
    yield block


def _deleted(reading, source, since) -> dict[str, str]:
    """Who made the servers that were deleted since then."""
    deleted = {}
    for makers in source.makers_of_deleted(since):
        deleted.update(makers)
        reading.progress(0)
    return deleted


def _add_up(
    reading, source, block, until, deleted
) -> dict[datetime.date, Sums]:
    """One pass over nova for the days of a block."""
    start, end = days_.begin(block[0]), days_.begin(block[-1] + days_.ONE)
    left_out = projects_.left_out(reading.region)
    windows = {day: _window(day, until) for day in block}
    found = {day: {} for day in block}
    for servers in source.servers(start, end):
        users = deleted | _makers(reading.region, servers)
        for server in servers:
            if server.project_id in left_out:
                continue
            key = server.project_id, users.get(server.server_id, '')
            for day, window in windows.items():
                _count(found[day], key, server, server.hours(*window))
        reading.progress(len(servers))
    return found


def _window(day, until):
    return days_.begin(day), min(until, days_.begin(day + days_.ONE))


def _makers(region, servers):
    known = models.Server.objects.filter(
        region=region, id__in=[server.server_id for server in servers]
    )
    return dict(known.values_list('id', 'user_id'))


def _count(sums, key, server, hours):
    if not hours:
        return
    row = sums.setdefault(key, [0, 0.0, 0.0, 0.0, 0.0])
    row[0] += 1
    row[1] += hours
    row[2] += hours * server.vcpus
    row[3] += hours * server.ram_mib
    row[4] += hours * server.disk_gib


def _drop_before(region, first):
    states = models.UsageDayState.objects.filter(region=region, day__lt=first)
    for state in states:
        hour_sums.forget(region, state.day)
    states.delete()
    models.UsageDay.objects.filter(region=region, day__lt=first).delete()


def _store(region, day, sums, until):
    """Puts a day in the place of what was read of it before."""
    hour_sums.forget(region, day)
    models.UsageDay.objects.filter(region=region, day=day).delete()
    store.upsert(
        models.UsageDay,
        [
            models.UsageDay(
                region=region,
                day=day,
                project_id=project_id,
                user_id=user_id,
                servers=servers,
                server_hours=hours,
                vcpu_hours=vcpu_hours,
                ram_mib_hours=ram_hours,
                disk_gib_hours=disk_hours,
            )
            for (project_id, user_id), (
                servers,
                hours,
                vcpu_hours,
                ram_hours,
                disk_hours,
            ) in sums.items()
        ],
    )
    end = days_.begin(day + days_.ONE)
    models.UsageDayState.objects.update_or_create(
        region=region,
        day=day,
        defaults={
            'read_until': min(until, end),
            'is_over': until >= end + SETTLED,
        },
    )
