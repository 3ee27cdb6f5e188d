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
