"""Whether there is a backup service that can take a backup at all."""

import dataclasses

from rey_dashboard.inventory import models

BINARY = 'cinder-backup'


@dataclasses.dataclass(frozen=True)
class Troubles:
    """What is wrong with the services.

    :param none: the cloud has no backup service
    :param services: those that are down or disabled
    """

    none: bool = False
    services: tuple[models.VolumeService, ...] = ()


def troubles(scope) -> Troubles:
    """For who may see the whole cloud; services belong to no domain."""
    if not scope.is_whole:
        return Troubles()
    known = models.VolumeService.objects.filter(region=scope.region)
    services = known.filter(binary=BINARY).order_by('host')
    if not services:
        # A cloud whose services were read has a scheduler at least.
        return Troubles(none=known.exists())
    return Troubles(
        services=tuple(
            service
            for service in services
            if (service.state, service.status) != ('up', 'enabled')
        )
    )
