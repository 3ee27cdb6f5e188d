"""Who may see what: every query that serves a page goes through here."""

import dataclasses
import functools

from django.db.models import Count

from rey_dashboard.inventory import models
from rey_dashboard.inventory import resources


@dataclasses.dataclass(frozen=True)
class Scope:
    """Cloud-wide, in one region: the policy lets nobody else in."""

    region: str

    def summaries(self):
        return models.ProjectSummary.objects.filter(region=self.region)

    def projects(self):
        return models.Project.objects.filter(region=self.region)

    def domains(self):
        return models.Domain.objects.filter(region=self.region)

    def domain_summaries(self):
        return models.DomainSummary.objects.filter(region=self.region)

    def usage_days(self):
        return models.UsageDay.objects.filter(region=self.region)

    def users(self):
        return models.User.objects.filter(region=self.region)

    def all_quotas(self):
        return models.Quota.objects.filter(region=self.region)

    @functools.cached_property
    def volume_types(self) -> list[resources.Resource]:
        """The resources that limit one volume type."""
        names = (
            self.all_quotas()
            .filter(service=resources.VOLUME)
            .order_by()
            .values_list('resource', flat=True)
            .distinct()
        )
        found = map(resources.of_volume_type, sorted(names))
        return [resource for resource in found if resource]

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

    def owned(self, model, project_id: str):
        """Rows of servers, volumes, ... that belong to one project."""
        return model.objects.filter(region=self.region, project_id=project_id)


def of(user) -> Scope:
    """The scope of Horizon's signed-in user, in the region he has chosen."""
    return Scope(user.services_region or '')
