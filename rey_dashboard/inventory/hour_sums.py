"""Server hours of the periods that pages offer, added up beforehand.

A month of a large cloud has millions of rows of ``UsageDay``. Only days that
are over are added up: the running one changes with each collection.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
import dataclasses
import datetime

from django.db import transaction
from django.db.models import Count
from django.db.models import OuterRef
from django.db.models import QuerySet
from django.db.models import Subquery
from django.db.models import Sum
from django.db.models import Value
from django.db.models.functions import Coalesce

from rey_dashboard.inventory import days as days_
from rey_dashboard.inventory import models
from rey_dashboard.inventory import store

KINDS = models.PeriodHours.Kind
MEASURES = ('server_hours', 'vcpu_hours', 'ram_mib_hours', 'disk_gib_hours')
TODAY, WEEK, THIRTY = 'today', '7', '30'
MONTH, LAST_MONTH = 'month', 'last-month'


@dataclasses.dataclass(frozen=True)
class Period:
    """Whole UTC days, both ends included."""

    first: datetime.date
    last: datetime.date

    @property
    def length(self) -> int:
        """In days."""
        return (self.last - self.first).days + 1


def named(today: datetime.date) -> dict[str, Period]:
    """The periods that pages offer; the last days end with yesterday."""
    yesterday = today - days_.ONE
    month = today.replace(day=1)
    before = month - days_.ONE
    return {
        TODAY: Period(today, today),
        WEEK: Period(today - 7 * days_.ONE, yesterday),
        THIRTY: Period(today - 30 * days_.ONE, yesterday),
        MONTH: Period(month, today),
        LAST_MONTH: Period(before.replace(day=1), before),
    }


def over(period: Period, today: datetime.date) -> Period | None:
    """The days of it that are over."""
    if period.first >= today:
        return None
    return Period(period.first, min(period.last, today - days_.ONE))


def of(region: str, period: Period, kind: str) -> QuerySet:
    """The ready rows of a period; none when it has no ready rows."""
    return _of(region, period).filter(kind=kind)


def are_ready(region: str, period: Period) -> bool:
    return of(region, period, KINDS.PROJECT).exists()


def forget(region: str, day: datetime.date) -> None:
    """Drops what a day is part of: to be called as the day is written anew."""
    _all(region).filter(first__lte=day, last__gte=day).delete()


def rebuild(
    region: str,
    today: datetime.date,
    writing: Callable[[], AbstractContextManager] = transaction.atomic,
) -> None:
    """Adds up what is wanted and not there; not to be called in a transaction.

    Adding up takes long, so that nothing else should wait for it. Until it is
    done pages add up themselves.

    :param writing: the transaction of each period's rows
    """
    # Two names may mean the same days.
    periods = {over(period, today) for period in named(today).values()}
    periods.discard(None)
    ends = _all(region).order_by().values_list('first', 'last').distinct()
    there = {Period(*both) for both in ends}
    for period in there - periods:
        with writing():
            _of(region, period).delete()
    for period in sorted(periods, key=lambda period: period.first):
        if period not in there:
            _add_up(region, period, writing)
        _add_up_domains(region, period, writing)


def _all(region):
    return models.PeriodHours.objects.filter(region=region)


def _of(region, period):
    return _all(region).filter(first=period.first, last=period.last)


def _add_up(region, period, writing):
    days = models.UsageDay.objects.filter(
        region=region, day__range=(period.first, period.last)
    ).order_by()
    by_project = days.values_list('project_id').annotate(
        owned=Value(1), **sums()
    )
    users = days.values_list('user_id').annotate(
        owned=Count('project_id', distinct=True), **sums()
    )
    found = {KINDS.PROJECT: list(by_project), KINDS.USER: list(users)}
    with writing():
        for kind, rows in found.items():
            _write(region, period, kind, rows)


def _add_up_domains(region, period, writing):
    """Each time: a project may have become known meanwhile."""
    domain = models.Project.objects.filter(
        region=OuterRef('region'), id=OuterRef('owner_id')
    ).values('domain_id')
    found = (
        of(region, period, KINDS.PROJECT)
        .order_by()
        .annotate(domain=Coalesce(Subquery(domain), Value('')))
        .values_list('domain')
        .annotate(owned=Count('owner_id'), **sums())
    )
    there = of(region, period, KINDS.DOMAIN)
    rows = sorted(found)
    if rows != sorted(there.values_list('owner_id', 'projects', *MEASURES)):
        with writing():
            there.delete()
            _write(region, period, KINDS.DOMAIN, rows)


def sums() -> dict:
    """Aggregates of rows with hours, by the names of MEASURES.

    Under another name than the column's, which the sum would hide.
    """
    return {f'total_{name}': Sum(name) for name in MEASURES}


def _write(region, period, kind, found):
    rows = (
        models.PeriodHours(
            region=region,
            first=period.first,
            last=period.last,
            kind=kind,
            owner_id=owner_id,
            projects=projects,
            **dict(zip(MEASURES, hours, strict=True)),
        )
        for owner_id, projects, *hours in found
    )
    for batch in store.batches(rows, store.BATCH):
        models.PeriodHours.objects.bulk_create(batch)
