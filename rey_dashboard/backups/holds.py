"""Backups that this dashboard must not delete, since somebody said so."""

from collections.abc import Iterable
from collections.abc import Mapping

from django.db.models import Q
from django.db.models import QuerySet
from django.utils import timezone

from rey_dashboard.backups import models


def in_force(region: str) -> QuerySet:
    """Those that nobody has ended, and that have not ended by themselves."""
    young = Q(until=None) | Q(until__gt=timezone.now())
    return models.BackupHold.objects.filter(
        young, region=region, ended_at=None
    )


def of(
    region: str, backup_ids: Iterable[str]
) -> Mapping[str, models.BackupHold]:
    """By backup; of several of one the last that was made."""
    rows = in_force(region).filter(backup_id__in=list(backup_ids))
    return {row.backup_id: row for row in rows.order_by('at', 'pk')}
