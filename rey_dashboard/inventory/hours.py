"""Server hours added up over whole days, for pages and exports."""

from collections.abc import Iterable
import dataclasses
import datetime

from django.db.models import F
from django.db.models import FloatField
from django.db.models import OuterRef
from django.db.models import Subquery
from django.db.models import Sum
from django.db.models import Value
from django.db.models.functions import Coalesce

from rey_dashboard.inventory import models

#: For more projects than this the database is asked for all of them: it
#: limits the parameters of a query.
FEW = 500

MEASURES = ('server_hours', 'vcpu_hours', 'ram_mib_hours', 'disk_gib_hours')


@dataclasses.dataclass(frozen=True)
class Coverage:
    """What of a period was read.

    :param known: days that were read, the running one included
    :param running_until: up to when the running day was read, if it is within
    """

    days: int
    known: int
    running_until: datetime.datetime | None

    @property
    def missing(self) -> int:
        return self.days - self.known


def coverage(region: str, period) -> Coverage:
    """How much of a period (``first``, ``last``, ``length``) is known."""
    states = models.UsageDayState.objects.filter(
        region=region, day__range=(period.first, period.last)
    )
    running = [state.read_until for state in states if not state.is_over]
    return Coverage(period.length, len(states), max(running, default=None))


def nothing(coverage: Coverage) -> dict:
    """The hours of what ran nothing; unknown when no day was read."""
    return dict.fromkeys(MEASURES, 0.0 if coverage.known else None)


def sums() -> dict:
    """Aggregates of ``UsageDay`` by the names of MEASURES."""
    return {f'total_{name}': Sum(name) for name in MEASURES}


def of_projects(region: str, project_ids: Iterable[str], period) -> dict:
    """Project id -> {measure: hours}; a project that ran nothing is absent."""
    wanted = list(project_ids)
    rows = _within(models.UsageDay.objects.filter(region=region), period)
    if len(wanted) <= FEW:
        rows = rows.filter(project_id__in=wanted)
    rows = rows.order_by().values('project_id').annotate(**sums())
    return {row['project_id']: measures(row) for row in rows}


def of_domains(region: str, domain_ids: Iterable[str], period) -> dict:
    """Domain id -> {measure: hours}; a domain that ran nothing is absent."""
    domains = dict(
        models.ProjectSummary.objects.filter(
            region=region, domain_id__in=list(domain_ids)
        ).values_list('project_id', 'domain_id')
    )
    found = {}
    for project_id, hours in of_projects(region, domains, period).items():
        total = found.setdefault(
            domains[project_id], dict.fromkeys(MEASURES, 0.0)
        )
        for name in MEASURES:
            total[name] += hours[name]
    return found


def of_project(measure: str, period) -> Subquery:
    """An expression over projects' rows, to sort by; nothing counts as 0."""
    return _total(
        _within(
            models.UsageDay.objects.filter(
                region=OuterRef('region'), project_id=OuterRef('project_id')
            ),
            period,
        ),
        measure,
    )


def of_domain(measure: str, period) -> Subquery:
    """The same over domains' rows."""
    projects = models.ProjectSummary.objects.filter(
        region=OuterRef(OuterRef('region')),
        domain_id=OuterRef(OuterRef('domain_id')),
    )
    return _total(
        _within(
            models.UsageDay.objects.filter(
                region=OuterRef('region'),
                project_id__in=projects.values('project_id'),
            ),
            period,
        ),
        measure,
    )


def measures(row: dict) -> dict:
    """The sums of a row under their own names; none at all is 0."""
    return {name: row[f'total_{name}'] or 0.0 for name in MEASURES}


def _within(rows, period):
    return rows.filter(day__range=(period.first, period.last))


def _total(rows, measure):
    total = (
        rows.order_by()
        .values(same=F('region'))
        .annotate(total=Sum(measure))
        .values('total')
    )
    return Coalesce(Subquery(total, output_field=FloatField()), Value(0.0))
