"""How long backups took to make: read once, and kept.

That of a backup is known by its ``updated_at`` alone, which Cinder moves again
when an export takes its record, and when one that builds on it comes or goes
(cinder 29, both tried).
"""

from collections.abc import Iterable
import dataclasses

from django.db.models import Q

from rey_dashboard.cloud import volume
from rey_dashboard.inventory import models


def kept(region: str, rows: Iterable[volume.Backup]) -> list[volume.Backup]:
    """The same, each with the time that was read when it became available."""
    rows = list(rows)
    read = Q(status='available') | Q(took__isnull=False)
    known = models.Backup.objects.filter(
        read, region=region, id__in=[row.id for row in rows]
    )
    took = dict(known.values_list('id', 'took'))
    return [
        dataclasses.replace(row, took=took.get(row.id, row.took))
        for row in rows
    ]
