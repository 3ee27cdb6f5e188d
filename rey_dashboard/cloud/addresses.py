"""How many addresses of Neutron's subnets are given away."""

import dataclasses

from rey_dashboard.cloud import faults
from rey_dashboard.cloud import listing
from rey_dashboard.cloud import network

PATH = '/v2.0/network-ip-availabilities'


@dataclasses.dataclass(frozen=True)
class Range:
    """An IPv4 subnet, and whose network it is of.

    :param id: of the subnet
    :param total: addresses of its pools; without pools, of its CIDR
    :param used: also those beside the pools, so that it may be more
    """

    id: str
    name: str
    cidr: str
    network_id: str
    network_name: str
    project_id: str
    external: bool
    shared: bool
    total: int
    used: int


class Addresses(network.Network):
    def ranges(self) -> list[Range] | None:
        """All of IPv4; None where Neutron does not count.

        An extension counts; it does not page (code of neutron 29). What an
        IPv6 subnet holds is no number that a database takes, and never full.
        """
        external = self._networks(**{'router:external': 'True'})
        shared = self._networks(shared='True')
        try:
            rows = listing.whole(self._get, PATH, 'network_ip_availabilities')
        except faults.NOT_FOUND:
            return None
        return [
            _range(row, subnet, external, shared)
            for row in rows
            for subnet in row['subnet_ip_availability']
            if subnet['ip_version'] == 4
        ]

    def _networks(self, **query):
        bodies = listing.pages(
            self._get, '/v2.0/networks', 'networks', fields='id', **query
        )
        return {row['id'] for body in bodies for row in body['networks']}


def _range(row, subnet, external, shared):
    return Range(
        id=subnet['subnet_id'],
        name=subnet.get('subnet_name') or '',
        cidr=subnet['cidr'],
        network_id=row['network_id'],
        network_name=row.get('network_name') or '',
        project_id=row.get('project_id') or row.get('tenant_id') or '',
        external=row['network_id'] in external,
        shared=row['network_id'] in shared,
        total=subnet['total_ips'],
        used=subnet['used_ips'],
    )
