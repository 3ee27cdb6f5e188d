"""What projects used day by day: recorded by each collection, told to charts.

Nova, cinder and neutron tell the use of now only.
"""

from collections.abc import Iterator
import dataclasses
import datetime

from django.db.models import Sum
from django.db.models.fields.json import KeyTransform
from django.utils import timezone

from rey_dashboard.inventory import days as days_
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import resources
from rey_dashboard.inventory import store

#: The part that brings the quotas of each service.
SERVICES = {
    parts.COMPUTE_QUOTAS: resources.COMPUTE,
    parts.VOLUME_QUOTAS: resources.VOLUME,
    parts.NETWORK: resources.NETWORK,
}
#: Resources that nova's server hours tell a mean of, in the quota's unit.
HOURS = {
    'compute.instances': 'server_hours',
    'compute.cores': 'vcpu_hours',
    'compute.ram': 'ram_mib_hours',
}
#: Days that a change looks back.
WEEK = 7
#: Where a point is from: our own readings, or nova's server hours.
OWN, NOVA = 'own', 'nova'


@dataclasses.dataclass(frozen=True)
class Point:
    """What a project used on one day, in the quota's unit (RAM in MiB).

    :param mean: none when nothing is known of that day
    :param minimum: none, like ``maximum``, unless we read it ourselves
    :param source: ``OWN``, ``NOVA``, or nothing when nothing is known
    """

    day: datetime.date
    mean: float | None = None
    minimum: int | None = None
    maximum: int | None = None
    source: str = ''


def record(
    region: str, keep_days: int, now: datetime.datetime | None = None
) -> None:
    """Adds one sample of every project to today, and drops days too old.

    To be called once, at the end of a collection: only what this one read
    well is a new sample.
    """
    today = days_.of(now or timezone.now())
    quotas = _read_well(region)
    project_ids = quotas.order_by().values_list('project_id', flat=True)
    # A few projects at a time: the row of each is whole in itself.
    for some in store.batches(sorted(project_ids.distinct())):
        _sample(region, today, some, quotas.filter(project_id__in=some))
    models.ProjectDay.objects.filter(
        region=region, day__lt=today - days_.ONE * keep_days
    ).delete()


def _sample(region, today, project_ids, quotas):
    known = models.ProjectDay.objects.filter(
        region=region, day=today, project_id__in=project_ids
    )
    readings = {project_id: {} for project_id in project_ids}
    readings.update(known.values_list('project_id', 'readings'))
    sampled = set()
    for project_id, service, resource, in_use in quotas.values_list(
        'project_id', 'service', 'resource', 'in_use'
    ):
        day = readings[project_id]
        if (project_id, service) not in sampled:
            sampled.add((project_id, service))
            day[service] = day.get(service, 0) + 1
        _add(day, service, f'{service}.{resource}', in_use)
    store.upsert(
        models.ProjectDay,
        [
            models.ProjectDay(
                region=region, project_id=project_id, day=today, readings=day
            )
            for project_id, day in readings.items()
        ],
    )


def _read_well(region):
    """Quotas of the services that the last collection read well."""
    begun = models.Collector.objects.get(region=region).started_at
    well = models.PartState.objects.filter(
        region=region,
        name__in=SERVICES,
        started_at__gte=begun,
        ended_at__gte=begun,
        failing_since=None,
    ).values_list('name', flat=True)
    return models.Quota.objects.filter(
        region=region,
        service__in=[SERVICES[name] for name in well],
        in_use__isnull=False,
    )


def _add(day, service, key, in_use):
    kept = day.get(key)
    if kept is None:
        if not in_use:
            return
        # The samples before this one were left out, since they were 0.
        earlier = day[service] - 1
        kept = [earlier, 0 if earlier else in_use, 0, 0]
    samples, minimum, total, maximum = kept
    day[key] = [
        samples + 1,
        min(minimum, in_use),
        total + in_use,
        max(maximum, in_use),
    ]


def week_change(points: list[Point]) -> float | None:
    """Mean of the last day less that of the same day a week before.

    None when one of the two is not known.
    """
    if len(points) <= WEEK:
        return None
    now, then = points[-1].mean, points[-1 - WEEK].mean
    return None if now is None or then is None else now - then


def means(
    region: str, key: str, since: datetime.date
) -> Iterator[tuple[str, datetime.date, float]]:
    """Project, day and mean of a resource, for the days that we read.

    The database takes the one resource out of each row: all of them would
    have to be decoded here.
    """
    service = key.partition('.')[0]
    rows = (
        models.ProjectDay.objects.filter(region=region, day__gte=since)
        .annotate(
            known=KeyTransform(service, 'readings'),
            kept=KeyTransform(key, 'readings'),
        )
        .values_list('project_id', 'day', 'known', 'kept')
    )
    for project_id, day, known, kept in rows.iterator():
        if known:
            yield project_id, day, kept[2] / kept[0] if kept else 0.0


def series(
    region: str,
    project_id: str,
    resource_key: str,
    days: int,
    now: datetime.datetime | None = None,
) -> list[Point]:
    """A project's use of one resource on the last days, today at the end.

    :param resource_key: ``service.resource``, as ``Resource.key`` has it
    """
    wanted = days_.last(days, now or timezone.now())
    points = _from_nova(region, project_id, resource_key, wanted[0])
    points.update(_own(region, project_id, resource_key, wanted[0]))
    return [points.get(day) or Point(day) for day in wanted]


def _own(region, project_id, key, since):
    points = {}
    if key in resources.PER_THING:
        return points
    rows = models.ProjectDay.objects.filter(
        region=region, project_id=project_id, day__gte=since
    )
    for day, readings in rows.values_list('day', 'readings'):
        if key.partition('.')[0] in readings:
            samples, minimum, total, maximum = readings.get(key, (1, 0, 0, 0))
            points[day] = Point(day, total / samples, minimum, maximum, OWN)
    return points


def _from_nova(region, project_id, key, since):
    if key not in HOURS:
        return {}
    rows = models.UsageDay.objects.filter(
        region=region, project_id=project_id, day__gte=since
    )
    hours = dict(
        rows.order_by()
        .values_list('day')
        .annotate(total=Sum(HOURS[key]))
        .values_list('day', 'total')
    )
    return {
        day: Point(day, hours.get(day, 0.0) / known, source=NOVA)
        for day, known in days_.hours_read(region, since).items()
    }
