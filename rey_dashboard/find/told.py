"""What is told of things of each kind, by their ids and within a scope.

A thing that is not among them has gone since the directory was made.
"""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses

from django.utils.translation import gettext as _

from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import scope as scope_
from rey_dashboard.tasks import models as task_models

#: How states that are an error begin, in all services.
_ERROR = 'error'
_GOOD = ('active', 'available', 'in-use', 'up')


@dataclasses.dataclass
class Told:
    """One thing.

    :param state: in the service's word
    :param colour: Bootstrap's, of the state
    :param host: where it is; for who may see the whole cloud
    :param has_page: whether its project has a page of ours
    """

    name: str
    state: str = ''
    colour: str = 'default'
    project_id: str = ''
    domain_id: str = ''
    host: str = ''
    project_name: str = ''
    domain_name: str = ''
    has_page: bool = False


Loader = Callable[[scope_.Scope, Iterable[str]], Mapping[str, Told]]


def _owned(model, told) -> Loader:
    def load(scope, ids):
        rows = scope.of_projects(model).filter(id__in=ids)
        return _with_projects(scope, {row.id: told(row) for row in rows})

    return load


def _of_domain(model, told, key='domain_id') -> Loader:
    def load(scope, ids):
        rows = model.objects.filter(region=scope.region, id__in=ids)
        if not scope.is_whole:
            rows = rows.filter(**{f'{key}__in': scope.domain_ids})
        return _with_domains(scope, {row.id: told(row) for row in rows})

    return load


def _with_projects(scope, found):
    summaries = scope.summaries().filter(
        project_id__in={row.project_id for row in found.values()}
    )
    summaries = {row.project_id: row for row in summaries}
    projects = scope.projects().filter(
        id__in={row.project_id for row in found.values()}
    )
    projects = {row.id: row for row in projects}
    for row in found.values():
        row.has_page = row.project_id in summaries
        if row.project_id in projects:
            row.project_name = projects[row.project_id].name
            row.domain_id = projects[row.project_id].domain_id
        if not scope.is_whole:
            row.host = ''
    return _with_domains(scope, found)


def _with_domains(scope, found):
    domains = scope.domains().filter(
        id__in={row.domain_id for row in found.values()}
    )
    names = dict(domains.values_list('id', 'name'))
    for row in found.values():
        row.domain_name = names.get(row.domain_id, '')
    return found


def colour(state: str) -> str:
    """Of what a service calls the state of a thing."""
    word = state.lower()
    if word.startswith(_ERROR):
        return 'danger'
    if word == 'down':
        return 'danger'
    return 'success' if word in _GOOD else 'default'


def _server(row):
    state = row.status
    if row.missing_since:
        state = _('%s, missing in the last listing') % state
    return Told(
        row.name, state, colour(row.status), row.project_id, host=row.host
    )


def _volume(row):
    return Told(
        row.name, row.status, colour(row.status), row.project_id, host=row.host
    )


def _copy(row):
    return Told(row.name, row.status, colour(row.status), row.project_id)


def _floating_ip(row):
    return Told(row.address, row.status, colour(row.status), row.project_id)


def _subnet(row):
    return Told(row.name or row.cidr, project_id=row.project_id)


def _enabled(row):
    state = _('enabled') if row.enabled else _('disabled')
    return state, 'default' if row.enabled else 'warning'


def _user(row):
    return Told(row.name, *_enabled(row), domain_id=row.domain_id)


def _group(row):
    return Told(row.name, domain_id=row.domain_id)


def _domain(row):
    return Told(row.name, *_enabled(row), domain_id=row.id)


def _project(row):
    state, of_state = _enabled(row)
    if row.gone_at:
        state, of_state = _('deleted'), 'warning'
    return Told(row.name, state, of_state, row.id, row.domain_id)


servers = _owned(models.Server, _server)
volumes = _owned(models.Volume, _volume)
backups = _owned(models.Backup, _copy)
snapshots = _owned(models.Snapshot, _copy)
floating_ips = _owned(models.FloatingIp, _floating_ip)
subnets = _owned(models.AddressRange, _subnet)
users = _of_domain(models.User, _user)
groups = _of_domain(models.Group, _group)
domains = _of_domain(models.Domain, _domain, 'id')


def projects(scope: scope_.Scope, ids: Iterable[str]) -> Mapping[str, Told]:
    rows = scope.projects().filter(id__in=ids)
    return _with_projects(scope, {row.id: _project(row) for row in rows})


def hosts(scope: scope_.Scope, ids: Iterable[str]) -> Mapping[str, Told]:
    """By the services on them, the worst state first."""
    if not scope.is_whole:
        return {}
    ids = set(ids)
    states = {}
    services = models.Service.objects.filter(region=scope.region)
    for host, state in services.values_list('host', 'state'):
        name = host.partition('@')[0]
        if name in ids:
            states.setdefault(name, set()).add(state)
    for row in models.Host.objects.filter(region=scope.region, name__in=ids):
        states.setdefault(row.name, set()).add(row.state)
    found = {}
    for name, told in states.items():
        state = next((bad for bad in ('down', 'unknown') if bad in told), 'up')
        of_state = 'success' if state == 'up' else 'danger'
        found[name] = Told(name, state, of_state, host=name)
    return found


def tasks(scope: scope_.Scope, ids: Iterable[str]) -> Mapping[str, Told]:
    rows = task_models.Task.objects.filter(region=scope.region, pk__in=ids)
    if not scope.is_whole:
        rows = rows.filter(domain_id__in=scope.domain_ids)
    return {
        str(row.pk): Told(row.title, str(row.get_state_display()))
        for row in rows
    }


def readings(scope: scope_.Scope, ids: Iterable[str]) -> Mapping[str, Told]:
    rows = models.PartReading.objects.filter(region=scope.region, pk__in=ids)
    return {
        str(row.pk): Told(
            str(parts.LABELS.get(row.name, row.name)),
            str(row.get_outcome_display()),
        )
        for row in rows
    }
