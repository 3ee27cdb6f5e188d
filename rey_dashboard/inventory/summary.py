"""The summary row of each project and domain: made again with each part."""

from collections.abc import Iterator
import contextlib

from django.db import transaction
from django.db.models import Count
from django.db.models import F
from django.db.models import Window
from django.db.models.functions import RowNumber

from rey_dashboard.inventory import domains as domains_
from rey_dashboard.inventory import models
from rey_dashboard.inventory import owned
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import store

STATES = models.ProjectSummary.State
#: Those whose rows a summary is made of: the others need no new one.
PARTS = frozenset(
    {
        parts.IDENTITY,
        parts.SERVERS,
        parts.VOLUMES,
        parts.SNAPSHOTS,
        parts.BACKUPS,
        parts.COMPUTE_QUOTAS,
        parts.VOLUME_QUOTAS,
        parts.NETWORK,
        parts.HOURS,
    }
)


@contextlib.contextmanager
def rebuilding(region: str, needed: bool = True) -> Iterator[None]:
    """A transaction for the last writes of a part; ends with new rows.

    So a page sees all of a part or nothing of it. Not for two parts at once:
    the later one to end must see what the earlier one changed.

    :param needed: whether the part has changed anything of what the rows are
        made of since it last ended well; not one that ``PARTS`` lacks
    """
    with transaction.atomic():
        yield
        if needed:
            rebuild(region)


def rebuild(region: str) -> None:
    """Makes the region's summary rows from the other tables.

    A project that is gone but still owns something, or had server hours on a
    day that is kept, keeps its row. Projects of excluded domains have none.
    Only what changed is written.
    """
    rows = list(_rows(region, owned.count(region)))
    store.replace(models.ProjectSummary, region, rows)
    domains_.rebuild(region, rows)


def _rows(region, owners):
    projects = _projects(region)
    domains = {
        row.id: row for row in models.Domain.objects.filter(region=region)
    }
    ran = _ran(region)
    errors = _errors(region)
    fullest = _fullest(region)
    unlisted = _unlisted_state(region)
    for project_id in {*projects, *owners, *ran}:
        project = projects.get(project_id)
        domain = domains.get(project['domain_id']) if project else None
        if domain and domain.excluded:
            continue
        row = models.ProjectSummary(
            region=region,
            project_id=project_id,
            state=unlisted,
            servers_in_error=errors.get(project_id, 0),
        )
        if project:
            _describe(row, project, domain)
        if row.state == STATES.DELETED and project_id not in owners:
            if project_id not in ran:
                continue
            row.state = STATES.GONE
        if project_id in fullest:
            (
                row.fullest_percent,
                row.fullest_service,
                row.fullest_resource,
            ) = fullest[project_id]
        yield row


def _describe(row, project, domain):
    row.name = project['name']
    row.sort_name = project['name'].casefold()
    row.domain_id = project['domain_id']
    row.domain_name = domain.name if domain else ''
    row.contact = project['contact']
    if project['gone_at']:
        row.state = STATES.DELETED
    elif project['enabled']:
        row.state = STATES.ENABLED
    else:
        row.state = STATES.DISABLED


def _projects(region):
    rows = models.Project.objects.filter(region=region)
    names = 'id', 'name', 'domain_id', 'contact', 'enabled', 'gone_at'
    return {row['id']: row for row in rows.values(*names).iterator()}


def _unlisted_state(region):
    """What an owner that Keystone did not list is: gone, if it listed all."""
    listed = models.PartState.objects.filter(
        region=region, name=parts.IDENTITY, last_good_at__isnull=False
    ).exists()
    return STATES.DELETED if listed else STATES.UNKNOWN


def _ran(region):
    """Projects with server hours on any day that is kept."""
    return set(
        models.UsageDay.objects.filter(region=region)
        .order_by()
        .values_list('project_id', flat=True)
        .distinct()
    )


def _errors(region):
    return dict(
        models.Server.objects.filter(region=region, status='ERROR')
        .order_by()
        .values_list('project_id')
        .annotate(Count('id'))
    )


def _fullest(region):
    """The quota that each project uses most: percent, service, resource."""
    place = Window(
        RowNumber(),
        partition_by='project_id',
        order_by=(
            F('percent').desc(),
            F('service').desc(),
            F('resource').desc(),
        ),
    )
    rows = (
        models.Quota.objects.filter(region=region, percent__gt=0)
        .annotate(place=place)
        .filter(place=1)
        .values_list('project_id', 'percent', 'service', 'resource')
    )
    return {project_id: quota for project_id, *quota in rows.iterator()}
