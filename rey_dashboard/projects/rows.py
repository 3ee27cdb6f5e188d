"""What a row of the Projects page shows beside its summary."""

from collections.abc import Iterable
from collections.abc import Sequence

from rey_dashboard.inventory import hours
from rey_dashboard.inventory import models
from rey_dashboard.inventory import resources
from rey_dashboard.pages import tables

_KEYS = {resource.name: resource.key for resource in resources.ALL}


def load(
    rows: Sequence[models.ProjectSummary],
    region: str,
    period,
    coverage: hours.Coverage,
) -> None:
    """Gives each row its ``quotas``, ``hours`` and ``trend``, in 3 queries.

    Hours are None when no day of the period was read.
    """
    ids = [row.project_id for row in rows]
    quotas = _quotas(region, ids)
    trends = {
        trend.project_id: trend
        for trend in models.Trend.objects.filter(
            region=region, project_id__in=ids
        )
    }
    known = coverage.known
    used = hours.of_projects(region, ids, period) if known else {}
    nothing = dict.fromkeys(hours.MEASURES, 0.0 if known else None)
    for row in rows:
        row.quotas = quotas.get(row.project_id, {})
        row.trend = trends.get(row.project_id)
        row.hours = used.get(row.project_id, nothing)


def show(
    rows: Iterable[models.ProjectSummary], columns: Sequence[tables.Column]
) -> None:
    """Gives each loaded row its ``cells``: (column, value) pairs."""
    for row in rows:
        row.cells = [(column, _value(row, column)) for column in columns]


def _value(row, column):
    key = _key(column)
    if key:
        return row.quotas.get(key) or models.Quota()  # nothing is known
    if column.name in hours.MEASURES:
        return row.hours[column.name]
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


def _quotas(region, ids):
    found = {}
    for quota in models.Quota.objects.filter(
        region=region, project_id__in=ids
    ):
        key = f'{quota.service}.{quota.resource}'
        found.setdefault(quota.project_id, {})[key] = quota
    return found
