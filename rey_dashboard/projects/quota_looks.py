"""What a project's limits are now, for as little as the service can tell it.

A look before each change must not cost as much as the change: Nova is asked
for limits alone, and compares with the use by itself; Neutron tells the limits
of all projects in one answer, and compares by itself, too. Cinder does not
always compare, so that it is asked for the use as well.
"""

from collections.abc import Mapping
import dataclasses
import threading
import time

from rey_dashboard.cloud import compute
from rey_dashboard.cloud import network
from rey_dashboard.cloud import volume
from rey_dashboard.inventory import resources

#: Neutron's answer holds for so long, that is for many steps.
KEPT_S = 10


@dataclasses.dataclass(frozen=True)
class Now:
    """Limits by resource, -1 for none.

    :param used: in use and reserved, where the service has to be helped
    """

    limits: Mapping[str, int]
    used: Mapping[str, int] = dataclasses.field(default_factory=dict)


class Compute:
    def __init__(self, cloud, session):
        self.client = compute.Compute(cloud, session)

    def look(self, project_id: str) -> Now:
        return Now(self.client.limits(project_id) or {})


class BlockStorage:
    def __init__(self, cloud, session):
        self.client = volume.BlockStorage(cloud, session)

    def look(self, project_id: str) -> Now:
        rows = self.client.quotas(project_id) or ()
        return Now(
            {row.resource: row.limit for row in rows},
            {
                row.resource: row.in_use + row.reserved
                for row in rows
                if f'{resources.VOLUME}.{row.resource}'
                not in resources.PER_THING
            },
        )


class Network:
    def __init__(self, cloud, session):
        self.client = network.Network(cloud, session)
        self._lock = threading.Lock()
        self._until = 0.0
        self._default, self._own = {}, {}

    def look(self, project_id: str) -> Now:
        with self._lock:
            if time.monotonic() >= self._until:
                self._default = self.client.default_limits()
                self._own = self.client.own_limits()
                self._until = time.monotonic() + KEPT_S
            return Now(self._own.get(project_id, self._default))


OF = {
    resources.COMPUTE: Compute,
    resources.VOLUME: BlockStorage,
    resources.NETWORK: Network,
}
