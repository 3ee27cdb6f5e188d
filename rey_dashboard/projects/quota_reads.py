"""What the collector has read since a change was planned: that is a look, too.

Planning asks it to read those quotas anew. Who starts a little later, with the
preview read, need not wait for the same answers once more.
"""

from collections.abc import Collection
import datetime

from django.utils import timezone

from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import resources
from rey_dashboard.projects import quota_looks
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models as tasks

#: As long as a reading of who manages what holds.
GOOD_FOR = datetime.timedelta(minutes=10)
_PART = {
    resources.COMPUTE: parts.COMPUTE_QUOTAS,
    resources.VOLUME: parts.VOLUME_QUOTAS,
    resources.NETWORK: parts.NETWORK,
}
_NEVER = datetime.datetime.min.replace(tzinfo=datetime.UTC)


def since_planned(
    context: kinds.Context, step: tasks.Step
) -> quota_looks.Now | None:
    """None when only the service can tell, also after a try that was lost."""
    # Neutron tells all in one answer.
    if step.service == resources.NETWORK or _was_tried(step):
        return None
    rows = models.Quota.objects.filter(
        region=step.task.region,
        project_id=step.target,
        service=step.service,
        resource__in=step.after,
    )
    rows = list(rows)
    after = max(step.task.planned_at, timezone.now() - GOOD_FOR)
    if len(rows) < len(step.after) or not all(
        _begun(context, step, row.seen) > after for row in rows
    ):
        return None
    return quota_looks.Now(
        {row.resource: row.limit for row in rows},
        {
            row.resource: (row.in_use or 0) + (row.reserved or 0)
            for row in rows
        },
        is_fresh=False,
    )


def limits_since_ended(
    region: str, steps: Collection[tasks.Step]
) -> dict[tuple[str, str, str], int]:
    """By project, service and resource: what was asked since a step ended.

    What a collection asked before tells the old limit, also when it came to
    store that afterwards.
    """
    ended = {(step.target, step.service): step.ended_at for step in steps}
    rows = models.Quota.objects.filter(
        region=region, project_id__in={step.target for step in steps}
    )
    begun = {}
    found = {}
    for row in rows:
        key = row.project_id, row.service
        if key not in ended:
            continue
        read = row.service, row.seen
        if read not in begun:
            begun[read] = _started(region, *read)
        if begun[read] > ended[key]:
            found[(*key, row.resource)] = row.limit
    return found


def _was_tried(step):
    # A retry forgets the times, and keeps the error until it is well.
    return step.error or step.state != tasks.Step.State.PENDING


def _begun(context, step, number):
    """When the collection asked the service; long ago when nobody knows."""
    key = 'quotas read', step.service, number
    if key not in context.kept:
        context.kept[key] = _started(step.task.region, step.service, number)
    return context.kept[key]


def _started(region, service, number):
    readings = models.PartReading.objects.filter(
        region=region, name=_PART[service], number=number
    )
    first = readings.order_by('started_at').first()
    return first.started_at if first else _NEVER
