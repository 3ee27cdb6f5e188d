"""Who may see what: every query that serves a page goes through here."""

import dataclasses

from django.db.models import Count

from rey_dashboard.inventory import models


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

    def servers(self, project_id: str):
        return models.Server.objects.filter(
            region=self.region, project_id=project_id
        )

    def volumes(self, project_id: str):
        return models.Volume.objects.filter(
            region=self.region, project_id=project_id
        )

    def quotas(self, project_id: str):
        return models.Quota.objects.filter(
            region=self.region, project_id=project_id
        )


def of(user) -> Scope:
    """The scope of Horizon's signed-in user, in the region he has chosen."""
    return Scope(user.services_region or '')
