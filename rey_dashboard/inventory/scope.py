"""Who may see what: every query that serves a page goes through here."""

from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses
import datetime
import functools
import logging

from django import db
from django.core import exceptions
from django.db.models import Count
from django.utils import timezone

from rey_dashboard import policy
from rey_dashboard.inventory import domain_roles
from rey_dashboard.inventory import models
from rey_dashboard.inventory import resources
from rey_dashboard.inventory import values

LOG = logging.getLogger(__name__)


class Closed(exceptions.PermissionDenied):
    """The user had the right when his roles were last read, too long ago.

    :param read_at: when that was
    """

    def __init__(self, read_at: datetime.datetime):
        super().__init__(f'Roles on domains were last read at {read_at}.')
        self.read_at = read_at


@dataclasses.dataclass(frozen=True)
class Scope:
    """What one user may see of one region.

    :param domain_ids: the domains; none when it is the whole cloud
    """

    region: str
    domain_ids: frozenset[str] | None = None

    @property
    def is_whole(self) -> bool:
        return self.domain_ids is None

    def summaries(self):
        return self._by_domain(models.ProjectSummary)

    def projects(self):
        return self._by_domain(models.Project)

    def domains(self):
        return self._by_domain(models.Domain, 'id')

    def domain_summaries(self):
        return self._by_domain(models.DomainSummary)

    def users(self):
        return self._by_domain(models.User)

    def groups(self):
        return self._by_domain(models.Group)

    def usage_days(self):
        return self.of_projects(models.UsageDay)

    def all_quotas(self):
        return self.of_projects(models.Quota)

    def servers(self):
        return self.of_projects(models.Server)

    def volumes(self):
        return self.of_projects(models.Volume)

    def backups(self):
        return self.of_projects(models.Backup)

    def volume_coverage(self):
        return self.of_projects(models.VolumeCoverage)

    def proven_volumes(self):
        return self.of_projects(models.ProvenVolume)

    def project_coverage(self):
        return self.of_projects(models.ProjectCoverage)

    def domain_coverage(self):
        return self._by_domain(models.DomainCoverage)

    def service_levels(self):
        return self.of_projects(models.ServiceLevel)

    def domain_levels(self):
        return self._by_domain(models.DomainLevel)

    def of_projects(self, model):
        """Rows of servers, volumes, ... that belong to projects."""
        rows = model.objects.filter(region=self.region)
        if self.is_whole:
            return rows
        return rows.filter(project_id__in=self.projects().values('id'))

    def owned(self, model, project_id: str):
        """Those that belong to one project."""
        return self.of_projects(model).filter(project_id=project_id)

    @functools.cached_property
    def volume_types(self) -> list[resources.Resource]:
        """The resources that limit one volume type."""
        names = self.quota_names(resources.VOLUME)
        found = map(resources.of_volume_type, names)
        return [resource for resource in found if resource]

    def quota_names(self, service: str) -> Iterator[str]:
        """Every resource that a service limits, in its own words."""
        return values.of(self.all_quotas().filter(service=service), 'resource')

    def left_out(self) -> list[tuple[str, int]]:
        """Excluded domains with the number of their projects."""
        domains = self.domains().filter(excluded=True)
        counts = dict(
            self.projects()
            .filter(domain_id__in=domains.values('id'), gone_at=None)
            .values_list('domain_id')
            .annotate(Count('id'))
        )
        return sorted(
            (domain.name, counts[domain.id])
            for domain in domains
            if domain.id in counts
        )

    def _by_domain(self, model, key='domain_id'):
        rows = model.objects.filter(region=self.region)
        if self.is_whole:
            return rows
        return rows.filter(**{f'{key}__in': self.domain_ids})


def of(request, rule: str) -> Scope:
    """What the signed-in user may see by this rule, in his region.

    The rule speaks of the whole cloud, its twin ``..._domain`` of one domain.

    :raises Closed: his roles on domains are too old to count
    :raises django.core.exceptions.PermissionDenied: nothing at all
    """
    known = _remembered(request, rule, lambda: _of(request, rule))
    if isinstance(known, Scope):
        return known
    raise known


def each(request, rules: Mapping[str, str]) -> dict[str, Scope]:
    """The same for each name's rule; those that let nobody in are left out."""
    found = {name: _answer(request, rule) for name, rule in rules.items()}
    return {
        name: answer
        for name, answer in found.items()
        if isinstance(answer, Scope)
    }


def is_open(request, rule: str) -> bool:
    """Whether the user may see anything by this rule."""
    return isinstance(_answer(request, rule), Scope)


def is_told(request, rule: str) -> bool:
    """Whether he may see anything, or is told why not."""
    return isinstance(_answer(request, rule), (Scope, Closed))


def _answer(request, rule):
    try:
        return of(request, rule)
    except exceptions.PermissionDenied as error:
        return error


def _of(request, rule) -> Scope | exceptions.PermissionDenied:
    region = request.user.services_region or ''
    if policy.allowed(request, rule):
        return Scope(region)
    now = timezone.now()
    held = [
        role
        for role in _remembered(request, '', lambda: _roles(request, region))
        if policy.allowed_on_domain(
            request, rule, role.domain_id, role.role_name
        )
    ]
    young = {role.domain_id for role in held if domain_roles.counts(role, now)}
    if young:
        return Scope(region, frozenset(young))
    if held:
        return Closed(max(role.read_at for role in held))
    return exceptions.PermissionDenied()


def _roles(request, region):
    """The navigation asks on every page of Horizon: it must not break it."""
    try:
        return domain_roles.of_user(region, request.user.id)
    except (db.DatabaseError, exceptions.ImproperlyConfigured) as error:
        LOG.error('Nobody manages a domain: %s', error)
        return []


def _remembered(request, key, find):
    """For this request: several panels and the page ask the same."""
    known = request.__dict__.setdefault('_rey_scopes', {})
    if key not in known:
        known[key] = find()
    return known[key]
