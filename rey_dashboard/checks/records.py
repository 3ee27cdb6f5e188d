"""What people did about a finding: written with it, and never changed."""

from django.utils import timezone

from rey_dashboard.checks import models
from rey_dashboard.tasks import records


def add(
    finding: models.Finding,
    actor: records.Actor,
    what: models.FindingRecord.What,
    **details,
) -> None:
    """To be called in the transaction of what it records."""
    models.FindingRecord.objects.create(
        region=finding.region,
        finding=finding,
        at=timezone.now(),
        who_id=actor.id,
        who_name=actor.name,
        address=actor.address[:64],
        what=what,
        details=details,
    )
