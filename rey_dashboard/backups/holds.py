"""Backups that this dashboard must not delete, since somebody said so."""

from collections.abc import Iterable
from collections.abc import Mapping

from django.utils.translation import gettext as _t

from rey_dashboard.inventory import models
from rey_dashboard.tasks import kinds


def of(
    region: str, backup_ids: Iterable[str]
) -> Mapping[str, models.BackupHold]:
    """By backup; of several of one the last that was made."""
    rows = models.BackupHold.objects.in_force(region)
    rows = rows.filter(backup_id__in=list(backup_ids))
    return {row.backup_id: row for row in rows.order_by('at', 'pk')}


def refused(hold: models.BackupHold) -> str:
    """Why what is on hold is not deleted."""
    return _t('It is on hold: %s') % hold.reason


def refuse(region: str, backup_id: str) -> None:
    """:raises kinds.Conflict: it is on hold now"""
    hold = of(region, [backup_id]).get(backup_id)
    if hold:
        raise kinds.Conflict(refused(hold))
