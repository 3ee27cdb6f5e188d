"""Floating IPs, and limits and use of Neutron's quotas.

For a quota Neutron counts the rows of its tables that carry the project's id
(code of neutron 29, ``quota/resource.py``). An admin's listings hold the same
rows, so one pass over them counts for all projects; the numbers were those of
``quotas/{id}/details.json`` for every project of the demo cloud. What Neutron
makes for itself (the ports of floating IPs and of routers' gateways) has an
empty project id and counts for nobody. Reservations are told project by
project only and last seconds: they are not read.
"""

from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses
import datetime
from urllib import parse

from keystoneauth1 import adapter

from rey_dashboard.cloud import faults
from rey_dashboard.cloud import listing
from rey_dashboard.cloud import quotas
from rey_dashboard.cloud import session as cloud_session
from rey_dashboard.cloud import times

#: Neutron's resources whose use is counted from their listings. (Floating
#: IPs are counted too, but read in full.)
COUNTED = {
    'network': 'networks',
    'subnet': 'subnets',
    'port': 'ports',
    'router': 'routers',
    'security_group': 'security-groups',
}


@dataclasses.dataclass(frozen=True)
class FloatingIp:
    """A floating IP; what it does not lead to is nothing.

    :param server_id: nothing when something else is behind it, too
    """

    id: str
    project_id: str
    address: str
    fixed_address: str
    port_id: str
    router_id: str
    network_id: str
    server_id: str
    status: str
    description: str
    created_at: datetime.datetime | None
    updated_at: datetime.datetime | None


class Network:
    def __init__(self, cloud: cloud_session.Cloud, session):
        self._session = session
        self._adapter = adapter.Adapter(
            service_type='network',
            interface=cloud.interface('network'),
            **cloud.client_options(session),
        )
        self._get = listing.through(self._adapter)

    def default_limits(self) -> dict[str, int]:
        """Limits of a project without values of its own, by resource.

        What Neutron has no resource of here (no router plug-in, say) it has
        no listing of either.
        """
        # The project in the path changes nothing (code of neutron 29); our
        # own needs no right. ``/quotas/default`` would be a project's quota.
        project_id = self._session.get_project_id()
        path = f'/v2.0/quotas/{project_id}/default'
        return listing.whole(self._get, path, 'quota', dict)

    def limits(self, project_id: str) -> dict[str, int]:
        """All limits of one project, as they are now."""
        path = f'/v2.0/quotas/{parse.quote(project_id, safe="")}'
        return listing.whole(self._get, path, 'quota', dict)

    def own_limits(self) -> dict[str, dict[str, int]]:
        """All limits of each project that has any value of its own.

        One answer holds them all: it does not page (tried on neutron 29).
        """
        return {
            row.get('project_id') or row['tenant_id']: {
                resource: limit
                for resource, limit in row.items()
                if resource not in ('project_id', 'tenant_id')
            }
            for row in listing.whole(self._get, '/v2.0/quotas', 'quotas')
        }

    def quotas(self, project_id: str) -> list[quotas.Quota]:
        """Limits and use of one project; of one that nobody knows, too."""
        path = f'/v2.0/quotas/{parse.quote(project_id, safe="")}/details.json'
        rows = listing.whole(self._get, path, 'quota', dict)
        return [
            quotas.Quota(name, row['limit'], row['used'], row['reserved'])
            for name, row in sorted(rows.items())
        ]

    def set_quotas(
        self, project_id: str, limits: Mapping[str, int]
    ) -> dict[str, int]:
        """Sets limits of a project; all its limits as neutron reads them."""
        path = f'/v2.0/quotas/{parse.quote(project_id, safe="")}'
        answer = self._adapter.put(path, json={'quota': dict(limits)})
        return quotas.limits(listing.held(answer, 'quota'))

    def reset_quotas(self, project_id: str) -> None:
        """All its limits are the defaults again, and follow them."""
        path = f'/v2.0/quotas/{parse.quote(project_id, safe="")}'
        self._adapter.delete(path)

    def owners(self, resource: str) -> Iterator[list[str]]:
        """The project id of each thing of a resource, a page at a time.

        :param resource: one of ``COUNTED``
        """
        name = COUNTED[resource]
        key = name.replace('-', '_')
        for body in listing.pages(
            self._get, f'/v2.0/{name}', key, fields=('id', 'project_id')
        ):
            yield [row['project_id'] for row in body[key]]

    def floating_ips(self) -> Iterator[list[FloatingIp]]:
        """All floating IPs of all projects, a page at a time."""
        for body in listing.pages(
            self._get, '/v2.0/floatingips', 'floatingips'
        ):
            yield [_floating_ip(row) for row in body['floatingips']]

    def is_floating_ip_gone(self, one_id: str) -> bool:
        """Whether Neutron itself says that there is no such floating IP."""
        try:
            self._get(f'/v2.0/floatingips/{one_id}?fields=id')
        except faults.NOT_FOUND:
            return True
        return False


def _floating_ip(row):
    # The listing tells the port behind it, since Rocky.
    port = row.get('port_details') or {}
    of_server = (port.get('device_owner') or '').startswith('compute:')
    return FloatingIp(
        id=row['id'],
        project_id=row['project_id'],
        address=row['floating_ip_address'],
        fixed_address=row.get('fixed_ip_address') or '',
        port_id=row.get('port_id') or '',
        router_id=row.get('router_id') or '',
        network_id=row['floating_network_id'],
        server_id=port.get('device_id') or '' if of_server else '',
        status=row.get('status') or '',
        description=row.get('description') or '',
        created_at=times.parse(row.get('created_at')),
        updated_at=times.parse(row.get('updated_at')),
    )
