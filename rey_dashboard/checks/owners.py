"""The projects that findings are of: their names, and which are left out."""

from rey_dashboard.inventory import models
from rey_dashboard.inventory import projects


class Owners:
    """Those of a region, also of before; two queries."""

    def __init__(self, region: str):
        rows = models.Project.objects.filter(region=region)
        self._names = dict(rows.values_list('id', 'name').iterator())
        self._left_out = projects.left_out(region)

    def name(self, project_id: str) -> str:
        """Nothing for one that nobody knows."""
        return self._names.get(project_id, '')

    def counts(self, project_id: str) -> bool:
        """False for those of domains that ``EXCLUDE_DOMAINS`` names."""
        return project_id not in self._left_out
