"""Limits that are set together, under a name: S, M, L and one's own."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Max

from rey_dashboard.projects import models

#: As long as nobody keeps another under the name. S is what the services give
#: a new project by themselves (nova, cinder and neutron as delivered).
DELIVERED = {
    name: {
        'compute.instances': 10 * times,
        'compute.cores': 20 * times,
        'compute.ram': 51200 * times,
        'volume.volumes': 10 * times,
        'volume.gigabytes': 1000 * times,
        'volume.snapshots': 10 * times,
        'volume.backups': 10 * times,
        'volume.backup_gigabytes': 1000 * times,
        'network.network': 100,
        'network.port': 500 * times,
        'network.floatingip': 50,
        'network.security_group': 10 * times,
    }
    for name, times in (('S', 1), ('M', 4), ('L', 16))
}


def limits() -> dict[str, Mapping[str, int]]:
    """Those that count, by name: ``service.resource`` -> limit."""
    newest = models.QuotaTemplate.objects.order_by('version')
    return DELIVERED | {row.name: row.limits for row in newest}


def history(name: str) -> list[models.QuotaTemplate]:
    """All that were kept under the name, the newest first."""
    rows = models.QuotaTemplate.objects.filter(name=name)
    return list(rows.order_by('-version'))


def keep(
    name: str, told: Mapping[str, int], who_id: str, who_name: str
) -> None:
    """The next version; nothing when these are the limits already.

    :raises db.IntegrityError: somebody else was quicker
    """
    if limits().get(name) == told:
        return
    with transaction.atomic():
        rows = models.QuotaTemplate.objects.filter(name=name)
        last = rows.aggregate(last=Max('version'))['last'] or 0
        models.QuotaTemplate.objects.create(
            name=name,
            version=last + 1,
            limits=dict(told),
            who_id=who_id,
            who_name=who_name,
        )
