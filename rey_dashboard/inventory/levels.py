"""Service levels: the share of the last days within the target.

A day's share is that of its samples, so a span's share is the sum of what was
within over the sum of what was counted. A day without samples is not known,
and in no share.
"""

import datetime

from django.db.models import Count
from django.db.models import FloatField
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

#: In days, the running one included.
SPANS = (7, 30, 90)


def by_project(rows: QuerySet, today: datetime.date) -> QuerySet:
    """One dictionary a project; see ``_shares`` for the keys.

    :param rows: of ``CoverageDay``
    """
    return _shares(_recent(rows, today), today, 'project_id').annotate(
        sort_name=_of_project('sort_name')
    )


def by_domain(rows: QuerySet, today: datetime.date) -> QuerySet:
    """The same for domains; what belongs to none has the id ''."""
    rows = _recent(rows, today).annotate(
        domain_id=Coalesce(_of_project('domain_id'), Value('')),
        # Before they are grouped, or each project would be a group.
        sort_name=Subquery(
            models.DomainSummary.objects.filter(
                region=OuterRef('region'), domain_id=OuterRef('domain_id')
            ).values('sort_name')[:1]
        ),
    )
    return _shares(rows, today, 'domain_id', 'sort_name', distinct=True)


def _recent(rows, today):
    first = today - max(SPANS) * days.ONE
    return rows.filter(day__gt=first, day__lte=today).order_by()


def _shares(rows, today, *keys, distinct=False):
    """``percent_7`` and ``days_7`` (how many are known) of each span.

    :param distinct: a group has more than one row a day; it costs time
    """
    shares = {}
    for span in SPANS:
        recent = Q(day__gt=today - span * days.ONE)
        within = Sum('within', filter=recent)
        counted = Sum('counted', filter=recent)
        shares[f'percent_{span}'] = (
            Cast(within, FloatField()) * 100 / NullIf(counted, 0)
        )
        shares[f'days_{span}'] = Count(
            'day', filter=recent & Q(counted__gt=0), distinct=distinct
        )
    return rows.values('region', *keys).annotate(**shares)


def _of_project(field):
    return Subquery(
        models.ProjectSummary.objects.filter(
            region=OuterRef('region'), project_id=OuterRef('project_id')
        ).values(field)[:1]
    )
