"""Reads volumes into the inventory."""

import logging

from rey_dashboard.cloud import volume
from rey_dashboard.inventory import models
from rey_dashboard.inventory import reading as reading_
from rey_dashboard.inventory import store

LOG = logging.getLogger(__name__)


def read_volumes(reading: reading_.Reading) -> None:
    source = volume.BlockStorage(reading.cloud, reading.session)
    before = source.count()
    reading.expect(before)
    for volumes in source.volumes():
        store.upsert(
            models.Volume,
            [models.Volume(**vars(row), **reading.stamp) for row in volumes],
        )
        reading.progress(len(volumes))
    proven = reading.rows in (before, source.count())
    with reading.closing():
        if proven:
            store.unseen(
                models.Volume, reading.region, reading.number
            ).delete()
        else:
            LOG.warning(
                'Volumes of %s: %d listed, cinder counts %d; none is called '
                'gone before the next collection',
                reading.region,
                reading.rows,
                before,
            )
