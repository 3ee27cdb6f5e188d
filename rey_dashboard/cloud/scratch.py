"""Makes things in one project to try the cloud, finds and deletes them.

All with a token of that project, so that they belong to it. What is made
bears a mark, in its metadata or in Neutron's description: names may be those
of others. What Cinder refuses to delete for long can be forced, which takes an
administrator's token.
"""

from collections.abc import Iterator
import contextlib
import dataclasses
import functools
import math

from keystoneauth1 import adapter
from keystoneauth1 import exceptions as ks_exceptions

from rey_dashboard.cloud import faults
from rey_dashboard.cloud import listing
from rey_dashboard.cloud import session as cloud_session

NETWORK, SUBNET, SERVER = 'network', 'subnet', 'server'
VOLUME, BACKUP = 'volume', 'backup'
#: Service, path to all of them with details, path of one.
_PATHS = {
    NETWORK: ('network', '/v2.0/networks', '/v2.0/networks'),
    SUBNET: ('network', '/v2.0/subnets', '/v2.0/subnets'),
    SERVER: ('compute', '/servers/detail', '/servers'),
    VOLUME: ('block-storage', '/volumes/detail', '/volumes'),
    BACKUP: ('block-storage', '/backups/detail', '/backups'),
}
#: Networks have to be told from 2.37 on; a volume can be made of a backup from
#: 3.47 on. Releases of 2017 have both.
_MICROVERSIONS = {'compute': '2.42', 'block-storage': '3.47'}
_MARK = 'rey_smoke_test'
#: For documentation (RFC 5737): nobody has it, so it collides with nothing.
_CIDR = '192.0.2.0/28'
_GIB = 2**30
#: No server starts from these.
_NO_DISK = ('aki', 'ari', 'iso')


@dataclasses.dataclass(frozen=True)
class Thing:
    """What was made.

    :param why: of a bad status, in the service's words
    """

    id: str
    status: str
    why: str = ''

    @property
    def is_bad(self) -> bool:
        return self.status.lower().startswith('error')

    @property
    def is_going(self) -> bool:
        return self.status.lower() in ('deleting', 'deleted')


@dataclasses.dataclass(frozen=True)
class Image:
    """Sizes of the disk and the RAM that a flavor needs at least for it."""

    id: str
    name: str
    disk_gib: int
    ram_mib: int


@dataclasses.dataclass(frozen=True)
class Flavor:
    id: str
    name: str
    ram_mib: int
    vcpus: int
    disk_gib: int


class Scratch:
    """Each method raises one of ``faults.ALL``.

    :param session: of the administrator
    """

    def __init__(
        self,
        cloud: cloud_session.Cloud,
        session: cloud_session.Session,
        project_id: str,
    ):
        self._cloud = cloud
        self._admin = session
        self._project_id = project_id
        self._services: dict[str, adapter.Adapter] = {}

    @functools.cached_property
    def _session(self):
        return self._cloud.project_session(self._project_id)

    def find(self, kind: str, name: str, mark: str) -> list[Thing]:
        """Those with this name and mark; there should be one at most."""
        service, path, _one = _PATHS[kind]
        query = {'name': name}
        if service == 'network':
            query['project_id'] = self._project_id
        rows = self._rows(service, path, f'{kind}s', **query)
        return [
            Thing(row['id'], row.get('status') or '', _why(row))
            for row in rows
            if row.get('name') == name and _mark(row) == mark
        ]

    def make_network(self, name: str, mark: str) -> None:
        told = {'name': name, 'description': mark}
        self._post('network', '/v2.0/networks', {'network': told})

    def make_subnet(self, name: str, mark: str, network_id: str) -> None:
        told = {
            'name': name,
            'description': mark,
            'network_id': network_id,
            'ip_version': 4,
            'cidr': _CIDR,
        }
        self._post('network', '/v2.0/subnets', {'subnet': told})

    def make_server(
        self,
        name: str,
        mark: str,
        network_id: str,
        image_id: str,
        flavor_id: str,
        zone: str = '',
    ) -> None:
        """:param zone: or ``zone:host``, which Nova takes of few alone"""
        told = {
            'name': name,
            'metadata': {_MARK: mark},
            'imageRef': image_id,
            'flavorRef': flavor_id,
            'networks': [{'uuid': network_id}],
        }
        if zone:
            told['availability_zone'] = zone
        self._post('compute', '/servers', {'server': told})

    def make_volume(self, name: str, mark: str, backup_id: str = '') -> None:
        """Of 1 GiB and the default type."""
        told = {'name': name, 'metadata': {_MARK: mark}, 'size': 1}
        if backup_id:
            told['backup_id'] = backup_id
        self._post('block-storage', '/volumes', {'volume': told})

    def make_backup(self, name: str, mark: str, volume_id: str) -> None:
        told = {
            'name': name,
            'metadata': {_MARK: mark},
            'volume_id': volume_id,
            # It is attached.
            'force': True,
        }
        self._post('block-storage', '/backups', {'backup': told})

    def attach(self, server_id: str, volume_id: str) -> None:
        self._post(
            'compute',
            f'/servers/{server_id}/os-volume_attachments',
            {'volumeAttachment': {'volumeId': volume_id}},
        )

    def attached(self, server_id: str) -> list[str]:
        """Ids of the server's volumes; none when it is gone."""
        path = f'/servers/{server_id}/os-volume_attachments'
        try:
            rows = self._whole('compute', path, 'volumeAttachments')
        except ks_exceptions.NotFound:
            return []
        return [row['volumeId'] for row in rows]

    def detach(self, server_id: str, volume_id: str) -> None:
        path = f'/servers/{server_id}/os-volume_attachments/{volume_id}'
        self._delete('compute', path)

    def delete(self, kind: str, thing_id: str) -> None:
        """Asks for it; one that is gone is fine."""
        service, _all, path = _PATHS[kind]
        self._delete(service, f'{path}/{thing_id}')

    def force(self, kind: str, thing_id: str) -> None:
        """Deletes a volume whatever its status; lets a backup be deleted.

        Not every driver can delete a backup by force (code of cinder 29,
        ``_check_support_to_force_delete``), but all can from ``error``.
        """
        action = {'os-force_delete': {}}
        if kind == BACKUP:
            action = {'os-reset_status': {'status': 'error'}}
        _service, _all, path = _PATHS[kind]
        service = self._adapter('block-storage', self._admin)
        with contextlib.suppress(ks_exceptions.NotFound):
            service.post(f'{path}/{thing_id}/action', json=action)

    def has_backups(self) -> bool:
        """Whether a service is there that would make one."""
        service = self._adapter('block-storage', self._admin)
        get = listing.through(service)
        path = '/os-services?binary=cinder-backup'
        rows = listing.whole(get, path, 'services')
        return any(row.get('status') == 'enabled' for row in rows)

    def images(self) -> Iterator[Image]:
        """Those that a server can start from, the smallest first."""
        path = '/v2/images?status=active&sort=size:asc&limit=100'
        for row in self._whole('image', path, 'images'):
            if row.get('disk_format') not in _NO_DISK:
                size_gib = math.ceil((row.get('size') or 0) / _GIB)
                yield Image(
                    id=row['id'],
                    name=row.get('name') or '',
                    disk_gib=max(1, size_gib, row.get('min_disk') or 0),
                    ram_mib=row.get('min_ram') or 0,
                )

    def flavors(self) -> list[Flavor]:
        """Those that the project may use, the smallest first."""
        found = [
            Flavor(
                id=row['id'],
                name=row['name'],
                ram_mib=row['ram'],
                vcpus=row['vcpus'],
                disk_gib=row['disk'],
            )
            for row in self._rows('compute', '/flavors/detail', 'flavors')
            if not row.get('OS-FLV-DISABLED:disabled')
        ]
        return sorted(
            found, key=lambda one: (one.ram_mib, one.vcpus, one.disk_gib)
        )

    def _rows(self, service, path, key, **query):
        get = listing.through(self._adapter(service))
        for body in listing.pages(get, path, key, **query):
            yield from body[key]

    def _whole(self, service, path, key):
        return listing.whole(
            listing.through(self._adapter(service)), path, key
        )

    def _post(self, service, path, body):
        self._adapter(service).post(path, json=body)

    def _delete(self, service, path):
        with contextlib.suppress(ks_exceptions.NotFound):
            self._adapter(service).delete(path)

    def _adapter(self, service, session=None):
        key = service if session is None else f'admin {service}'
        if key not in self._services:
            self._services[key] = adapter.Adapter(
                service_type=service,
                interface=self._cloud.interface(service),
                default_microversion=_MICROVERSIONS.get(service),
                **self._cloud.client_options(
                    session or self._session, retries=0
                ),
            )
        return self._services[key]


def _mark(row):
    told = row.get('metadata') or {}
    return told.get(_MARK) or row.get('description') or ''


def _why(row):
    fault = row.get('fault') or {}
    return fault.get('message') or row.get('fail_reason') or ''


def choose(scratch: Scratch, image: str, flavor: str) -> tuple[Image, Flavor]:
    """By name or id; the smallest of those that go together without.

    :raises faults.CloudFault: there is none
    """
    for one in scratch.images():
        if image not in ('', one.id, one.name):
            continue
        for other in scratch.flavors():
            if flavor and flavor in (other.id, other.name):
                return one, other
            if not flavor and (
                other.ram_mib >= one.ram_mib and other.disk_gib >= one.disk_gib
            ):
                return one, other
        raise faults.CloudFault(
            f'There is no flavor {flavor} in the project.'
            if flavor
            else f'No flavor is large enough for the image {one.name}.',
            'Name one: openstack flavor list',
        )
    raise faults.CloudFault(
        f'There is no active image {image} in the project.'
        if image
        else 'There is no active image.',
        'Name one: openstack image list',
    )
