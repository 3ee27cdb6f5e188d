"""Reads the quotas of all projects: neither nova nor cinder gives a list.

In a collection of changes only those of projects whose things changed are
read, and of the others the ones that were read longest ago.
"""

from collections.abc import Collection
from concurrent import futures
import math

from django.db import models as db_models
from django.db.models import Max
from django.db.models import Min

from rey_dashboard.cloud import compute
from rey_dashboard.cloud import volume
from rey_dashboard.inventory import models
from rey_dashboard.inventory import projects as projects_
from rey_dashboard.inventory import reading as reading_
from rey_dashboard.inventory import resources
from rey_dashboard.inventory import rhythm
from rey_dashboard.inventory import store

#: What the quotas of a service count.
COUNTED = {
    resources.COMPUTE: (models.Server,),
    resources.VOLUME: (models.Volume, models.Snapshot, models.Backup),
}


def read_compute(reading: reading_.Reading) -> None:
    source = compute.Compute(reading.cloud, reading.session)
    _read(reading, resources.COMPUTE, source.quotas)


def read_volume(reading: reading_.Reading) -> None:
    source = volume.BlockStorage(reading.cloud, reading.session)
    _read(reading, resources.VOLUME, source.quotas)


def _read(reading, service, ask):
    living = projects_.living(reading.region)
    asked = (
        living if reading.since is None else _turn(reading, service, living)
    )
    reading.expect(len(asked))
    workers = reading.settings.PARALLEL_CALLS
    with futures.ThreadPoolExecutor(workers) as pool:
        for batch in store.batches(asked):
            answers = pool.map(ask, batch)
            rows = [
                _row(project_id, service, quota, reading.stamp)
                for project_id, found in zip(batch, answers, strict=True)
                for quota in found or ()
            ]
            reading.write(models.Quota, rows)
            reading.progress(len(batch))
    with reading.closing():
        reading.total = len(living)
        _forget(reading, service, asked, living)


def _turn(reading, service, living):
    """The projects whose quota a collection of changes reads.

    Those that own something that was read later than their quota, or is gone
    since; those without a quota; and of the rest the ones read longest ago.
    """
    of_region = {'region': reading.region}
    told = models.Quota.objects.filter(
        service=service, counted=False, **of_region
    )
    seen = _by_project(told, Min('seen'))
    changed = {}
    for model in COUNTED[service]:
        later = model.objects.filter(
            seen__gt=min(seen.values(), default=0), **of_region
        )
        for project_id, number in _by_project(later, Max('seen')).items():
            changed[project_id] = max(changed.get(project_id, 0), number)
    chosen, rest = [], []
    for one in sorted(living, key=lambda one: (seen.get(one, 0), one)):
        was = seen.get(one, 0)
        is_wanted = not was or changed.get(one, 0) > was
        (chosen if is_wanted else rest).append(one)
    return chosen + rest[: math.ceil(len(living) / rhythm.TURNS)]


def _by_project(rows, number):
    return dict(rows.order_by().values_list('project_id').annotate(number))


def _forget(reading, service, asked, living):
    """Deletes rows of resources and of projects that are there no more."""
    rows = models.Quota.objects.filter(region=reading.region, service=service)
    if reading.since is None:
        rows.filter(seen__lt=reading.number).delete()
        return
    for batch in store.batches(asked):
        rows.filter(project_id__in=batch, seen__lt=reading.number).delete()
    told = rows.filter(counted=False).order_by()
    owners = set(told.values_list('project_id', flat=True).distinct())
    for batch in store.batches(sorted(owners.difference(living))):
        told.filter(project_id__in=batch).delete()


def ask_again(region: str, ids: Collection[str]) -> None:
    """The next reading asks for the quotas of these projects first."""
    for batch in store.batches(sorted(ids)):
        models.Quota.objects.filter(
            region=region, project_id__in=batch, service__in=COUNTED
        ).update(seen=0)


def drop(
    model: type[db_models.Model], region: str, ids: Collection[str]
) -> int:
    """Deletes things that are gone; returns how many there were.

    The next reading of the quotas that count them asks for their projects.
    """
    services = [name for name, counted in COUNTED.items() if model in counted]
    dropped = 0
    for batch in store.batches(sorted(ids)):
        rows = model.objects.filter(region=region, id__in=batch)
        owners = list(rows.order_by().values_list('project_id', flat=True))
        dropped += len(owners)
        rows.delete()
        models.Quota.objects.filter(
            region=region, service__in=services, project_id__in=set(owners)
        ).update(seen=0)
    return dropped


def _row(project_id, service, quota, stamp):
    told = vars(quota)
    if f'{service}.{quota.resource}' in resources.PER_THING:
        told = {**told, 'in_use': None, 'reserved': None}
    return models.Quota(
        project_id=project_id,
        service=service,
        percent=resources.percent(told['in_use'], quota.limit),
        **told,
        **stamp,
    )
