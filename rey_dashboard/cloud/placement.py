"""What hosts have and how much of it is taken, as Placement counts it."""

import dataclasses

from keystoneauth1 import adapter

from rey_dashboard.cloud import faults
from rey_dashboard.cloud import listing
from rey_dashboard.cloud import session as cloud_session

#: From here on (Queens) a provider tells the root of its tree.
VERSION = '1.14'


@dataclasses.dataclass(frozen=True)
class Provider:
    """A resource provider; the root of its tree is the host.

    :param generation: grows with each change of its inventories or
        allocations (tried on placement 16)
    """

    id: str
    root_id: str
    generation: int


@dataclasses.dataclass(frozen=True)
class Inventory:
    """In the class's own unit: ``MEMORY_MB`` in MiB, ``DISK_GB`` in GiB."""

    resource_class: str
    total: int
    reserved: int
    allocation_ratio: float
    used: int


class Placement:
    def __init__(self, cloud: cloud_session.Cloud, session):
        version = cloud.microversion(session, 'placement', VERSION, VERSION)
        self._get = listing.through(
            adapter.Adapter(
                service_type='placement',
                interface=cloud.interface('placement'),
                default_microversion=version,
                **cloud.client_options(session),
            )
        )

    def providers(self) -> list[Provider]:
        """All resource providers: Placement does not page.

        (A ``limit`` is a 400; tried on placement 16.)
        """
        rows = listing.whole(
            self._get, '/resource_providers', 'resource_providers'
        )
        return [
            Provider(
                id=row['uuid'],
                root_id=row.get('root_provider_uuid') or row['uuid'],
                generation=row['generation'],
            )
            for row in rows
        ]

    def inventories(self, provider_id: str) -> list[Inventory] | None:
        """What one provider has and uses; None when it is gone by now."""
        path = f'/resource_providers/{provider_id}'
        try:
            held = listing.whole(
                self._get, f'{path}/inventories', 'inventories', dict
            )
            used = listing.whole(self._get, f'{path}/usages', 'usages', dict)
        except faults.NOT_FOUND:
            return None
        return [
            Inventory(
                resource_class=name,
                total=row['total'],
                reserved=row['reserved'],
                allocation_ratio=row['allocation_ratio'],
                used=used.get(name, 0),
            )
            for name, row in sorted(held.items())
        ]
