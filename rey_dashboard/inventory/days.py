"""UTC days, as the hours and the history of projects are kept."""

import datetime

from rey_dashboard.inventory import models

ONE = datetime.timedelta(days=1)
_HOUR = datetime.timedelta(hours=1)


def of(time: datetime.datetime) -> datetime.date:
    return time.astimezone(datetime.UTC).date()


def begin(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(), datetime.UTC)


def last(count: int, now: datetime.datetime) -> list[datetime.date]:
    """The last days, in order, with the running one at the end."""
    today = of(now)
    return [today - ONE * back for back in reversed(range(count))]


def hours_read(region: str, since: datetime.date) -> dict:
    """Day -> how many hours of it were read; a day never read is absent.

    24 for a day that is over, fewer for the running one.
    """
    states = models.UsageDayState.objects.filter(region=region, day__gte=since)
    return {
        state.day: (state.read_until - begin(state.day)) / _HOUR
        for state in states
        if state.read_until > begin(state.day)
    }
