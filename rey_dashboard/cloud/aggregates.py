"""Host aggregates of Nova, in one call: it does not page them."""

import dataclasses

from rey_dashboard.cloud import compute
from rey_dashboard.cloud import listing


@dataclasses.dataclass(frozen=True)
class Aggregate:
    """Hosts that belong together.

    :param id: Nova's number: its calls take nothing else
    :param zone: nothing when it is no availability zone
    :param hosts: of services, by their names
    """

    id: str
    name: str
    zone: str
    hosts: tuple[str, ...]
    metadata: dict[str, str]


class Aggregates(compute.Compute):
    def all(self) -> list[Aggregate]:
        rows = listing.whole(self._get, '/os-aggregates', 'aggregates')
        return [
            Aggregate(
                id=str(row['id']),
                name=row['name'] or '',
                zone=row.get('availability_zone') or '',
                hosts=tuple(sorted(row.get('hosts') or ())),
                metadata=row.get('metadata') or {},
            )
            for row in rows
        ]
