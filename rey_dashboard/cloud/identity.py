"""Domains, projects, people and their roles, through keystoneclient's adapter.

keystoneclient 6 has no paging, so its adapter is asked for pages directly.

Keystone 30 pages projects, domains, users and groups in its own database.
Users and groups of an LDAP domain, a group's members, roles and assignments
it does not page: it cuts them to a ``limit``, gives a link to a next page and
ignores the marker there; without a ``limit`` it gives all of them. (Tried
with roles and members; LDAP and assignments are code of Keystone 30.)
"""

from collections.abc import Iterable
from collections.abc import Iterator
import contextlib
import dataclasses
import json
from urllib import parse

from keystoneauth1 import exceptions as ks_exceptions
from keystoneclient.v3 import client as keystone

from rey_dashboard.cloud import faults
from rey_dashboard.cloud import listing
from rey_dashboard.cloud import session as cloud_session

#: What Keystone itself knows of a project. All else are properties that
#: somebody gave it; they stand beside these, at the top level of the row.
OWN_KEYS = frozenset(
    {
        'description',
        'domain_id',
        'enabled',
        'extra',
        'id',
        'is_domain',
        'links',
        'name',
        'options',
        'parent_id',
        'parents',
        'subtree',
        'tags',
    }
)
_LONGEST_EMAIL = 255


@dataclasses.dataclass(frozen=True)
class Domain:
    id: str
    name: str
    enabled: bool


@dataclasses.dataclass(frozen=True)
class Project:
    """A project; ``parent_id`` is the domain's for those at the top."""

    id: str
    name: str
    domain_id: str
    parent_id: str
    enabled: bool
    description: str
    tags: tuple[str, ...]
    properties: dict


@dataclasses.dataclass(frozen=True)
class User:
    id: str
    name: str
    domain_id: str
    enabled: bool
    email: str


@dataclasses.dataclass(frozen=True)
class Group:
    id: str
    name: str
    domain_id: str


@dataclasses.dataclass(frozen=True)
class Assignment:
    """A role as it was given: groups and inheritance are not resolved.

    :param target_kind: ``project`` or ``domain``
    :param inherited: it holds for all projects below the target, and not for
        the target itself
    :param actor_kind: ``user`` or ``group``
    """

    target_kind: str
    target_id: str
    inherited: bool
    actor_kind: str
    actor_id: str
    role_id: str


class Identity:
    def __init__(self, cloud: cloud_session.Cloud, session):
        client = keystone.Client(
            interface=cloud.interface('identity'),
            **cloud.client_options(session),
        )
        self._adapter = client.projects.client

    def domains(self) -> Iterator[list[Domain]]:
        """All domains, a page at a time."""
        for rows in self._pages('/domains', 'domains'):
            yield [
                Domain(row['id'], row['name'], row.get('enabled', True))
                for row in rows
            ]

    def projects(self) -> Iterator[list[Project]]:
        """All projects of all domains, a page at a time."""
        for rows in self._pages('/projects', 'projects'):
            yield [_project(row) for row in rows]

    def is_gone(self, kind: str, one_id: str) -> bool:
        """Whether Keystone itself says that there is no such thing.

        :param kind: ``domains``, ``projects``, ``users`` or ``groups``
        """
        try:
            self._get(f'/{kind}/{parse.quote(one_id, safe="")}')
        except faults.NOT_FOUND:
            return True
        return False

    def users(self, domain: Domain) -> Iterator[list[User]]:
        """All users of a domain, a page at a time.

        Without a domain Keystone leaves out those of LDAP domains.

        :raises faults.CloudFault: Keystone cannot list this domain's users
        """
        for rows in self._of_domain('users', domain):
            yield [_user(row) for row in rows]

    def groups(self, domain: Domain) -> Iterator[list[Group]]:
        """All groups of a domain, a page at a time.

        :raises faults.CloudFault: Keystone cannot list this domain's groups
        """
        for rows in self._of_domain('groups', domain):
            yield [
                Group(row['id'], row.get('name') or '', domain.id)
                for row in rows
            ]

    def members(self, group_id: str) -> list[str]:
        """Ids of a group's users; none when the group is gone by now."""
        try:
            rows = self._whole(f'/groups/{group_id}/users', 'users')
        except faults.NOT_FOUND:
            return []
        return [row['id'] for row in rows]

    def assignments(self) -> list[Assignment]:
        """All roles on projects and domains, in one call.

        Roles on the system are left out.
        """
        rows = self._whole('/role_assignments', 'role_assignments')
        return [
            _assignment(row)
            for row in rows
            if 'project' in row['scope'] or 'domain' in row['scope']
        ]

    def roles_on(self, domain: Domain) -> set[tuple[str, str]]:
        """Ids of users and roles on the domain itself; none when it is gone.

        Keystone resolves groups and implied roles. It leaves out what is
        inherited to projects: asked so, it tells that of the projects alone.
        """
        query = {'scope.domain.id': domain.id, 'effective': 'true'}
        try:
            with _naming('role assignments', domain):
                rows = self._whole(
                    '/role_assignments', 'role_assignments', **query
                )
        except faults.NOT_FOUND:
            return set()
        return {(row['user']['id'], row['role']['id']) for row in rows}

    def role_names(self, role_ids: Iterable[str]) -> dict[str, str]:
        """Names of these roles; the id where Keystone knows no name.

        The listing leaves out roles that belong to a domain: these cost a
        call each.
        """
        names = {
            row['id']: row['name'] for row in self._whole('/roles', 'roles')
        }
        return {
            role_id: names.get(role_id) or self._role_name(role_id)
            for role_id in role_ids
        }

    def _role_name(self, role_id):
        try:
            return self._get(f'/roles/{role_id}')['role']['name']
        except faults.NOT_FOUND:
            return role_id

    def _pages(self, path, key):
        for body in listing.pages(self._get, path, key, repeat_ends=True):
            yield body[key]

    def _of_domain(self, key, domain):
        path, got = f'/{key}', set()
        with _naming(key, domain):
            try:
                for body in listing.pages(
                    self._get, path, key, domain_id=domain.id
                ):
                    got.update(row['id'] for row in body[key])
                    yield body[key]
            except faults.CutListing:
                # As an LDAP domain's second page does.
                rows = self._whole(path, key, domain_id=domain.id)
                yield [row for row in rows if row['id'] not in got]

    def _whole(self, path, key, **query):
        if query:
            path = f'{path}?{parse.urlencode(query)}'
        body = self._get(path)
        if not isinstance(body, dict) or not isinstance(body.get(key), list):
            raise faults.CutListing(
                f'The answer to {path} holds no list of {key}.',
                'Something between the worker and Keystone answers in its '
                'place (a proxy or a login page?).',
            )
        if body.get('truncated'):
            raise faults.CutListing(
                f'Keystone cuts the answer to {path} short.',
                "Raise or remove list_limit in Keystone's configuration (of "
                'the domain, where it has its own).',
            )
        return body[key]

    def _get(self, path):
        return self._adapter.get(path)[1]


@contextlib.contextmanager
def _naming(key, domain):
    try:
        yield
    except ks_exceptions.HttpServerError as error:
        raise faults.CloudFault(
            f'The {key} of the domain {domain.name} cannot be listed: {error}',
            'Where the domain is kept on an LDAP server, look whether that '
            f'answers: openstack user list --domain {domain.id}',
        ) from error


def _project(row):
    return Project(
        id=row['id'],
        name=row['name'],
        domain_id=row['domain_id'],
        parent_id=row.get('parent_id') or '',
        enabled=row.get('enabled', True),
        description=row.get('description') or '',
        tags=tuple(row.get('tags') or ()),
        properties={
            key: value for key, value in row.items() if key not in OWN_KEYS
        },
    )


def _user(row):
    # Named one by one: a row may hold what must not leave Keystone.
    return User(
        id=row['id'],
        name=row.get('name') or '',
        domain_id=row['domain_id'],
        enabled=row.get('enabled', True),
        email=plain(row.get('email'), _LONGEST_EMAIL),
    )


def _assignment(row):
    scope = row['scope']
    target = 'project' if 'project' in scope else 'domain'
    actor = 'user' if 'user' in row else 'group'
    return Assignment(
        target_kind=target,
        target_id=scope[target]['id'],
        inherited=scope.get('OS-INHERIT:inherited_to') == 'projects',
        actor_kind=actor,
        actor_id=row[actor]['id'],
        role_id=row['role']['id'],
    )


def plain(value: object, longest: int) -> str:
    """One line of text of a property, in which anything may stand.

    The parts of a list are joined by commas. What no database takes (NUL,
    halves of surrogate pairs) is left out, so that nobody can stop the
    collector with it.
    """
    values = value if isinstance(value, list) else [value]
    text = ', '.join(
        part if isinstance(part, str) else json.dumps(part, ensure_ascii=False)
        for part in values
        if part not in (None, '', [], {})
    )
    text = text.replace('\0', '').encode('utf-8', 'ignore').decode()
    return ' '.join(text.split())[:longest]
