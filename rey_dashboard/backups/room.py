"""What quotas of projects leave for backups and for volumes."""

from collections.abc import Iterable
from collections.abc import Mapping

from django.utils.translation import gettext as _t

from rey_dashboard.inventory import models
from rey_dashboard.inventory import resources

BACKUPS = ('backups', 'backup_gigabytes')
VOLUMES = ('volumes', 'gigabytes')


class Room:
    """Counts what a plan takes of it, project by project.

    A project whose quota is not known is not refused: Cinder will tell.
    """

    def __init__(self, region: str, project_ids: Iterable[str] = ()):
        self._region = region
        self._limits: dict[tuple[str, str], models.Quota] = {}
        self._taken: dict[tuple[str, str], int] = {}
        self.add(project_ids)

    def add(self, project_ids: Iterable[str]) -> None:
        """More projects; of those that are known what was taken stays so."""
        rows = models.Quota.objects.filter(
            region=self._region,
            service=resources.VOLUME,
            project_id__in=set(project_ids),
        ).exclude(limit=None)
        for row in rows:
            self._limits[row.project_id, row.resource] = row

    def take(self, project_id: str, wanted: Mapping[str, int]) -> str:
        """Takes as much; or why it cannot be taken, and nothing is.

        :param wanted: as for ``refuses``
        """
        refused = self.refuses(project_id, wanted)
        if not refused:
            for resource, number in wanted.items():
                key = project_id, resource
                self._taken[key] = self._taken.get(key, 0) + number
        return refused

    def refuses(self, project_id: str, wanted: Mapping[str, int]) -> str:
        """Why there is no room for it beside what was taken.

        :param wanted: by the resource's name in Cinder
        """
        for resource, number in wanted.items():
            row = self._limits.get((project_id, resource))
            if row is None or row.limit < 0:
                continue
            used = self._used(row) + number
            if used > row.limit:
                return _t(
                    'The project’s quota has no room: %(resource)s would be '
                    '%(used)d of %(limit)d.'
                ) % {'resource': resource, 'used': used, 'limit': row.limit}
        return ''

    def _used(self, row):
        taken = self._taken.get((row.project_id, row.resource), 0)
        return (row.in_use or 0) + (row.reserved or 0) + taken
