"""What a cloud needs before anybody can use it, asked in a few small calls."""

import dataclasses

from keystoneauth1 import exceptions as ks_exceptions

from rey_dashboard.cloud import faults
from rey_dashboard.cloud import network
from rey_dashboard.cloud import rights

#: So many are counted, more are not: one page tells enough.
MOST = 1000


@dataclasses.dataclass(frozen=True)
class Service:
    """A process of a service on one host.

    :param is_on: enabled, or by Neutron's word for it with its state up
    """

    name: str
    host: str
    zone: str
    is_up: bool
    is_on: bool

    def __str__(self):
        up = 'up' if self.is_up else 'down'
        on = 'enabled' if self.is_on else 'disabled'
        return f'{self.name} on {self.host}: {up}, {on}'


class Installed(rights.Rights):
    """Each method raises one of ``faults.ALL`` when it cannot be told."""

    def compute_services(self) -> list[Service]:
        rows = self._get('compute', '/os-services')['services']
        return [_service(row) for row in rows]

    def volume_services(self) -> list[Service]:
        rows = self._get('block-storage', '/os-services')['services']
        return [_service(row) for row in rows]

    def network_agents(self) -> list[Service]:
        """None without the extension, as with some drivers."""
        try:
            rows = self._get('network', '/v2.0/agents')['agents']
        except ks_exceptions.NotFound:
            return []
        return [
            Service(
                name=str(row.get('binary')),
                host=str(row.get('host')),
                zone=row.get('availability_zone') or '',
                is_up=row.get('alive') is True,
                is_on=row.get('admin_state_up') is True,
            )
            for row in rows
        ]

    def flavors(self) -> int:
        return self._count('compute', '/flavors', 'flavors')

    def images(self) -> int:
        """For everybody, and to be used."""
        query = '?status=active&visibility=public'
        return self._count('image', f'/v2/images{query}', 'images')

    def networks(self) -> int:
        return self._count('network', '/v2.0/networks?fields=id', 'networks')

    def external_networks(self) -> int:
        path = '/v2.0/networks?fields=id&router:external=True'
        return self._count('network', path, 'networks')

    def volume_types(self) -> int:
        return self._count('block-storage', '/types', 'volume_types')

    def default_type(self) -> str:
        """Its name; nothing when there is none."""
        try:
            row = self._get('block-storage', '/types/default')['volume_type']
        except ks_exceptions.NotFound:
            return ''
        return str(row.get('name') or '')

    def default_quotas(self, service_type: str) -> dict[str, int]:
        """What a new project may have."""
        if service_type == 'network':
            source = network.Network(self._cloud, self.session)
            return source.default_limits()
        path = '/os-quota-class-sets/default'
        told = self._get(service_type, path)['quota_class_set']
        return {key: n for key, n in told.items() if isinstance(n, int)}

    def _count(self, service_type, path, key):
        mark = '&' if '?' in path else '?'
        told = self._get(service_type, f'{path}{mark}limit={MOST}')
        return len(told[key])

    def _get(self, service_type, path):
        try:
            return self._service(service_type).get(path).json()
        except ValueError as error:
            raise faults.CloudFault(
                f'The answer of {service_type} to {path} is no JSON.',
                'Something between the worker and the service answers.',
            ) from error


def _service(row):
    return Service(
        name=row['binary'],
        host=row['host'],
        zone=row.get('zone') or '',
        is_up=row.get('state') == 'up',
        is_on=row.get('status') == 'enabled',
    )
