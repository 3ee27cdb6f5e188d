"""What becomes of stuck backups, and which are left alone and why."""

from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses

from django.utils.translation import gettext as _t

from rey_dashboard.backups import holds
from rey_dashboard.backups import mending
from rey_dashboard.backups import stuck
from rey_dashboard.inventory import models
from rey_dashboard.inventory import resources
from rey_dashboard.inventory import store
from rey_dashboard.tasks import kinds

BACKUP, DELETED = 'backup', 'deleted'
#: Words of the preview.
HALF, LOST, VOLUME_UNKNOWN, HALF_RESTORED = (
    'half',
    'lost',
    'volume_unknown',
    'half_restored',
)


@dataclasses.dataclass(frozen=True)
class Asked:
    """What a task of these kinds is asked for.

    :param backups: their ids
    :param looked: somebody says that no cinder-backup is at them
    :param to_status: ``available`` or ``error``; nothing for what fits each
    """

    backups: tuple[str, ...]
    looked: bool = False
    to_status: str = ''


def read(parameters: Mapping) -> Asked:
    return Asked(**{**parameters, 'backups': tuple(parameters['backups'])})


def resets(region: str, asked: Asked) -> Iterator[kinds.Planned]:
    for backup_id, row, things in _rows(region, asked):
        if row is None:
            yield _gone(backup_id)
            continue
        to_status = asked.to_status or stuck.fitting(row.status)
        flags = []
        if to_status == stuck.AVAILABLE and row.status != stuck.RESTORING:
            flags.append(HALF)
        elif to_status == stuck.ERROR and row.status == stuck.RESTORING:
            flags.append(LOST)
        why_not = stuck.why_not(row, asked.looked)
        yield _planned(row, things.of(row), to_status, flags, why_not)


def deletions(region: str, asked: Asked) -> Iterator[kinds.Planned]:
    held = holds.of(region, asked.backups)
    for backup_id, row, things in _rows(region, asked):
        if row is None:
            yield _gone(backup_id)
            continue
        why_not = stuck.why_not(row, asked.looked)
        if backup_id in held:
            why_not = holds.refused(held[backup_id])
        elif _is_built_on(row):
            why_not = _t('Others build on it.')
        elif row.status == stuck.RESTORING:
            why_not = _t('It is whole: set it to available instead.')
        yield _planned(row, things.of(row), DELETED, [], why_not)


def _rows(region, asked):
    for ids in store.batches(asked.backups, store.BATCH):
        rows = models.Backup.objects.filter(region=region, id__in=ids)
        rows = {row.id: row for row in rows}
        things = mending.Things(region, rows.values())
        for backup_id in ids:
            yield backup_id, rows.get(backup_id), things


def _is_built_on(row):
    upon = models.BackupChain.objects.filter(
        region=row.region, parent_id=row.id
    )
    return row.has_dependent_backups or upon.exists()


def _gone(backup_id):
    return kinds.Planned(
        target=backup_id,
        service=resources.VOLUME,
        refused=_t('The backup is not there any more.'),
    )


def _planned(row, thing, to_status, flags, why_not):
    if thing is None:
        flags = [*flags, VOLUME_UNKNOWN]
        thing = mending.Thing()
    before, after = {BACKUP: row.status}, {BACKUP: to_status}
    if thing.status in (mending.BACKING_UP, mending.RESTORING):
        before[thing.kind], after[thing.kind] = thing.status, thing.to_status
    if thing.to_status == mending.HALF_RESTORED:
        flags = [*flags, HALF_RESTORED]
    return kinds.Planned(
        target=row.id,
        target_name=(row.name or row.id)[:255],
        service=resources.VOLUME,
        before=before,
        after=after,
        flags=() if why_not else tuple(flags),
        refused=why_not,
        work={
            'project_id': row.project_id,
            'backup_id': row.id,
            'volume_id': row.volume_id,
            'since': stuck.since(row).isoformat(),
            'kind': thing.kind,
            'thing_id': thing.id,
            'is_named': thing.is_named,
        },
    )
