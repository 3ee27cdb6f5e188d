"""What a project's limits are now, for as little as the service can tell it.

A look before each change must not cost as much as the change: Nova is asked
for limits alone, and compares with the use by itself; Neutron tells the limits
of all projects in one answer, and compares by itself, too. Cinder does not
always compare, so that it is asked for the use as well.
"""

from collections.abc import Collection
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

    :param is_fresh: told for this look alone; else it may be ``KEPT_S`` old
    :param used: in use and reserved, where the service has to be helped
    :param own: whether the project has any limit of its own; none when the
        service does not tell
    """

    limits: Mapping[str, int]
    used: Mapping[str, int] = dataclasses.field(default_factory=dict)
    own: bool | None = None
    is_fresh: bool = True


class _Service:
    def set(
        self, project_id: str, limits: Mapping[str, int]
    ) -> Mapping[str, int]:
        """All limits of the project, as the service reads them then."""
        return self._client.set_quotas(project_id, limits)


class Compute(_Service):
    def __init__(self, cloud, session):
        self._client = compute.Compute(cloud, session)

    def look(self, project_id: str) -> Now:
        return Now(self._client.limits(project_id) or {})


class BlockStorage(_Service):
    def __init__(self, cloud, session):
        self._client = volume.BlockStorage(cloud, session)

    def look(self, project_id: str) -> Now:
        rows = self._client.quotas(project_id) or ()
        return Now(
            {row.resource: row.limit for row in rows},
            {
                row.resource: row.in_use + row.reserved
                for row in rows
                if f'{resources.VOLUME}.{row.resource}'
                not in resources.PER_THING
            },
        )


class Network(_Service):
    def __init__(self, cloud, session):
        self._client = network.Network(cloud, session)
        self._lock = threading.Lock()
        self._until = 0.0
        self._default, self._own = {}, {}

    def look(self, project_id: str) -> Now:
        with self._lock:
            if time.monotonic() >= self._until:
                self._default = self._client.default_limits()
                self._own = self._client.own_limits()
                self._until = time.monotonic() + KEPT_S
            return Now(
                self._own.get(project_id, self._default),
                own=project_id in self._own,
                is_fresh=False,
            )

    def set(self, project_id, limits):
        told = super().set(project_id, limits)
        with self._lock:
            # Else the next look would take ours for somebody else's.
            self._own[project_id] = told
        return told

    def reset(self, project_id: str, names: Collection[str]) -> Now | None:
        """Gives up the project's own limits, when it has no others.

        :param names: of those that may go
        """
        limits = self._client.limits(project_id)
        default = self._client.default_limits()
        if any(
            limit != default.get(name)
            for name, limit in limits.items()
            if name not in names
        ):
            return None
        self._client.reset_quotas(project_id)
        with self._lock:
            self._own.pop(project_id, None)
        return Now(self._client.limits(project_id), own=False)


OF = {
    resources.COMPUTE: Compute,
    resources.VOLUME: BlockStorage,
    resources.NETWORK: Network,
}
