"""Reads the quotas of all projects: neither nova nor cinder gives a list."""

from concurrent import futures

from rey_dashboard.cloud import compute
from rey_dashboard.cloud import volume
from rey_dashboard.inventory import models
from rey_dashboard.inventory import projects as projects_
from rey_dashboard.inventory import reading as reading_
from rey_dashboard.inventory import resources
from rey_dashboard.inventory import store


def read_compute(reading: reading_.Reading) -> None:
    source = compute.Compute(reading.cloud, reading.session)
    _read(reading, 'compute', source.quotas)


def read_volume(reading: reading_.Reading) -> None:
    source = volume.BlockStorage(reading.cloud, reading.session)
    _read(reading, 'volume', source.quotas)


def _read(reading, service, ask):
    projects = projects_.living(reading.region)
    reading.expect(len(projects))
    workers = reading.settings.PARALLEL_CALLS
    with futures.ThreadPoolExecutor(workers) as pool:
        for batch in store.batches(projects):
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
