"""In which projects the service user is an administrator, as Cinder asks."""

from collections.abc import Mapping
import dataclasses
import functools
import shlex

from django.utils.translation import gettext as _t

from rey_dashboard.inventory import models

#: By Cinder's defaults (cinder 29, ``policies/backups.py``): to import records
#: there, and to see backups of others.
ROLE = 'admin'


@dataclasses.dataclass(frozen=True)
class Own:
    """The service user, and the project that it signs in to."""

    user_id: str = ''
    project_id: str = ''

    @classmethod
    def of(cls, region: str) -> 'Own':
        """As the last collection that tried its rights found it."""
        row = models.Right.objects.filter(region=region).first()
        return cls(row.user_id, row.project_id) if row else cls()


class Rights:
    """What is known of the service user's rights.

    :param projects: those that are asked for, by id
    """

    def __init__(self, region: str, projects: Mapping[str, models.Project]):
        self._region = region
        self._projects = projects
        self._own = Own.of(region)

    @functools.cache  # noqa: B019, it lives for one plan
    def is_admin(self, project_id) -> bool:
        """Whether the service user is known to have the role there."""
        project = self._projects.get(project_id)
        if not project or not self._own.user_id:
            return False
        given = models.RoleAssignment.objects.filter(
            region=self._region, actor_id__in=self._actors, role_name=ROLE
        )
        direct = given.filter(target_id=project_id, inherited=False)
        passed_on = given.filter(
            target_id__in=self._above(project), inherited=True
        )
        return direct.exists() or passed_on.exists()

    @functools.cached_property
    def _actors(self):
        """He, and the groups that he is in."""
        groups = models.Group.objects.filter(region=self._region)
        return {self._own.user_id} | {
            group.id
            for group in groups.iterator()
            if self._own.user_id in group.members
        }

    def _above(self, project):
        """Ids of the domain and the projects that pass roles on to it."""
        found = [project.domain_id]
        projects = models.Project.objects.filter(region=self._region)
        while project and project.parent_id not in found:
            found.append(project.parent_id)
            project = projects.filter(id=project.parent_id).first()
        return found


def give_role(user_id: str, project_id: str) -> str:
    """The way out, where the service user may not import."""
    words = ('--user', user_id or 'USER', '--project', project_id, ROLE)
    give = shlex.join(['openstack', 'role', 'add', *words])
    take = shlex.join(['openstack', 'role', 'remove', *words])
    return _t(
        'Give it the role for as long as that takes: %(give)s; retry, and '
        'take it away again: %(take)s'
    ) % {'give': give, 'take': take}
