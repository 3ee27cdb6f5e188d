"""Who has which role on a project, and by which ways."""

import collections
import dataclasses

from django.db.models import Q

from rey_dashboard.inventory import models
from rey_dashboard.inventory import scope as scope_


@dataclasses.dataclass(frozen=True, order=True)
class Way:
    """A way to a role; with neither part it was given to the user directly.

    :param inherited_from: name of a domain or of a project above
    :param group: name of the group that has the role
    """

    inherited_from: str = ''
    group: str = ''


@dataclasses.dataclass(frozen=True)
class Person:
    """One role of one user on a project.

    :param name: the id for a user (or a group) that Keystone does not list
    :param enabled: None when it is not known
    :param through: every way to this role, the plainest first
    """

    user_id: str
    name: str
    email: str
    enabled: bool | None
    role: str
    through: tuple[Way, ...]


def people_of(scope: scope_.Scope, project_id: str) -> list[Person]:
    """Everybody with a role on the project, by name; at most seven queries.

    Roles that imply others are not spelled out. Users and groups outside of
    the scope have ids for names.
    """
    above = _above(scope, project_id)
    assignments = models.RoleAssignment.objects.filter(
        Q(target_id=project_id, inherited=False)
        | Q(target_id__in=list(above), inherited=True),
        region=scope.region,
    )
    ways = _ways(scope, assignments, above)
    users = _by_id(scope.users(), {user_id for user_id, _ in ways})
    people = [
        _person(user_id, role, through, users.get(user_id))
        for (user_id, role), through in ways.items()
    ]
    return sorted(
        people, key=lambda row: (row.name.casefold(), row.user_id, row.role)
    )


def _person(user_id, role, through, user):
    return Person(
        user_id=user_id,
        name=user.name if user else user_id,
        email=user.email if user else '',
        enabled=user.enabled if user else None,
        role=role,
        through=tuple(sorted(through)),
    )


def _ways(scope, assignments, above):
    groups = _by_id(
        scope.groups(),
        {row.actor_id for row in assignments if row.actor_kind == 'group'},
    )
    ways = collections.defaultdict(set)
    for row in assignments:
        inherited_from = above[row.target_id] if row.inherited else ''
        if row.actor_kind == 'user':
            way = Way(inherited_from)
            ways[row.actor_id, row.role_name].add(way)
            continue
        group = groups.get(row.actor_id)
        way = Way(inherited_from, group.name if group else row.actor_id)
        for user_id in group.members if group else [row.actor_id]:
            ways[user_id, row.role_name].add(way)
    return ways


def _above(scope, project_id) -> dict[str, str]:
    """Names of what the project can inherit from, by id."""
    projects = scope.projects()
    project = projects.filter(id=project_id).first()
    if project is None:
        return {}
    ids = _parents(projects, project)
    names = dict.fromkeys(ids, '')
    names |= dict(projects.filter(id__in=ids).values_list('id', 'name'))
    domain_id = project.domain_id
    names[domain_id] = domain_id
    names |= dict(
        scope.domains().filter(id=domain_id).values_list('id', 'name')
    )
    return {key: name or key for key, name in names.items()}


def _parents(projects, project) -> list[str]:
    at_the_top = (project.domain_id, '')
    if project.parent_id in at_the_top:
        return []
    # One query for all that are not at the top (they are few), and not one
    # for each level.
    parents = dict(
        projects.filter(domain_id=project.domain_id)
        .exclude(parent_id__in=at_the_top)
        .values_list('id', 'parent_id')
    )
    found, parent = [], project.parent_id
    # Our rows are of different pages: for a moment they may form a circle.
    while parent and parent not in (*found, *at_the_top, project.id):
        found.append(parent)
        parent = parents.get(parent)
    return found


def _by_id(rows, ids):
    return {row.id: row for row in rows.filter(id__in=ids)}
