"""What the quotas of projects leave for backups that come in."""

import collections
from collections.abc import Iterable
import shlex

from django.utils.translation import gettext as _t

from rey_dashboard.backups import record_entries
from rey_dashboard.inventory import models
from rey_dashboard.inventory import resources
from rey_dashboard.inventory import store


class Room:
    """By what was collected; where no limit is known, there is room.

    Cinder looks for itself, and with the counts of then.
    """

    def __init__(self, region: str, project_ids: Iterable[str]):
        self._left = {}
        for batch in store.batches(project_ids):
            rows = models.Quota.objects.filter(
                region=region,
                project_id__in=batch,
                service=resources.VOLUME,
                resource__in=('backups', 'backup_gigabytes'),
                limit__gte=0,
                in_use__isnull=False,
            )
            for row in rows:
                used = row.in_use + (row.reserved or 0)
                key = row.project_id, row.resource
                self._left[key] = row.limit, row.limit - used
        self._taken = collections.Counter()

    def refuses(
        self, entry: record_entries.Entry, project_id: str
    ) -> tuple[str, str] | None:
        """Why there is no room for it, and what to do then."""
        for resource, more in _needs(entry):
            key = project_id, resource
            if key not in self._left:
                continue
            limit, left = self._left[key]
            if self._taken[key] + more > left:
                return self._full(project_id, resource, limit, left, more)
        return None

    def take(self, entry: record_entries.Entry, project_id: str) -> None:
        for resource, more in _needs(entry):
            self._taken[project_id, resource] += more

    def _full(self, project_id, resource, limit, left, more):
        words = _t(
            'The quota is full: %(resource)s %(limit)d, of which %(left)d are '
            'free; %(taken)d go to records before it, and it needs %(more)d.'
        ) % {
            'resource': resource,
            'limit': limit,
            'left': max(left, 0),
            'taken': self._taken[project_id, resource],
            'more': more,
        }
        return words, _t(
            'Raise the quota. Where Cinder still counts rows that were lost, '
            'let it count anew: cinder-manage quota sync --project-id %s'
        ) % shlex.quote(project_id)


def _needs(entry):
    return ('backups', 1), ('backup_gigabytes', entry.size_gib)
