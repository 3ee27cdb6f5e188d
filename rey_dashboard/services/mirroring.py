"""Writes what a task has switched into the inventory."""

from collections.abc import Mapping

from django.utils import timezone

from rey_dashboard.inventory import models
from rey_dashboard.inventory import resources
from rey_dashboard.inventory import services
from rey_dashboard.inventory import store

STATUSES = models.Service.Status


def write(region: str, wanted: Mapping[str, Mapping]) -> None:
    """So that all pages tell at once what the next collection would tell.

    :param wanted: what became of each service, by its id
    """
    found = models.Service.objects.filter(region=region, id__in=list(wanted))
    rows = list(found)
    for row in rows:
        _write(row, wanted[row.id])
    store.upsert(models.Service, rows)
    _write_elsewhere(region, rows)


def _write(row, after):
    if row.status != after['status']:
        row.status, row.status_since = after['status'], timezone.now()
    for name in ('disabled_reason', 'description'):
        if name in after:
            setattr(row, name, after[name] or '')


def _write_elsewhere(region, rows):
    """Other pages have Cinder's services and Nova's hypervisors."""
    changed = {
        (row.binary, row.host): row
        for row in rows
        if row.service == resources.VOLUME
    }
    there = models.VolumeService.objects.filter(
        region=region, host__in={host for _binary, host in changed}
    )
    for service in there:
        row = changed.get((service.binary, service.host))
        if row:
            service.status = row.status
            service.disabled_reason = row.disabled_reason
            service.save(update_fields=['status', 'disabled_reason'])
    for status in STATUSES.values:
        names = [
            row.host
            for row in rows
            if row.binary == services.COMPUTE and row.status == status
        ]
        hosts = models.Host.objects.filter(region=region, name__in=names)
        hosts.update(status=status)
