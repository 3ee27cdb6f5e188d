"""Reads what hosts and storage pools have, what is taken, and aggregates."""

from concurrent import futures

from rey_dashboard.cloud import aggregates
from rey_dashboard.cloud import compute
from rey_dashboard.cloud import placement
from rey_dashboard.cloud import volume
from rey_dashboard.inventory import models
from rey_dashboard.inventory import reading as reading_
from rey_dashboard.inventory import store


def read_hosts(reading: reading_.Reading) -> None:
    source = compute.Compute(reading.cloud, reading.session)
    for hosts in source.hosts():
        reading.write(
            models.Host,
            [models.Host(**vars(host), **reading.stamp) for host in hosts],
        )
        reading.progress(len(hosts))
    source = placement.Placement(reading.cloud, reading.session)
    providers = source.providers()
    asked = _changed(reading, providers)
    reading.expect(reading.rows + len(asked))
    _read_inventories(reading, source, asked)
    with reading.closing():
        store.unseen(models.Host, reading.region, reading.number).delete()
        _forget(reading, providers, asked)


def _changed(reading, providers):
    """Those that have a new generation since they were read."""
    if reading.since is None:
        return providers
    known = dict(
        models.Inventory.objects.filter(region=reading.region)
        .values_list('provider_id', 'generation')
        .distinct()
    )
    return [row for row in providers if known.get(row.id) != row.generation]


def _read_inventories(reading, source, providers):
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
                    # Of before its inventories were asked for: what changed
                    # in between is read again.
                    generation=provider.generation,
                    **vars(inventory),
                    **reading.stamp,
                )
                for provider, found in zip(batch, answers, strict=True)
                for inventory in found or ()
            ]
            reading.write(models.Inventory, rows)
            reading.progress(len(batch))


def _forget(reading, providers, asked):
    """Deletes what providers have no more, and what is of none."""
    rows = models.Inventory.objects.filter(region=reading.region)
    ids = rows.order_by().values_list('provider_id', flat=True).distinct()
    gone = set(ids).difference(provider.id for provider in providers)
    for batch in store.batches(sorted(gone)):
        rows.filter(provider_id__in=batch).delete()
    unseen = store.unseen(models.Inventory, reading.region, reading.number)
    for batch in store.batches(provider.id for provider in asked):
        unseen.filter(provider_id__in=batch).delete()


def read_pools(reading: reading_.Reading) -> None:
    """A pool that the scheduler does not tell is gone with its service."""
    source = volume.BlockStorage(reading.cloud, reading.session)
    pools = source.pools()
    reading.write(
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


def read_aggregates(reading: reading_.Reading) -> None:
    source = aggregates.Aggregates(reading.cloud, reading.session)
    told = source.all()
    reading.progress(len(told))
    rows = [models.Aggregate(**vars(row), **reading.stamp) for row in told]
    with reading.closing():
        store.upsert(models.Aggregate, rows)
        store.unseen(models.Aggregate, reading.region, reading.number).delete()
