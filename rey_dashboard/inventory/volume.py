"""Reads volumes, snapshots and backups into the inventory."""

import itertools

from rey_dashboard.cloud import services as cloud_services
from rey_dashboard.cloud import volume
from rey_dashboard.inventory import backup_times
from rey_dashboard.inventory import gone as gone_
from rey_dashboard.inventory import models
from rey_dashboard.inventory import quotas
from rey_dashboard.inventory import reading as reading_
from rey_dashboard.inventory import resources
from rey_dashboard.inventory import services as services_
from rey_dashboard.inventory import store

#: Deleted things that are looked for one by one; with more of them, reading
#: everything costs less.
MOST_SOUGHT = 20


def read_volumes(reading: reading_.Reading) -> None:
    _Kind(reading, 'volumes', models.Volume).read()


def read_snapshots(reading: reading_.Reading) -> None:
    _Kind(reading, 'snapshots', models.Snapshot).read()


def read_backups(reading: reading_.Reading) -> None:
    _Backups(reading, 'backups', models.Backup).read()


def read_services(reading: reading_.Reading) -> None:
    """Reads the volume types as well: both are few."""
    source = volume.BlockStorage(reading.cloud, reading.session)
    for types in source.types():
        reading.write(
            models.VolumeType,
            [models.VolumeType(**vars(row), **reading.stamp) for row in types],
        )
        reading.progress(len(types))
    services = source.services()
    reading.write(
        models.VolumeService,
        [
            models.VolumeService(**vars(row), **reading.stamp)
            for row in services
        ],
    )
    reading.progress(len(services))
    told = [cloud_services.of_cinder(row) for row in services]
    with reading.closing():
        services_.keep(reading, resources.VOLUME, told)
        for model in (models.VolumeType, models.VolumeService):
            store.unseen(model, reading.region, reading.number).delete()


class _Kind:
    """Things that cinder counts, but never tells when they were deleted."""

    def __init__(self, reading, name, model):
        self._reading = reading
        self._source = volume.BlockStorage(reading.cloud, reading.session)
        self._name = name
        self._model = model
        self._rows = model.objects.filter(region=reading.region)

    def read(self):
        gone = None
        if self._reading.since is not None:
            gone = self._read_changes()
        if gone is None:
            gone = self._read_all()
        is_full = self._reading.since is None
        changed = bool(is_full or self._reading.rows or gone)
        with self._reading.closing(changed):
            self._reading.gone = quotas.drop(
                self._model, self._reading.region, gone
            )
            self._reading.total = self._rows.count()

    def _read_all(self):
        """Ids of what was not listed, if the listing is whole.

        It is when cinder's own count agrees with it.
        """
        before = self._source.count(self._name)
        self._reading.expect(before)
        for page in self._source.all(self._name):
            self._write(page)
        listed = self._reading.rows
        if listed not in (before, self._source.count(self._name)):
            self._reading.notes.append(
                f'Cinder listed {listed:,} {self._name} and counts '
                f'{before:,}. None is called gone before the next reading.'
            )
            return ()
        return store.unseen(
            self._model, self._reading.region, self._reading.number
        ).values_list('id', flat=True)

    def _read_changes(self):
        """Ids of what is proven gone; None when everything must be read."""
        for _attempt in range(2):
            for page in self._source.changed(self._name, self._reading.since):
                self._write(page)
            surplus = self._rows.count() - self._source.count(self._name)
            # Less than none: something came between the two.
            if surplus >= 0:
                break
        else:
            self._reading.take_all(
                f'Cinder counts {-surplus:,} {self._name} more than it told '
                'changes of, so all were read.'
            )
            return None
        if surplus > MOST_SOUGHT:
            self._reading.take_all()
            return None
        return self._seek() if surplus else ()

    def _seek(self):
        ours = list(
            self._rows.order_by('created_at', 'id').values_list(
                'id', flat=True
            )
        )

        def id_at(place):
            self._reading.progress(0)
            return self._source.id_at(self._name, place)

        found = itertools.islice(
            gone_.candidates(ours, id_at), MOST_SOUGHT + 1
        )
        return [one for one in found if self._source.is_gone(self._name, one)]

    def _write(self, page):
        self._reading.write(
            self._model,
            [self._model(**vars(row), **self._reading.stamp) for row in page],
        )
        self._reading.progress(len(page))


class _Backups(_Kind):
    def _write(self, page):
        super()._write(backup_times.kept(self._reading.region, page))
