"""What the service user may do, found out by harmless calls.

Who is no administrator gets from Cinder and Neutron only his own rows of a
listing of all projects, with status 200 (code of cinder 29, ``get_all`` of
volumes and backups). So an answer to these proves little. Beside them stand
calls that are refused outright: pools, services and quotas of others.
"""

import datetime
import functools

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
    ),
    'compute': (
        '/servers/detail?all_tenants=1&limit=1',
        '/os-hypervisors?limit=1',
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
    ),
    # Nor does it, but it finds by name: there is none of this one.
    'placement': ('/resource_providers?name=rey-dashboard-check',),
}
#: Newest version that we know, and the one that we need.
MICROVERSIONS = {
    'compute': (compute.WANTED, compute.NEEDED),
    'block-storage': (volume.WANTED, volume.NEEDED),
    'placement': (placement.VERSION, placement.VERSION),
}


class Rights:
    """Tries them with one session, and so with one request id."""

    def __init__(self, cloud: cloud_session.Cloud):
        self._cloud = cloud
        self.session = cloud.session()

    @property
    def user_id(self) -> str:
        return self.session.get_user_id()

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

    def project(self, domain_id: str | None = None) -> str | None:
        """The id of an enabled project that is not the session's own.

        On its own project the service user has a role that was given to it
        directly. None when there is no such project.
        """
        path = '/projects?enabled=true&limit=2'
        if domain_id:
            path += f'&domain_id={domain_id}'
        get = listing.through(self._service('identity'))
        own = self.session.get_project_id()
        for row in listing.whole(get, path, 'projects'):
            if row['id'] != own:
                return row['id']
        return None

    def roles(self, project_id: str) -> set[str]:
        """Signs in to a project and reads its limits; the roles held there.

        :raises faults.ALL: there is no role there, or a service refuses it
        """
        session = self._cloud.project_session(project_id)
        for service_type in ('compute', 'block-storage'):
            try:
                self._service(service_type, session).get('/limits')
            except ks_exceptions.EndpointNotFound:
                # A service that the cloud lacks says nothing of rights.
                continue
        return set(session.auth.get_access(session).role_names)

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
            found = self.project()
        except faults.ALL:
            # Keystone's own verdict tells of it.
            found = None
        return found or self.session.get_project_id()

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
