"""Service levels: the share of the last days within the target.

A day's share is that of its samples, so a span's share is the sum of what was
within over the sum of what was counted. A day without samples is not known,
and in no share.
"""

from collections.abc import Mapping
import datetime

from django.db.models import Count
from django.db.models import F
from django.db.models import FloatField
from django.db.models import Max
from django.db.models import OuterRef
from django.db.models import Q
from django.db.models import QuerySet
from django.db.models import Subquery
from django.db.models import Sum
from django.db.models import Value
from django.db.models.functions import Cast
from django.db.models.functions import Coalesce
from django.db.models.functions import NullIf

from rey_dashboard.inventory import days
from rey_dashboard.inventory import models
from rey_dashboard.inventory import store

#: In days, the running one included.
SPANS = (7, 30, 90)


def record(region: str, today: datetime.date) -> None:
    """Adds the days of each project up; to be called in a transaction.

    With many projects that takes seconds: once a day, and ``add`` between.
    """
    rows = models.CoverageDay.objects.filter(
        region=region,
        day__gt=today - max(SPANS) * days.ONE,
        day__lte=today,
        counted__gt=0,
    ).order_by()
    sums = {}
    for span in SPANS:
        recent = Q(day__gt=today - span * days.ONE)
        for name in ('within', 'counted'):
            sums[f'{name}_{span}'] = Coalesce(Sum(name, filter=recent), 0)
        sums[f'known_{span}'] = Count('day', filter=recent)
    found = rows.values('region', 'project_id').annotate(
        # By another name than the column's, which the sum would hide.
        **{f'sum_{name}': made for name, made in sums.items()}
    )
    store.replace(
        models.ServiceLevel,
        region,
        (
            models.ServiceLevel(
                **{key.removeprefix('sum_'): row[key] for key in row}
            )
            for row in found.iterator()
        ),
    )


def add(region: str, samples: Mapping[str, Mapping[str, int]]) -> None:
    """Adds samples of the day that ``record`` was called for last.

    :param samples: of projects by id: what is ``within``, of how many that
        are ``counted``, and whether the day was not ``known`` of it before
    """
    rows = models.ServiceLevel.objects.filter(
        region=region, project_id__in=samples
    )
    found = {row.project_id: row for row in rows}
    names = store.columns(models.ServiceLevel)[1:]
    for project_id, sample in samples.items():
        row = found.setdefault(
            project_id,
            models.ServiceLevel(
                region=region, project_id=project_id, **dict.fromkeys(names, 0)
            ),
        )
        for span in SPANS:
            for name, number in sample.items():
                column = f'{name}_{span}'
                setattr(row, column, getattr(row, column) + number)
    store.upsert(models.ServiceLevel, found.values())


def by_project(rows: QuerySet) -> QuerySet:
    """One dictionary a project, with ``percent_7``, ``days_7``, ...

    :param rows: of ``ServiceLevel``
    """
    shares = {}
    for span in SPANS:
        shares[f'percent_{span}'] = _share(
            F(f'within_{span}'), F(f'counted_{span}')
        )
        shares[f'days_{span}'] = F(f'known_{span}')
    return rows.values('project_id').annotate(
        sort_name=_of_project('sort_name'), **shares
    )


def by_domain(rows: QuerySet) -> QuerySet:
    """The same for domains; what belongs to none has the id ''.

    As many days are known as of the project that is known longest.
    """
    shares = {}
    for span in SPANS:
        shares[f'percent_{span}'] = _share(
            Sum(f'within_{span}'), Sum(f'counted_{span}')
        )
        shares[f'days_{span}'] = Max(f'known_{span}')
    grouped = (
        rows.order_by()
        .annotate(
            domain_id=Coalesce(_of_project('domain_id'), Value('')),
            # Before they are grouped, or each project would be a group.
            sort_name=Subquery(
                models.DomainSummary.objects.filter(
                    region=OuterRef('region'),
                    domain_id=OuterRef('domain_id'),
                ).values('sort_name')[:1]
            ),
        )
        .values('region', 'domain_id', 'sort_name')
    )
    return grouped.annotate(**shares)


def _share(within, counted):
    return Cast(within, FloatField()) * 100 / NullIf(counted, 0)


def _of_project(field):
    return Subquery(
        models.ProjectSummary.objects.filter(
            region=OuterRef('region'), project_id=OuterRef('project_id')
        ).values(field)[:1]
    )
