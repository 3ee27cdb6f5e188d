"""Names of what rows belong to, for all rows of a page at once."""

from collections.abc import Iterable

from rey_dashboard.inventory import models


def of_projects(region: str, ids: Iterable[str]) -> dict[str, str]:
    """Id -> name, of those that are known; also of before."""
    return _of(models.Project, region, ids)


def of_domains(region: str, ids: Iterable[str]) -> dict[str, str]:
    """The same of domains."""
    return _of(models.Domain, region, ids)


def _of(model, region, ids):
    rows = model.objects.filter(
        region=region, id__in={one for one in ids if one}
    )
    return dict(rows.values_list('id', 'name'))
