"""Reads volumes, snapshots and backups into the inventory."""

import logging

from rey_dashboard.cloud import volume
from rey_dashboard.inventory import models
from rey_dashboard.inventory import reading as reading_
from rey_dashboard.inventory import store

LOG = logging.getLogger(__name__)


def read_volumes(reading: reading_.Reading) -> None:
    source = volume.BlockStorage(reading.cloud, reading.session)
    _read(reading, source, 'volumes', source.volumes(), models.Volume)


def read_snapshots(reading: reading_.Reading) -> None:
    source = volume.BlockStorage(reading.cloud, reading.session)
    _read(reading, source, 'snapshots', source.snapshots(), models.Snapshot)


def read_backups(reading: reading_.Reading) -> None:
    source = volume.BlockStorage(reading.cloud, reading.session)
    _read(reading, source, 'backups', source.backups(), models.Backup)


def read_services(reading: reading_.Reading) -> None:
    """Reads the volume types as well: both are few."""
    source = volume.BlockStorage(reading.cloud, reading.session)
    for types in source.types():
        store.upsert(
            models.VolumeType,
            [models.VolumeType(**vars(row), **reading.stamp) for row in types],
        )
        reading.progress(len(types))
    services = source.services()
    store.upsert(
        models.VolumeService,
        [
            models.VolumeService(**vars(row), **reading.stamp)
            for row in services
        ],
    )
    reading.progress(len(services))
    with reading.closing():
        for model in (models.VolumeType, models.VolumeService):
            store.unseen(model, reading.region, reading.number).delete()


def _read(reading, source, kind, pages, model):
    """Calls what was not listed gone only when cinder's count agrees."""
    before = source.count(kind)
    reading.expect(before)
    for page in pages:
        store.upsert(
            model, [model(**vars(row), **reading.stamp) for row in page]
        )
        reading.progress(len(page))
    proven = reading.rows in (before, source.count(kind))
    with reading.closing():
        if proven:
            store.unseen(model, reading.region, reading.number).delete()
        else:
            LOG.warning(
                'Of the %s of %s %d were listed, cinder counts %d; none is '
                'called gone before the next collection',
                kind,
                reading.region,
                reading.rows,
                before,
            )
