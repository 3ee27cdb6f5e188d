"""The last days of each project in one ready row, for sparklines and order."""

import datetime

from django.db.models import Sum
from django.utils import timezone

from rey_dashboard.inventory import days as days_
from rey_dashboard.inventory import history
from rey_dashboard.inventory import models
from rey_dashboard.inventory import store

#: Values of a trend, the running day included.
DAYS = 30


def rebuild(region: str, now: datetime.datetime | None = None) -> None:
    """Makes the region's trends anew; the caller holds a transaction."""
    days = days_.last(DAYS, now or timezone.now())
    read = days_.hours_read(region, days[0])
    unknown = [0.0 if day in read else None for day in days]
    place = {day: number for number, day in enumerate(days)}
    trends = {}
    for project_id, day, hours in _vcpu_hours(region, days[0]):
        if day in read and day in place:
            values = trends.setdefault(project_id, list(unknown))
            values[place[day]] = round(hours / read[day], 2)
    for project_id, day, mean in history.means(
        region, 'compute.cores', days[0]
    ):
        if day in place:
            values = trends.setdefault(project_id, list(unknown))
            values[place[day]] = round(mean, 2)
    store.replace(
        models.Trend,
        region,
        (
            models.Trend(
                region=region,
                project_id=project_id,
                vcpus=values,
                vcpus_change=_change(values),
            )
            for project_id, values in trends.items()
        ),
    )


def _vcpu_hours(region, first):
    return (
        models.UsageDay.objects.filter(region=region, day__gte=first)
        .order_by()
        .values_list('project_id', 'day')
        .annotate(Sum('vcpu_hours'))
        .iterator()
    )


def _change(values):
    now, then = values[-1], values[-1 - history.WEEK]
    if now is None or then is None:
        return None
    return round(now - then, 2)
