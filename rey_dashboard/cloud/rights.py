"""What the service user may do, found out by harmless calls.

Who is no administrator gets from Cinder and Neutron only his own rows of a
listing of all projects, with status 200 (code of cinder 29, ``get_all`` of
volumes and backups). So an answer to these proves little. Beside them stand
calls that are refused outright: pools, services and quotas of others.

The right to change something is tried on what does not exist. Nova, Cinder
and Neutron look at the right first (code of nova 34, cinder 29 and neutron 29,
and tried with users who have it and who do not).
"""

from collections.abc import Iterator
import contextlib
import datetime
import functools
import itertools
import uuid

from keystoneauth1 import adapter
from keystoneauth1 import exceptions as ks_exceptions

from rey_dashboard.cloud import compute
from rey_dashboard.cloud import faults
from rey_dashboard.cloud import listing
from rey_dashboard.cloud import placement
from rey_dashboard.cloud import session as cloud_session
from rey_dashboard.cloud import volume

#: One row, or none, of each listing that the collector reads. The project is
#: not the service user's own: anybody may read his own quotas.
READS = {
    'identity': (
        '/domains?limit=1',
        '/projects?limit=1',
        '/users?domain_id={domain}&limit=1',
        '/groups?domain_id={domain}&limit=1',
        '/roles?limit=1',
        '/role_assignments?limit=1',
        '/services',
        '/endpoints',
    ),
    'compute': (
        '/servers/detail?all_tenants=1&limit=1',
        '/os-hypervisors?limit=1',
        '/os-services?binary=nova-compute',
        '/os-migrations?limit=1',
        '/os-aggregates',
        '/os-quota-sets/{project}/detail',
        '/os-simple-tenant-usage?start={begin}&end={end}&detailed=1&limit=1',
    ),
    'block-storage': (
        '/volumes/detail?all_tenants=1&limit=1',
        '/snapshots/detail?all_tenants=1&limit=1',
        '/backups/detail?all_tenants=1&limit=1',
        '/os-quota-sets/{project}?usage=True',
        '/scheduler-stats/get_pools?detail=true',
        '/os-services?binary=cinder-volume',
    ),
    'network': (
        # It does not page.
        '/v2.0/quotas',
        '/v2.0/floatingips?limit=1',
        '/v2.0/agents?limit=1',
        '/v2.0/networks?limit=1',
    ),
    # Nor does it, but it finds by name: there is none of this one.
    'placement': ('/resource_providers?name=rey-dashboard-check',),
}
#: What tasks change: a path and a body. Each sets nothing, of a project or a
#: service that does not exist.
CHANGES = {
    'compute': (
        ('/os-quota-sets/{nothing}', {'quota_set': {}}),
        ('/os-services/{nothing}', {'status': 'enabled'}),
    ),
    # An empty set Cinder refuses before it looks at the right.
    'block-storage': (
        ('/os-quota-sets/{nothing}', {'quota_set': {'tenant_id': 'nothing'}}),
        (
            '/os-services/enable',
            {'binary': 'rey-dashboard-check', 'host': 'nothing'},
        ),
    ),
    'network': (('/v2.0/quotas/{nothing}', {'quota': {}}),),
}
#: As many projects of a domain are looked at for one with a volume.
_LOOK_AT = 5
#: What the services answer to who may change what does not exist.
_NO_SUCH = (ks_exceptions.NotFound, ks_exceptions.BadRequest)
#: Newest version that we know, and the one that we need.
MICROVERSIONS = {
    'compute': (compute.WANTED, compute.NEEDED),
    'block-storage': (volume.WANTED, volume.NEEDED),
    'placement': (placement.VERSION, placement.VERSION),
}


class Rights:
    """Tries them with one session, and so with one request id."""

    def __init__(
        self,
        cloud: cloud_session.Cloud,
        session: cloud_session.Session | None = None,
    ):
        self._cloud = cloud
        self.session = session or cloud.session()

    @property
    def user_id(self) -> str:
        return self.session.get_user_id()

    @property
    def project_id(self) -> str:
        """Where the session is signed in to."""
        return self.session.get_project_id()

    def read(self, service_type: str, path: str) -> None:
        """Asks one of ``READS``; an answer is enough.

        :raises faults.ALL: the service refuses or does not answer
        """
        end = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
        begin = end - datetime.timedelta(minutes=1)
        access = self.session.auth.get_access(self.session)
        path = path.format(
            project=self._other_project,
            domain=access.project_domain_id,
            begin=begin.isoformat(timespec='seconds'),
            end=end.isoformat(timespec='seconds'),
        )
        self._service(service_type).get(path)

    def change(self, service_type: str, path: str, body: dict) -> None:
        """Asks for one of ``CHANGES``; nothing changes.

        :raises faults.ALL: the service refuses or does not answer
        """
        service = self._service(service_type)
        with contextlib.suppress(_NO_SUCH):
            service.put(path.format(nothing=uuid.uuid4()), json=body)

    def project(self, domain_id: str) -> str | None:
        """The id of an enabled project to try things in, if there is any.

        One with a volume, where that is found soon, and never the session's
        own: there it has a role that was given to it directly.
        """
        first = None
        for project_id in itertools.islice(self._others(domain_id), _LOOK_AT):
            first = first or project_id
            if self._volumes(f'&all_tenants=1&project_id={project_id}'):
                return project_id
        return first

    def sign_in(self, project_id: str) -> cloud_session.Session:
        """To a project, by the role that its domain passes on.

        :raises faults.Misconfigured: the entry is good for one project alone
        :raises faults.ALL: there is no role there, or Keystone fails
        """
        session = self._cloud.project_session(project_id)
        session.get_token()
        return session

    def backup(self, session: cloud_session.Session) -> bool:
        """Tries a backup in a project; false without a volume to try it on.

        It asks for one of a snapshot that does not exist. Cinder 29 looks for
        the volume, then at the right, then for the snapshot
        (``backup/api.py``).

        :raises faults.ALL: Cinder refuses or does not answer
        """
        volumes = self._volumes(session=session)
        for volume_id in volumes:
            body = {'volume_id': volume_id, 'snapshot_id': str(uuid.uuid4())}
            service = self._service('block-storage', session)
            with contextlib.suppress(_NO_SUCH):
                service.post('/backups', json={'backup': body})
        return bool(volumes)

    def version(self, service_type: str) -> str:
        """The microversion that will be used of one of ``MICROVERSIONS``.

        :raises faults.TooOld: the service does not reach what is needed
        """
        return self._cloud.microversion(
            self.session, service_type, *MICROVERSIONS[service_type]
        )

    @functools.cached_property
    def _other_project(self):
        try:
            found = next(self._others(), None)
        except faults.ALL:
            # Keystone's own verdict tells of it.
            found = None
        return found or self.project_id

    def _others(self, domain_id=None) -> Iterator[str]:
        """Ids of enabled projects but for the session's own."""
        path = f'/projects?enabled=true&limit={_LOOK_AT + 1}'
        if domain_id:
            path += f'&domain_id={domain_id}'
        get = listing.through(self._service('identity'))
        for row in listing.whole(get, path, 'projects'):
            if row['id'] != self.project_id:
                yield row['id']

    def _volumes(self, query='', session=None):
        """The id of one volume, or none."""
        path = f'/volumes?limit=1{query}'
        try:
            get = listing.through(self._service('block-storage', session))
            rows = listing.whole(get, path, 'volumes')
        except ks_exceptions.EndpointNotFound:
            # A service that the cloud lacks says nothing of rights.
            return []
        return [row['id'] for row in rows]

    def _service(self, service_type, session=None):
        asked = {}
        if service_type in MICROVERSIONS:
            asked['default_microversion'] = self.version(service_type)
        if service_type == 'identity':
            # The catalog's address may lack the /v3.
            asked['version'] = (3, 0)
        return adapter.Adapter(
            service_type=service_type,
            interface=self._cloud.interface(service_type),
            **asked,
            **self._cloud.client_options(session or self.session),
        )
