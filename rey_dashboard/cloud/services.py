"""Services of Nova and Cinder, and agents of Neutron: read, and switched.

Nova switches nova-compute alone (code of nova 34, ``services.py``), Neutron no
agent of OVN (code of neutron 29, ``mech_driver.py``).
"""

from collections.abc import Callable
import dataclasses
import datetime
from urllib import parse
import uuid

from cinderclient import client as cinder
from keystoneauth1 import adapter
from novaclient import client as nova

from rey_dashboard.cloud import compute
from rey_dashboard.cloud import faults
from rey_dashboard.cloud import listing
from rey_dashboard.cloud import session as cloud_session
from rey_dashboard.cloud import times
from rey_dashboard.cloud import volume

ENABLED, DISABLED = 'enabled', 'disabled'
UP, DOWN, UNKNOWN = 'up', 'down', 'unknown'
#: Of the ids that Cinder does not give.
_IDS = uuid.UUID('5b0f4c39-6c0e-4a53-9d4b-0d4a1f6a7c11')


@dataclasses.dataclass(frozen=True)
class Service:
    """As it is now; see the inventory's model for the columns."""

    id: str
    binary: str
    name: str
    host: str
    zone: str
    state: str
    status: str
    disabled_reason: str = ''
    description: str = ''
    forced_down: bool = False
    reported_at: datetime.datetime | None = None


class CannotSwitch(faults.CloudFault):
    """The service would say yes and do nothing."""


class Compute:
    """Of Nova."""

    def __init__(self, cloud: cloud_session.Cloud, session):
        version = cloud.microversion(
            session, 'compute', compute.WANTED, compute.NEEDED
        )
        self._client = nova.Client(
            version,
            endpoint_type=cloud.interface('compute'),
            **cloud.client_options(session),
        ).client

    def all(self) -> list[Service]:
        """All, in one call: Nova does not page them.

        Of a cell that is down it tells its hosts' nova-compute alone, and of
        them neither id nor state (2.69; code of nova 34): the id is empty.
        """
        rows = listing.whole(self._get, '/os-services', 'services')
        return [_of_nova(row) for row in rows]

    def one(self, service: Service) -> Service | None:
        path = f'/os-services?host={_quoted(service.host)}'
        rows = listing.whole(self._get, path, 'services')
        return next(
            (_of_nova(r) for r in rows if r.get('id') == service.id), None
        )

    def switch(self, service: Service, asked: dict) -> Service | None:
        """Sets status and reason; as Nova reads it then.

        Without a reason Nova erases the one that there is.

        :param asked: ``status``, ``disabled_reason``
        """
        body = {'status': asked['status']}
        if asked.get('disabled_reason'):
            body['disabled_reason'] = asked['disabled_reason']
        path = f'/os-services/{_quoted(service.id)}'
        told = self._client.put(path, body=body)[1]
        return _of_nova(told['service'])

    def _get(self, path):
        return self._client.get(path)[1]


class BlockStorage:
    """Of Cinder."""

    def __init__(self, cloud: cloud_session.Cloud, session):
        version = cloud.microversion(
            session, 'block-storage', volume.WANTED, volume.NEEDED
        )
        self._client = cinder.Client(
            version,
            service_type='block-storage',
            endpoint_type=cloud.interface('block-storage'),
            **cloud.client_options(session),
        ).client

    def one(self, service: Service) -> Service | None:
        path = (
            f'/os-services?binary={_quoted(service.binary)}'
            f'&host={_quoted(service.host)}'
        )
        rows = listing.whole(self._get, path, 'services')
        return next(
            (
                found
                for found in map(of_cinder, rows)
                if found.id == service.id
            ),
            None,
        )

    def switch(self, service: Service, asked: dict) -> Service | None:
        """Sets status and reason; as Cinder reads it then.

        Cinder 29.0.0 (2026.2) says yes to ``enable`` and ``disable`` and does
        nothing; ``disable-log-reason`` alone works (its code,
        ``api/v3/services.py``, and tried). So nothing is disabled there that
        nobody could enable again: the call that does nothing comes first.

        :param asked: as for Nova
        :raises CannotSwitch: that Cinder is one of those
        """
        verb = 'enable' if asked['status'] == ENABLED else 'disable'
        self._put(verb, service)
        now = self.one(service)
        if now and now.status != asked['status']:
            raise CannotSwitch(
                f'Cinder said yes to "{verb}" and left the service '
                f'{now.status}. Cinder 29.0.0 (2026.2) has this fault: what '
                'is disabled there cannot be enabled again by its API.',
                'Upgrade Cinder to a release with the mend. To enable one '
                'before: stop it, cinder-manage service remove '
                f'{service.binary} {service.host}, and start it again.',
            )
        reason = asked.get('disabled_reason')
        if not reason or (now and now.disabled_reason == reason):
            return now
        self._put('disable-log-reason', service, disabled_reason=reason)
        return self.one(service)

    def _put(self, verb, service, **more):
        body = {'binary': service.binary, 'host': service.host, **more}
        self._client.put(f'/os-services/{verb}', body=body)

    def _get(self, path):
        return self._client.get(path)[1]


class Network:
    """Agents of Neutron."""

    def __init__(self, cloud: cloud_session.Cloud, session):
        self._adapter = adapter.Adapter(
            service_type='network',
            interface=cloud.interface('network'),
            **cloud.client_options(session),
        )
        self._get = listing.through(self._adapter)

    def all(self) -> list[Service] | None:
        """All agents; None where Neutron has no such thing.

        Without ``limit``: OVN's driver gives all its agents whatever the page
        (code of neutron 29), and no other cloud has so many.
        """
        try:
            rows = listing.whole(self._get, '/v2.0/agents', 'agents')
        except faults.NOT_FOUND:
            return None
        return [_of_neutron(row) for row in rows]

    def one(self, service: Service) -> Service | None:
        try:
            path = f'/v2.0/agents/{_quoted(service.id)}'
            return _of_neutron(listing.whole(self._get, path, 'agent', dict))
        except faults.NOT_FOUND:
            return None

    def switch(self, service: Service, asked: dict) -> Service | None:
        """Sets status and description; as Neutron reads it then.

        :param asked: ``status``, ``description``
        """
        body = {'admin_state_up': asked['status'] == ENABLED}
        if 'description' in asked:
            body['description'] = asked['description'] or ''
        path = f'/v2.0/agents/{_quoted(service.id)}'
        self._adapter.put(path, json={'agent': body})
        return self.one(service)


def _quoted(text: str) -> str:
    return parse.quote(text, safe='')


def _of_nova(row):
    if row['status'] == 'UNKNOWN':
        return Service(
            id='',
            binary=row['binary'],
            name=row['binary'],
            host=row['host'],
            zone='',
            state=UNKNOWN,
            status=ENABLED,
        )
    return Service(
        id=row['id'],
        forced_down=bool(row.get('forced_down')),
        **_common(row),
    )


def of_cinder(row: dict | volume.Service) -> Service:
    """A service of Cinder, of its listing or as it was read of it."""
    if isinstance(row, volume.Service):
        row = vars(row)
    key = f'{row["binary"]}\n{row["host"]}'
    return Service(id=str(uuid.uuid5(_IDS, key)), **_common(row))


def _common(row):
    told, status = row.get('updated_at'), row['status']
    reason = row.get('disabled_reason') or ''
    return {
        'binary': row['binary'],
        'name': row['binary'],
        'host': row['host'],
        'zone': row.get('zone') or '',
        'state': row['state'],
        'status': status,
        # Cinder may keep one of before.
        'disabled_reason': reason if status == DISABLED else '',
        'reported_at': told
        if isinstance(told, datetime.datetime)
        else times.parse(told),
    }


def _of_neutron(row):
    return Service(
        id=row['id'],
        binary=row.get('binary') or '',
        name=row.get('agent_type') or row.get('binary') or '',
        host=row.get('host') or '',
        zone=row.get('availability_zone') or '',
        state=UP if row.get('alive') else DOWN,
        status=ENABLED if row.get('admin_state_up') else DISABLED,
        description=row.get('description') or '',
        reported_at=times.parse(row.get('heartbeat_timestamp')),
    )


#: By the inventory's name of the service.
OF: dict[str, Callable[..., Compute | BlockStorage | Network]] = {
    'compute': Compute,
    'volume': BlockStorage,
    'network': Network,
}
