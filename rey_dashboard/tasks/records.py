"""Who asked what of a task: written with what was asked, and never changed."""

import dataclasses

from django.utils import timezone

from rey_dashboard.tasks import models


@dataclasses.dataclass(frozen=True)
class Actor:
    """Who asks.

    :param address: of the browser, as the web server tells it
    """

    id: str
    name: str = ''
    address: str = ''


def add(
    task: models.Task, actor: Actor, what: models.Record.What, **details
) -> None:
    """To be called in the transaction of what it records."""
    models.Record.objects.create(
        region=task.region,
        task=task,
        at=timezone.now(),
        who_id=actor.id,
        who_name=actor.name,
        address=actor.address[:64],
        what=what,
        details=details,
    )
