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
from django.db.models import OuterRef
from django.db.models import Q
from django.db.models import QuerySet
from django.db.models import Subquery
from django.db.models import Sum
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


def add_up_domains(region: str) -> None:
    """Makes the domains' rows of those of their projects; in a transaction."""
    projects = models.ProjectSummary.objects.filter(region=region)
    domains = dict(projects.values_list('project_id', 'domain_id'))
    names = store.columns(models.ServiceLevel)
    levels = models.ServiceLevel.objects.filter(region=region)
    sums = {}
    for project_id, *row in levels.values_list(*names).iterator():
        domain_id = domains.get(project_id, '')
        so_far = sums.setdefault(domain_id, dict.fromkeys(names[1:], 0))
        for name, number in zip(names[1:], row, strict=True):
            if name.startswith('known'):
                so_far[name] = max(so_far[name], number)
            else:
                so_far[name] += number
    store.replace(
        models.DomainLevel,
        region,
        (
            models.DomainLevel(region=region, domain_id=domain_id, **row)
            for domain_id, row in sums.items()
        ),
    )


def by_project(rows: QuerySet) -> QuerySet:
    """One dictionary a project, with ``percent_7``, ``days_7``, ...

    :param rows: of ``ServiceLevel``
    """
    return _shares(rows, models.ProjectSummary, 'project_id')


def by_domain(rows: QuerySet) -> QuerySet:
    """The same for domains; what belongs to none has the id ''.

    :param rows: of ``DomainLevel``
    """
    return _shares(rows, models.DomainSummary, 'domain_id')


def _shares(rows, summary, key):
    shares = {}
    for span in SPANS:
        shares[f'percent_{span}'] = _share(
            F(f'within_{span}'), F(f'counted_{span}')
        )
        shares[f'days_{span}'] = F(f'known_{span}')
    named = summary.objects.filter(
        region=OuterRef('region'), **{key: OuterRef(key)}
    )
    name = Subquery(named.values('sort_name')[:1])
    return rows.values(key).annotate(sort_name=name, **shares)


def _share(within, counted):
    return Cast(within, FloatField()) * 100 / NullIf(counted, 0)
