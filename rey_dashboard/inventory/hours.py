"""Server hours added up over whole days, for pages and exports."""

from collections.abc import Iterable
from collections.abc import Sequence
import dataclasses
import datetime

from django.db.models import F
from django.db.models import FloatField
from django.db.models import OuterRef
from django.db.models import QuerySet
from django.db.models import Subquery
from django.db.models import Sum
from django.db.models import Value
from django.db.models.expressions import Expression
from django.db.models.functions import Coalesce
from django.utils import timezone

from rey_dashboard.inventory import days as days_
from rey_dashboard.inventory import hour_sums
from rey_dashboard.inventory import models

#: For more projects than this the database is asked for all of them: it
#: limits the parameters of a query.
FEW = 500

MEASURES = hour_sums.MEASURES
KINDS = hour_sums.KINDS


@dataclasses.dataclass(frozen=True)
class Span:
    """Days that are added up together.

    :param ready: they were added up beforehand
    """

    days: hour_sums.Period
    ready: bool = False


@dataclasses.dataclass(frozen=True)
class Coverage:
    """What of a period was read.

    :param known: days that were read, the running one included
    :param running_until: up to when the running day was read, if it is within
    :param spans: all of its days
    """

    days: int
    known: int
    running_until: datetime.datetime | None
    spans: tuple[Span, ...]

    @property
    def missing(self) -> int:
        return self.days - self.known

    @property
    def ready(self) -> bool:
        """Nothing of it is to be added up any more."""
        return all(span.ready for span in self.spans)


def coverage(region: str, period: hour_sums.Period) -> Coverage:
    """How much of a period is known, and what of it is ready."""
    states = models.UsageDayState.objects.filter(
        region=region, day__range=(period.first, period.last)
    )
    running = [state.read_until for state in states if not state.is_over]
    return Coverage(
        days=period.length,
        known=len(states),
        running_until=max(running, default=None),
        spans=_spans(region, period),
    )


def _spans(region, period):
    over = hour_sums.over(period, days_.of(timezone.now()))
    if not over or not hour_sums.are_ready(region, over):
        return (Span(period),)
    if over == period:
        return (Span(period, ready=True),)
    rest = hour_sums.Period(over.last + days_.ONE, period.last)
    return Span(over, ready=True), Span(rest)


def nothing(coverage: Coverage) -> dict:
    """The hours of what ran nothing; unknown when no day was read."""
    return dict.fromkeys(MEASURES, 0.0 if coverage.known else None)


def of_projects(
    region: str, project_ids: Iterable[str], spans: Iterable[Span]
) -> dict:
    """Project id -> {measure: hours}; a project that ran nothing is absent."""
    wanted = list(project_ids)
    return _together(
        _ready(region, wanted, span.days, KINDS.PROJECT)
        if span.ready
        else _live(region, wanted, span.days)
        for span in spans
    )


def of_domains(
    region: str, domain_ids: Iterable[str], spans: Iterable[Span]
) -> dict:
    """Domain id -> {measure: hours}; a domain that ran nothing is absent."""
    wanted = list(domain_ids)
    return _together(
        _ready(region, wanted, span.days, KINDS.DOMAIN)
        if span.ready
        else _live_of_domains(region, wanted, span.days)
        for span in spans
    )


def of_users(region: str, spans: Iterable[Span]) -> QuerySet:
    """The ready sums of all users, as dictionaries: one row a user.

    :param spans: a single one, which is ready
    """
    (span,) = spans
    rows = hour_sums.of(region, span.days, KINDS.USER)
    return rows.values(
        'projects',
        user_id=F('owner_id'),
        **{f'total_{name}': F(name) for name in MEASURES},
    )


def of_project(measure: str, spans: Sequence[Span]) -> Expression:
    """An expression over projects' rows, to sort by; nothing counts as 0."""
    own = models.UsageDay.objects.filter(
        region=OuterRef('region'), project_id=OuterRef('project_id')
    )
    return _sum(measure, spans, KINDS.PROJECT, 'project_id', own)


def of_domain(measure: str, spans: Sequence[Span]) -> Expression:
    """The same over domains' rows."""
    projects = models.ProjectSummary.objects.filter(
        region=OuterRef(OuterRef('region')),
        domain_id=OuterRef(OuterRef('domain_id')),
    )
    own = models.UsageDay.objects.filter(
        region=OuterRef('region'),
        project_id__in=projects.values('project_id'),
    )
    return _sum(measure, spans, KINDS.DOMAIN, 'domain_id', own)


def measures(row: dict) -> dict:
    """The sums of a row under their own names; none at all is 0."""
    return {name: row[f'total_{name}'] or 0.0 for name in MEASURES}


def _together(found):
    total = {}
    for part in found:
        for key, hours in part.items():
            so_far = total.setdefault(key, dict.fromkeys(MEASURES, 0.0))
            for name in MEASURES:
                so_far[name] += hours[name]
    return total


def _live(region, wanted, period):
    rows = _within(models.UsageDay.objects.filter(region=region), period)
    if len(wanted) <= FEW:
        rows = rows.filter(project_id__in=wanted)
    rows = rows.order_by().values('project_id').annotate(**hour_sums.sums())
    wanted = set(wanted)
    return {
        row['project_id']: measures(row)
        for row in rows
        if row['project_id'] in wanted
    }


def _live_of_domains(region, wanted, period):
    domains = dict(
        models.ProjectSummary.objects.filter(
            region=region, domain_id__in=wanted
        ).values_list('project_id', 'domain_id')
    )
    return _together(
        {domains[project_id]: hours}
        for project_id, hours in _live(region, domains, period).items()
    )


def _ready(region, wanted, period, kind):
    rows = hour_sums.of(region, period, kind)
    if len(wanted) <= FEW:
        rows = rows.filter(owner_id__in=wanted)
    wanted = set(wanted)
    return {
        owner_id: dict(zip(MEASURES, values, strict=True))
        for owner_id, *values in rows.values_list('owner_id', *MEASURES)
        if owner_id in wanted
    }


def _sum(measure, spans, kind, owner, own):
    total = Value(0.0)
    for span in spans:
        if span.ready:
            row = hour_sums.of(OuterRef('region'), span.days, kind)
            row = row.filter(owner_id=OuterRef(owner))
            found = row.values(measure)[:1]
        else:
            found = _summed(_within(own, span.days), measure)
        found = Subquery(found, output_field=FloatField())
        total = total + Coalesce(found, Value(0.0))
    return total


def _within(rows, period):
    return rows.filter(day__range=(period.first, period.last))


def _summed(rows, measure):
    return (
        rows.order_by()
        .values(same=F('region'))
        .annotate(total=Sum(measure))
        .values('total')
    )
