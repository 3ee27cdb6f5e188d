"""The summary row of each domain: what its projects use together."""

from collections.abc import Iterable

from rey_dashboard.inventory import models
from rey_dashboard.inventory import resources
from rey_dashboard.inventory import store

#: Resources that a domain's row adds up; its columns end in _used and _limit.
RESOURCES = ('servers', 'vcpus', 'ram', 'volumes', 'storage')
#: Above this share of any quota, in percent, a project is nearly full.
NEARLY_FULL = 90


def rebuild(region: str, projects: Iterable[models.ProjectSummary]) -> None:
    """Adds up the projects' rows; those without a domain have one together.

    To be called in a transaction; writes only what changed.
    """
    rows = {
        domain.id: _row(region, domain.id, domain.name)
        for domain in models.Domain.objects.filter(
            region=region, excluded=False
        )
    }
    of_project = {}
    for project in projects:
        row = rows.get(project.domain_id)
        if row is None:
            row = rows[project.domain_id] = _row(
                region, project.domain_id, project.domain_name
            )
        of_project[project.project_id] = row
        _add(row, project)
    for project_id, name, used, limit in _quotas(region):
        if project_id in of_project:
            _add_quota(of_project[project_id], name, used, limit)
    store.replace(models.DomainSummary, region, rows.values())


def _row(region, domain_id, name):
    return models.DomainSummary(
        region=region,
        domain_id=domain_id,
        name=name,
        sort_name=name.casefold() or None,
        **{f'{name}_used': 0 for name in RESOURCES},
    )


def _add(row, project):
    if project.state != models.ProjectSummary.State.GONE:
        row.projects += 1
    row.servers_in_error += project.servers_in_error
    row.projects_nearly_full += (project.fullest_percent or 0) > NEARLY_FULL


def _add_quota(row, name, used, limit):
    setattr(row, f'{name}_used', getattr(row, f'{name}_used') + (used or 0))
    if limit is not None:
        column = f'{name}_limit'
        so_far = getattr(row, column) or 0
        unlimited = -1 in (limit, so_far)
        setattr(row, column, -1 if unlimited else so_far + limit)


def _quotas(region):
    """Project, resource, use and limit of what a domain's row adds up."""
    names = {
        (resource.service, resource.resource): resource.name
        for resource in resources.ALL
        if resource.name in RESOURCES
    }
    rows = models.Quota.objects.filter(
        region=region, resource__in=[name for _service, name in names]
    ).values_list('project_id', 'service', 'resource', 'in_use', 'limit')
    for project_id, service, resource, used, limit in rows.iterator():
        name = names.get((service, resource))
        if name:
            yield project_id, name, used, limit
