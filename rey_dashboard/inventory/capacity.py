"""Reads what hosts and storage pools have and how much of it is taken."""

from concurrent import futures

from rey_dashboard.cloud import compute
from rey_dashboard.cloud import placement
from rey_dashboard.cloud import volume
from rey_dashboard.inventory import models
from rey_dashboard.inventory import reading as reading_
from rey_dashboard.inventory import store


def read_hosts(reading: reading_.Reading) -> None:
    source = compute.Compute(reading.cloud, reading.session)
    for hosts in source.hosts():
        store.upsert(
            models.Host,
            [models.Host(**vars(host), **reading.stamp) for host in hosts],
        )
        reading.progress(len(hosts))
    _read_inventories(reading)
    with reading.closing():
        for model in (models.Host, models.Inventory):
            store.unseen(model, reading.region, reading.number).delete()


def _read_inventories(reading):
    source = placement.Placement(reading.cloud, reading.session)
    providers = source.providers()
    reading.expect(reading.rows + len(providers))
    workers = reading.settings.PARALLEL_CALLS
    with futures.ThreadPoolExecutor(workers) as pool:
        for batch in store.batches(providers):
            answers = pool.map(
                source.inventories, [provider.id for provider in batch]
            )
            rows = [
                models.Inventory(
                    provider_id=provider.id,
                    root_id=provider.root_id,
                    **vars(inventory),
                    **reading.stamp,
                )
                for provider, found in zip(batch, answers, strict=True)
                for inventory in found or ()
            ]
            store.upsert(models.Inventory, rows)
            reading.progress(len(batch))


def read_pools(reading: reading_.Reading) -> None:
    """A pool that the scheduler does not tell is gone with its service."""
    source = volume.BlockStorage(reading.cloud, reading.session)
    pools = source.pools()
    store.upsert(
        models.Pool,
        [models.Pool(**vars(pool), **reading.stamp) for pool in pools],
    )
    reading.progress(len(pools))
    unseen = store.unseen(models.Pool, reading.region, reading.number)
    back_ends = source.back_ends()
    gone = [
        name
        for name in unseen.values_list('name', flat=True)
        if name.partition('#')[0] not in back_ends
    ]
    with reading.closing():
        unseen.filter(name__in=gone).delete()
