"""The summary row of each project: made again whenever a part changed."""

from collections.abc import Iterator
import contextlib
import threading

from django.db import transaction
from django.db.models import Count
from django.db.models import Sum

from rey_dashboard.inventory import models
from rey_dashboard.inventory import store

STATES = models.ProjectSummary.State

#: Summary columns ("used" and "limit") -> service and resource of the quota.
RESOURCES = {
    ('servers_used', 'servers_limit'): ('compute', 'instances'),
    ('vcpus_used', 'vcpus_limit'): ('compute', 'cores'),
    ('ram_used_mib', 'ram_limit_mib'): ('compute', 'ram'),
    ('volumes_used', 'volumes_limit'): ('volume', 'volumes'),
    ('storage_used_gib', 'storage_limit_gib'): ('volume', 'gigabytes'),
}

# Parts are read side by side, but the later one to end must see what the
# earlier one changed.
_ONE_AT_A_TIME = threading.Lock()


@contextlib.contextmanager
def rebuilding(region: str) -> Iterator[None]:
    """A transaction for the last writes of a part; ends with new rows.

    So a page sees all of a part or nothing of it.
    """
    with _ONE_AT_A_TIME, transaction.atomic():
        yield
        rebuild(region)


def rebuild(region: str) -> None:
    """Makes the region's summary rows from the other tables.

    A project that is gone but still owns servers or volumes keeps its row.
    Projects of excluded domains have none.
    """
    projects = _by_id(models.Project, region)
    domains = _by_id(models.Domain, region)
    owned = _owned(region)
    quotas = _quotas(region)
    unlisted = _unlisted_state(region)
    rows = []
    for project_id in {*projects, *owned}:
        project = projects.get(project_id)
        domain = domains.get(project.domain_id) if project else None
        if domain and domain.excluded:
            continue
        if project and project.gone_at and project_id not in owned:
            continue
        numbers = owned.get(project_id, {}) | quotas.get(project_id, {})
        row = models.ProjectSummary(
            region=region, project_id=project_id, state=unlisted, **numbers
        )
        if project:
            _describe(row, project, domain)
        rows.append(row)
    models.ProjectSummary.objects.filter(region=region).delete()
    models.ProjectSummary.objects.bulk_create(rows, batch_size=store.BATCH)


def _describe(row, project, domain):
    row.name = project.name
    row.sort_name = project.name.casefold()
    row.domain_id = project.domain_id
    row.domain_name = domain.name if domain else ''
    if project.gone_at:
        row.state = STATES.DELETED
    elif project.enabled:
        row.state = STATES.ENABLED
    else:
        row.state = STATES.DISABLED


def _by_id(model, region):
    return {row.id: row for row in model.objects.filter(region=region)}


def _unlisted_state(region):
    """What an owner that Keystone did not list is: gone, if it listed all."""
    listed = models.PartState.objects.filter(
        region=region, name='identity', last_good_at__isnull=False
    ).exists()
    return STATES.DELETED if listed else STATES.UNKNOWN


def _owned(region):
    """What the listings say of each owner: the use, until a quota is read."""
    owned = {}
    servers = models.Server.objects.filter(region=region)
    for project_id, count, vcpus, ram in servers.values_list(
        'project_id'
    ).annotate(Count('id'), Sum('vcpus'), Sum('ram_mib')):
        owned[project_id] = {
            'servers_used': count,
            'vcpus_used': vcpus,
            'ram_used_mib': ram,
        }
    volumes = models.Volume.objects.filter(region=region)
    for project_id, count, size in volumes.values_list('project_id').annotate(
        Count('id'), Sum('size_gib')
    ):
        owned.setdefault(project_id, {}).update(
            volumes_used=count, storage_used_gib=size
        )
    return owned


def _quotas(region):
    columns = {resource: pair for pair, resource in RESOURCES.items()}
    quotas = {}
    rows = models.Quota.objects.filter(
        region=region, resource__in=[name for _, name in columns]
    ).values_list('project_id', 'service', 'resource', 'in_use', 'limit')
    for project_id, service, resource, in_use, limit in rows:
        if (service, resource) in columns:
            used, allowed = columns[service, resource]
            quotas.setdefault(project_id, {}).update(
                {used: in_use, allowed: limit}
            )
    return quotas
