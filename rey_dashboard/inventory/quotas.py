"""Reads the quotas of all projects: neither nova nor cinder gives a list."""

from collections.abc import Iterable
from collections.abc import Iterator
from concurrent import futures
import itertools

from rey_dashboard.cloud import compute
from rey_dashboard.cloud import volume
from rey_dashboard.inventory import models
from rey_dashboard.inventory import reading as reading_
from rey_dashboard.inventory import resources
from rey_dashboard.inventory import store

#: Projects asked for between two writes.
BATCH = 200


def read_compute(reading: reading_.Reading) -> None:
    source = compute.Compute(reading.cloud, reading.session)
    _read(reading, 'compute', source.quotas)


def read_volume(reading: reading_.Reading) -> None:
    source = volume.BlockStorage(reading.cloud, reading.session)
    _read(reading, 'volume', source.quotas)


def _read(reading, service, ask):
    projects = living_projects(reading.region)
    reading.expect(len(projects))
    workers = reading.settings.PARALLEL_CALLS
    with futures.ThreadPoolExecutor(workers) as pool:
        for batch in batches(projects):
            answers = pool.map(ask, batch)
            rows = [
                _row(project_id, service, quota, reading.stamp)
                for project_id, found in zip(batch, answers, strict=True)
                for quota in found or ()
            ]
            store.upsert(models.Quota, rows)
            reading.progress(len(batch))
    with reading.closing():
        store.unseen(
            models.Quota, reading.region, reading.number, service=service
        ).delete()


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


def living_projects(region: str) -> list[str]:
    """Projects that have quotas of their own: not gone, not left out."""
    excluded = models.Domain.objects.filter(region=region, excluded=True)
    return list(
        models.Project.objects.filter(region=region, gone_at=None)
        .exclude(domain_id__in=excluded.values('id'))
        .order_by('id')
        .values_list('id', flat=True)
    )


def batches(things: Iterable) -> Iterator[tuple]:
    """As many at once as are asked for between two writes."""
    pending = iter(things)
    return iter(lambda: tuple(itertools.islice(pending, BATCH)), ())
