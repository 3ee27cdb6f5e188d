"""Which projects count: those that live, and those that are left out."""

from rey_dashboard.inventory import models


def living(region: str) -> list[str]:
    """Ids of projects that have quotas: not gone, not left out; in order."""
    return list(
        models.Project.objects.filter(region=region, gone_at=None)
        .exclude(domain_id__in=_excluded(region))
        .order_by('id')
        .values_list('id', flat=True)
    )


def left_out(region: str) -> set[str]:
    """Ids of the projects of domains that EXCLUDE_DOMAINS names."""
    return set(
        models.Project.objects.filter(
            region=region, domain_id__in=_excluded(region)
        ).values_list('id', flat=True)
    )


def _excluded(region):
    return models.Domain.objects.filter(region=region, excluded=True).values(
        'id'
    )
