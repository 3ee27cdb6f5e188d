"""The catalog and its probes as the checks and the report look at them."""

from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses
import functools
import hashlib

from rey_dashboard.inventory import models

#: Names in the evidence of one finding.
MOST_NAMED = 10
_ORDER = 'service_type', 'in_region', 'interface', 'url', 'id'


@dataclasses.dataclass(frozen=True)
class Known:
    """Of one region's collector: endpoints of all regions; four queries.

    Disabled ones are none of anybody's care.
    """

    region: str

    @functools.cached_property
    def services(self) -> list[models.CatalogService]:
        rows = models.CatalogService.objects.filter(region=self.region)
        return list(rows.filter(enabled=True).order_by('type', 'name', 'id'))

    @functools.cached_property
    def endpoints(self) -> list[models.Endpoint]:
        rows = models.Endpoint.objects.filter(region=self.region, enabled=True)
        return list(rows.order_by(*_ORDER))

    @functools.cached_property
    def probes(self) -> Mapping[str, models.EndpointProbe]:
        """By id, those that an endpoint has."""
        rows = models.EndpointProbe.objects.filter(region=self.region)
        wanted = {endpoint.probe_id for endpoint in self.endpoints}
        return {row.id: row for row in rows if row.id in wanted}

    @functools.cached_property
    def by_probe(self) -> Mapping[str, list[models.Endpoint]]:
        return _grouped(self.endpoints, lambda row: row.probe_id)

    @functools.cached_property
    def by_place(self) -> Mapping[str, list[models.EndpointProbe]]:
        return _grouped(self.probes.values(), lambda row: row.place)

    def at(self, probes: Iterable[models.EndpointProbe]) -> dict:
        """Whose they are, as evidence: types and endpoints."""
        found = [
            endpoint
            for probe in probes
            for endpoint in self.by_probe.get(probe.id, ())
        ]
        types = sorted({endpoint.service_type for endpoint in found})
        return {
            'services': ', '.join(types[:MOST_NAMED]),
            'endpoints': [str(endpoint) for endpoint in found[:MOST_NAMED]],
            'endpoints_total': len(found),
        }


def _grouped(rows, key):
    found = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


def subject(*names: str) -> str:
    """Of names of any length, as a finding's subject takes them."""
    joined = ':'.join(names)
    if len(joined) <= 255:
        return joined
    return hashlib.sha256(joined.encode()).hexdigest()
