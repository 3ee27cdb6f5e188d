"""What a row of the Projects page shows beside its summary."""

from collections.abc import Iterable
from collections.abc import Sequence

from rey_dashboard.inventory import hours
from rey_dashboard.inventory import models
from rey_dashboard.inventory import resources
from rey_dashboard.pages import tables

#: Of a quota; plain dicts, since there are many and templates read them fast.
NUMBERS = ('in_use', 'limit', 'reserved')
NOT_KNOWN = dict.fromkeys(NUMBERS)
_KEYS = {resource.name: resource.key for resource in resources.ALL}


def load(
    rows: Sequence[models.ProjectSummary],
    region: str,
    coverage: hours.Coverage,
    columns: Sequence[tables.Column] | None = None,
) -> None:
    """Gives each row its ``quotas``, ``hours``, ``trend`` and ``backup``.

    It takes one query each.

    Hours are None when no day of the period was read.

    :param columns: what these show is enough
    """
    ids = [row.project_id for row in rows]
    quotas = _quotas(region, ids, columns)
    trends = _by_project(models.Trend, region, ids)
    backups = {}
    if columns is None or any(column.name == 'backup' for column in columns):
        backups = _by_project(models.ProjectCoverage, region, ids)
    used = hours.of_projects(region, ids, coverage.spans)
    nothing = hours.nothing(coverage)
    for row in rows:
        row.quotas = quotas.get(row.project_id, {})
        row.trend = trends.get(row.project_id)
        row.backup = backups.get(row.project_id)
        row.hours = used.get(row.project_id, nothing)


def show(
    rows: Iterable[models.ProjectSummary], columns: Sequence[tables.Column]
) -> None:
    """Gives each loaded row its ``cells``: pairs of kind and value."""
    for row in rows:
        row.cells = [(column.kind, _value(row, column)) for column in columns]


def _by_project(model, region, ids):
    rows = model.objects.filter(region=region, project_id__in=ids)
    return {row.project_id: row for row in rows}


def _value(row, column):
    key = _key(column)
    if key:
        return row.quotas.get(key, NOT_KNOWN)
    if column.name in hours.MEASURES:
        return row.hours[column.name]
    if column.name == 'errors':
        return row.servers_in_error
    if column.name == 'fullest':
        return row.fullest_service and resources.find(
            row.fullest_service, row.fullest_resource
        )
    return None


def _key(column):
    """The quota that a column shows: ``service.resource``."""
    if column.name.startswith('type:'):
        return f'{resources.VOLUME}.{column.name.removeprefix("type:")}'
    return _KEYS.get(column.name)


def _quotas(region, ids, columns):
    rows = models.Quota.objects.filter(region=region, project_id__in=ids)
    if columns is not None:
        keys = filter(None, map(_key, columns))
        rows = rows.filter(
            resource__in={key.partition('.')[2] for key in keys}
        )
    found = {}
    for project_id, service, resource, *numbers in rows.values_list(
        'project_id', 'service', 'resource', *NUMBERS
    ):
        quotas = found.setdefault(project_id, {})
        quotas[f'{service}.{resource}'] = dict(
            zip(NUMBERS, numbers, strict=True)
        )
    return found
