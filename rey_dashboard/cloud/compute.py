"""Servers and compute quotas, through python-novaclient."""

from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses
import datetime

from novaclient import client as nova

from rey_dashboard.cloud import faults
from rey_dashboard.cloud import listing
from rey_dashboard.cloud import quotas
from rey_dashboard.cloud import session as cloud_session
from rey_dashboard.cloud import times

# 2.47 (Pike) puts the flavor's sizes into the server: no look-up of flavors,
# and right for flavors that are gone. 2.53 (Pike, too) calls a hypervisor by
# the id of its resource provider. 2.96 (2024.1) is the newest we know.
NEEDED, WANTED = '2.53', '2.96'
# From 2.88 on the details of hypervisors ask each host by RPC for its uptime:
# one silent host makes them a 500 (tried on nova 34).
WANTED_OF_HOSTS = '2.87'
_MAC = 'OS-EXT-IPS-MAC:mac_addr'


@dataclasses.dataclass(frozen=True)
class Server:
    """A server as its project and its host see it."""

    id: str
    name: str
    project_id: str
    user_id: str
    status: str
    task_state: str
    fault: str
    host: str
    zone: str
    flavor: str
    vcpus: int
    ram_mib: int
    disk_gib: int
    addresses: tuple[str, ...]
    macs: tuple[str, ...]
    created_at: datetime.datetime
    updated_at: datetime.datetime | None


@dataclasses.dataclass(frozen=True)
class Host:
    """A hypervisor; its id is that of its resource provider in Placement.

    :param version: 6002000 is 6.2.0; None where its driver tells none
    :param service_host: host of the ``nova-compute`` that looks after it
    """

    id: str
    name: str
    state: str
    status: str
    type: str
    version: int | None
    service_host: str


class Compute:
    def __init__(self, cloud: cloud_session.Cloud, session):
        self._nova = _client(cloud, session, WANTED)
        self._of_hosts = _client(cloud, session, WANTED_OF_HOSTS)

    def servers(self) -> Iterator[list[Server]]:
        """All servers of all projects, a page at a time.

        With ``limit`` nova silently leaves out cells that are down (code of
        nova 34), so a server that is missing here is not proven gone.
        """
        for body in listing.pages(
            self._get, '/servers/detail', 'servers', all_tenants='1'
        ):
            yield [_server(row) for row in body['servers']]

    def changed(self, since: datetime.datetime) -> Iterator[list[Server]]:
        """What was made, changed or deleted since then, a page at a time.

        In whole seconds of nova's clock. A deleted server has the status
        ``DELETED`` until nova archives its rows. Attaching volumes, new
        addresses and a host's new zone are no change (tried on nova 34).
        """
        for body in listing.pages(
            self._get,
            '/servers/detail',
            'servers',
            all_tenants='1',
            **{'changes-since': f'{since:%Y-%m-%dT%H:%M:%SZ}'},
        ):
            yield [_server(row) for row in body['servers']]

    def hosts_of_silent_cells(self) -> set[str]:
        """Hosts of cells that nova cannot reach now.

        Known by the rows of their services, which then hold next to nothing
        (2.69; code of nova 34, ``services.py``). Nothing from an older nova.
        """
        return {
            row['host']
            for row in listing.whole(self._get, '/os-services', 'services')
            if row['status'] == 'UNKNOWN'
        }

    def hosts(self) -> Iterator[list[Host]]:
        """All hypervisors of all cells, a page at a time.

        A cell that is down makes it a fault, so what is missing here is gone
        (code of nova 34, ``compute_node_get_all``).
        """
        # Nova leaves out hosts whose service is deleted, and then, since the
        # page is short, the link to the next one as well (same code).
        for body in listing.pages(
            lambda path: self._of_hosts.client.get(path)[1],
            '/os-hypervisors/detail',
            'hypervisors',
            ask_on=True,
        ):
            yield [
                Host(
                    id=row['id'],
                    name=row['hypervisor_hostname'],
                    state=row['state'],
                    status=row['status'],
                    type=(row.get('hypervisor_type') or '')[:255],
                    version=row.get('hypervisor_version'),
                    service_host=row.get('service', {}).get('host') or '',
                )
                for row in body['hypervisors']
            ]

    def is_gone(self, server_id: str) -> bool:
        """Whether nova itself says that there is no such server.

        In a cell that is down nova answers from its mappings (2.69), so only
        a server that is really gone is a 404.
        """
        try:
            self._nova.servers.get(server_id)
        except faults.NOT_FOUND:
            return True
        return False

    def quotas(self, project_id: str) -> list[quotas.Quota] | None:
        """Limits and use of one project; None when nova does not know it.

        Nova answers 400 for a project that Keystone does not have.
        """
        try:
            found = self._nova.quotas.get(project_id, detail=True)
        except (*faults.BAD_REQUEST, *faults.NOT_FOUND):
            return None
        return quotas.read(found.to_dict())

    def limits(self, project_id: str) -> dict[str, int] | None:
        """Limits alone, which nova tells quicker; None when it knows none."""
        try:
            found = self._nova.quotas.get(project_id)
        except (*faults.BAD_REQUEST, *faults.NOT_FOUND):
            return None
        return quotas.limits(found.to_dict())

    def set_quotas(
        self, project_id: str, limits: Mapping[str, int]
    ) -> dict[str, int]:
        """Sets limits of a project; all its limits as nova reads them then.

        With the unified limits driver nova says yes and changes nothing (code
        of nova 34, ``quota.UnifiedLimitsDriver``).
        """
        told = self._nova.quotas.update(project_id, **limits)
        return quotas.limits(told.to_dict())

    def _get(self, path):
        return self._nova.client.get(path)[1]


def _client(cloud, session, wanted):
    return nova.Client(
        cloud.microversion(session, 'compute', wanted, NEEDED),
        endpoint_type=cloud.interface('compute'),
        **cloud.client_options(session),
    )


def _server(row):
    flavor = row.get('flavor') or {}
    fault = row.get('fault') or {}
    networks = (row.get('addresses') or {}).values()
    addresses = [address for network in networks for address in network]
    macs = [address.get(_MAC) for address in addresses]
    return Server(
        id=row['id'],
        # A cell that is down leaves names and sizes out (2.69 and later).
        name=row.get('name') or '',
        project_id=row['tenant_id'],
        user_id=row.get('user_id') or '',
        status=row['status'],
        task_state=row.get('OS-EXT-STS:task_state') or '',
        fault=fault.get('message') or '',
        host=row.get('OS-EXT-SRV-ATTR:host') or '',
        zone=row.get('OS-EXT-AZ:availability_zone') or '',
        flavor=flavor.get('original_name') or '',
        vcpus=flavor.get('vcpus') or 0,
        ram_mib=flavor.get('ram') or 0,
        disk_gib=flavor.get('disk') or 0,
        addresses=tuple(address['addr'] for address in addresses),
        # A port with two addresses stands there twice.
        macs=tuple(dict.fromkeys(mac for mac in macs if mac)),
        created_at=times.parse(row['created']),
        updated_at=times.parse(row.get('updated')),
    )
