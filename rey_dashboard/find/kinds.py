"""What can be found: who may see it, what is told of it, where it leads."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses
from urllib import parse

from django.core import exceptions
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rey_dashboard.find import told
from rey_dashboard.inventory import scope as scope_
from rey_dashboard.policy import data
from rey_dashboard.policy import operate
from rey_dashboard.policy import tasks as task_rules
from rey_dashboard.policy import usage

_BOTH = (usage.READ, operate.READ)


@dataclasses.dataclass(frozen=True)
class Kind:
    """Things of one kind.

    :param name: as the directory has it
    :param one: what one of them is called
    :param rules: of the policy: who passes one of them sees some
    :param told: what is told of rows with these ids, by id
    :param page: address of our page of one; nothing without one
    :param horizon: name in Horizon's URL conf, with the id as its argument
    :param whole: only who may see the whole cloud sees them
    :param live: not of the directory
    """

    name: str
    label: str
    one: str
    rules: tuple[str, ...]
    told: Callable[[scope_.Scope, Iterable[str]], Mapping[str, told.Told]]
    page: Callable[[str, told.Told], str]
    horizon: str = ''
    whole: bool = False
    live: bool = False

    def scope(self, request) -> scope_.Scope | None:
        """The widest that the user has of these; none when he has none."""
        found = None
        for rule in self.rules:
            try:
                scope = scope_.of(request, rule)
            except exceptions.PermissionDenied:
                continue
            if scope.is_whole:
                return scope
            found = found or scope
        return None if self.whole else found


def _at(name, query=''):
    """A page of ours that is asked for the id."""

    def page(id_, row):
        if not query:
            return reverse(f'horizon:rey:{name}', args=[id_])
        return f'{reverse(f"horizon:rey:{name}")}?{query}={parse.quote(id_)}'

    return page


def _of_project(tab):
    def page(id_, row):
        if not row.has_page:
            return ''
        address = reverse(f'horizon:rey:projects:{tab}', args=[row.project_id])
        return f'{address}#tabs'

    return page


def _nowhere(id_, row):
    return ''


ALL = (
    Kind(
        'server',
        _('Servers'),
        _('server'),
        _BOTH,
        told.servers,
        _at('find:server'),
        'horizon:admin:instances:detail',
    ),
    Kind(
        'volume',
        _('Volumes'),
        _('volume'),
        _BOTH,
        told.volumes,
        _at('find:volume'),
        'horizon:admin:volumes:detail',
    ),
    Kind(
        'project',
        _('Projects'),
        _('project'),
        (usage.READ,),
        told.projects,
        _at('find:project'),
        'horizon:identity:projects:detail',
    ),
    Kind(
        'host',
        _('Hosts'),
        _('host'),
        (operate.READ,),
        told.hosts,
        _at('find:host'),
        whole=True,
    ),
    Kind(
        'backup',
        _('Backups'),
        _('backup'),
        _BOTH,
        told.backups,
        _at('find:backup'),
        'horizon:admin:backups:detail',
    ),
    Kind(
        'snapshot',
        _('Snapshots'),
        _('snapshot'),
        _BOTH,
        told.snapshots,
        _of_project('snapshots'),
        'horizon:admin:snapshots:detail',
    ),
    Kind(
        'floating_ip',
        _('Floating IPs'),
        _('floating IP'),
        _BOTH,
        told.floating_ips,
        _of_project('floating_ips'),
        'horizon:admin:floating_ips:detail',
    ),
    Kind(
        'subnet',
        _('Subnets'),
        _('subnet'),
        _BOTH,
        told.subnets,
        _nowhere,
        'horizon:admin:networks:subnets:detail',
    ),
    Kind(
        'user',
        _('Users'),
        _('user'),
        (usage.READ,),
        told.users,
        _at('projects:users', 'q'),
        'horizon:identity:users:detail',
    ),
    Kind(
        'group', _('Groups'), _('group'), (usage.READ,), told.groups, _nowhere
    ),
    Kind(
        'domain',
        _('Domains'),
        _('domain'),
        (usage.READ,),
        told.domains,
        _at('projects:index', 'domain'),
    ),
    Kind(
        'task',
        _('Tasks'),
        _('task'),
        (task_rules.READ,),
        told.tasks,
        _at('tasks:task'),
        live=True,
    ),
    Kind(
        'reading',
        _('Readings of the cloud'),
        _('reading'),
        (data.READ,),
        told.readings,
        lambda id_, row: reverse('horizon:rey:data:readings'),
        whole=True,
        live=True,
    ),
)
BY_NAME = {kind.name: kind for kind in ALL}
