"""Users, their roles and what is made of them, through keystoneclient.

The one module of ``cloud`` that writes to Keystone, and only with the
administrator's credentials that ``rey-dashboard setup`` was given.
"""

from keystoneauth1 import exceptions as ks_exceptions
from keystoneclient.v3 import client as keystone

from rey_dashboard.cloud import faults
from rey_dashboard.cloud import session as cloud_session


class Accounts:
    def __init__(self, cloud: cloud_session.Cloud, session):
        self._client = keystone.Client(
            interface=cloud.interface('identity'),
            **cloud.client_options(session),
        )

    def user(self, name: str, domain_id: str) -> str | None:
        """The id of a user, if there is one."""
        found = self._client.users.list(domain=domain_id, name=name)
        return found[0].id if found else None

    def make_user(self, name: str, domain_id: str, password: str) -> str:
        user = self._client.users.create(
            name=name,
            domain=domain_id,
            password=password,
            description='Reads the cloud for Cloud Operations in Horizon',
        )
        return user.id

    def set_password(self, user_id: str, password: str) -> None:
        self._client.users.update(user_id, password=password)

    def project(self, name: str, domain_id: str) -> str:
        """The id of a project.

        :raises faults.CloudFault: there is none
        """
        found = self._client.projects.list(domain=domain_id, name=name)
        return self._first(found, 'project', name)

    def role(self, name: str) -> str:
        """The id of a role.

        :raises faults.CloudFault: there is none
        """
        return self._first(self._client.roles.list(name=name), 'role', name)

    def has(self, role_id: str, user_id: str, **target: object) -> bool:
        """Whether a role was given just so, on a ``project`` or ``domain``.

        :param target: for a domain also ``os_inherit_extension_inherited``
        """
        try:
            self._client.roles.check(role_id, user=user_id, **target)
        except ks_exceptions.NotFound:
            return False
        return True

    def give(self, role_id: str, user_id: str, **target: object) -> None:
        self._client.roles.grant(role_id, user=user_id, **target)

    def _first(self, found, kind, name):
        if found:
            return found[0].id
        raise faults.CloudFault(
            f'There is no {kind} {name}.',
            f'Make it, or name another: openstack {kind} list',
        )
