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
        #: Limit, and what is used and reserved of it.
        self._told: dict[tuple[str, str], tuple[int, int]] = {}
        self._taken: dict[tuple[str, str], int] = {}
        self.add(project_ids)

    def add(self, project_ids: Iterable[str]) -> None:
        """More projects; of those that are known what was taken stays so."""
        rows = models.Quota.objects.filter(
            region=self._region,
            service=resources.VOLUME,
            resource__in=(*BACKUPS, *VOLUMES),
            project_id__in=set(project_ids),
        ).exclude(limit=None)
        for project_id, resource, limit, in_use, reserved in rows.values_list(
            'project_id', 'resource', 'limit', 'in_use', 'reserved'
        ):
            used = (in_use or 0) + (reserved or 0)
            self._told[project_id, resource] = limit, used

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

    def left(self, project_id: str, resource: str) -> int | None:
        """None where there is no limit, and where it is not known."""
        key = project_id, resource
        limit, used = self._told.get(key, (-1, 0))
        if limit < 0:
            return None
        return limit - used - self._taken.get(key, 0)

    def refuses(self, project_id: str, wanted: Mapping[str, int]) -> str:
        """Why there is no room for it beside what was taken.

        :param wanted: by the resource's name in Cinder
        """
        for resource, number in wanted.items():
            left = self.left(project_id, resource)
            if left is not None and number > left:
                limit, _used = self._told[project_id, resource]
                return _t(
                    'The project’s quota has no room: %(resource)s would be '
                    '%(used)d of %(limit)d.'
                ) % {
                    'resource': resource,
                    'used': limit - left + number,
                    'limit': limit,
                }
        return ''
