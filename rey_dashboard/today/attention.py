"""What needs attention, the worst first; many of one check as one row."""

from collections.abc import Sequence
import dataclasses
import functools

from django.db.models import Count
from django.db.models import F
from django.db.models import Q
from django.db.models import QuerySet
from django.db.models import Sum
from django.db.models import Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils import http
from django.utils import timezone

from rey_dashboard.checks import models
from rey_dashboard.checks import registry
from rey_dashboard.checks import showing
from rey_dashboard.pages import names
from rey_dashboard.today import acting

#: More of one check than these are one row.
ALONE = 3
#: Rows on the page; the list has all.
MOST = 25
#: What a user has to do himself, before all others.
MOST_MINE = 10
SEVERITY = models.Finding.Severity
#: Beside the colour and the word.
ICONS = {
    SEVERITY.CRITICAL: 'fa-times-circle',
    SEVERITY.ERROR: 'fa-exclamation-circle',
    SEVERITY.WARNING: 'fa-exclamation-triangle',
    SEVERITY.NOTE: 'fa-info-circle',
}
#: The worst first; what somebody knows of comes behind its equals.
ORDER = (
    'severity',
    F('acknowledged_at').asc(nulls_first=True),
    'opened_at',
    'id',
)


@dataclasses.dataclass(frozen=True)
class Row:
    """One finding.

    :param project: its project's name, or its id
    :param change: the task that may mend it
    """

    finding: models.Finding
    title: str
    project: str
    page: str
    change: registry.Change | None
    may_act: bool

    @property
    def severity(self):
        return self.finding.severity

    @property
    def key(self):
        known = bool(self.finding.acknowledged_at)
        return self.severity, known, -self.finding.hits, self.finding.pk


@dataclasses.dataclass(frozen=True)
class Group:
    """Many findings of one check.

    :param counts: pairs of a severity's word and number, the worst first
    :param first: the worst of them
    """

    check_name: str
    label: str
    count: int
    severity: int
    counts: Sequence[tuple[str, int]]
    hits: int
    hits_what: str
    first: Sequence[Row]
    address: str

    @property
    def key(self):
        return self.severity, False, -self.hits, 0


@dataclasses.dataclass(frozen=True)
class Attention:
    """What the page tells.

    :param mine: what is assigned to the user, before all others
    :param rows: findings and groups, the worst first
    :param left_out: findings that are on the list alone
    :param snoozed: findings that are open and asleep
    :param worst: the worst severity, by area
    """

    mine: Sequence[Row]
    rows: Sequence[Row | Group]
    count: int
    left_out: int
    snoozed: int
    worst: dict[str, int]

    @property
    def is_quiet(self) -> bool:
        return not self.count


def of(request, findings: QuerySet, mine_first: bool) -> Attention:
    """In four queries, however many there are.

    :param findings: those that the user may see
    :param mine_first: what is assigned to him comes before all
    """
    every = _sums(findings)
    sums = [row for row in every if row['count']]
    awake = findings.awake()
    mine = []
    if mine_first:
        own = awake.filter(assignee_id=request.user.id).order_by(*ORDER)
        mine = list(own[:MOST_MINE])
    first = _first(awake) if sums else {}
    to_show = functools.partial(_row, request, _names(request, mine, first))
    own = {row.pk for row in mine}
    rows = sorted(_rows(sums, first, own, to_show), key=lambda row: row.key)
    count = sum(row['count'] for row in sums)
    return Attention(
        mine=[to_show(row) for row in mine],
        rows=rows[:MOST],
        count=count,
        left_out=sum(
            row.count if isinstance(row, Group) else 1 for row in rows[MOST:]
        ),
        snoozed=sum(row['open'] for row in every) - count,
        worst=_worst(sums),
    )


def _sums(findings):
    """By check, severity and what they hit; the worst first.

    All that is counted is counted in one walk over them.
    """
    awake = Q(snoozed_until=None) | Q(snoozed_until__lte=timezone.now())
    by = ('check_name', 'severity', 'hits_what')
    return list(
        findings.open()
        .order_by('severity', 'check_name', 'hits_what')
        .values(*by)
        .annotate(
            open=Count('pk'),
            count=Count('pk', filter=awake),
            hits_=Sum('hits', filter=awake, default=0),
        )
    )


def _worst(sums):
    worst = {}
    for row in sums:
        area = registry.installed()[row['check_name']].area
        worst.setdefault(area, row['severity'])
    return worst


def _first(awake):
    """The worst findings of each check."""
    place = Window(RowNumber(), partition_by='check_name', order_by=ORDER)
    # Only what sorts goes through the window, and not the evidence.
    ids = awake.annotate(place=place).filter(place__lte=ALONE)
    ids = list(ids.values_list('pk', flat=True))
    found = {}
    for row in models.Finding.objects.filter(pk__in=ids).order_by(*ORDER):
        found.setdefault(row.check_name, []).append(row)
    return found


def _names(request, mine, first):
    every = [*mine, *(row for rows in first.values() for row in rows)]
    region = request.user.services_region or ''
    return names.of_projects(region, {row.project_id for row in every})


def _rows(sums, first, own, to_show):
    by_check = {}
    for row in sums:
        by_check.setdefault(row['check_name'], []).append(row)
    for name, told in by_check.items():
        shown = [to_show(row) for row in first.get(name, ())]
        if sum(row['count'] for row in told) > ALONE:
            yield _group(name, told, shown)
        else:
            yield from (row for row in shown if row.finding.pk not in own)


def _group(name, told, first):
    counts = {}
    for row in told:
        counts[row['severity']] = counts.get(row['severity'], 0) + row['count']
    listed = reverse('horizon:rey:today:findings')
    query = http.urlencode({'check': name, 'state': 'awake'})
    whats = {row['hits_what'] for row in told}
    return Group(
        check_name=name,
        label=registry.installed()[name].label,
        count=sum(counts.values()),
        severity=min(counts),
        counts=[
            (SEVERITY(severity).label, number)
            for severity, number in sorted(counts.items())
        ],
        # Different things cannot be added up.
        hits=sum(row['hits_'] for row in told) if len(whats) == 1 else 0,
        hits_what=whats.pop(),
        first=first,
        address=f'{listed}?{query}',
    )


def _row(request, projects, finding):
    return Row(
        finding=finding,
        title=showing.title(finding),
        project=projects.get(finding.project_id) or finding.project_id,
        page=showing.page(finding),
        change=acting.change(request, finding),
        may_act=acting.may_act(request, finding),
    )
