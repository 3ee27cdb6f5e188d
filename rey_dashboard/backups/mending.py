"""The volume or snapshot of a stuck backup: its status is mended, too.

Cinder mends the backup alone, and refuses most orders for a volume that it
calls ``backing-up`` or ``restoring-backup``.
"""

from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses

from rey_dashboard.backups import stuck
from rey_dashboard.cloud import backups
from rey_dashboard.cloud import stuck_backups
from rey_dashboard.inventory import models

BACKING_UP, RESTORING = stuck_backups.BACKING_UP, stuck_backups.RESTORING
#: As cinder-backup calls it when it starts: neither old nor new stands on it.
HALF_RESTORED = 'error_restoring'
#: As Cinder names a volume that it makes to restore to.
_MADE_FOR = 'restore_backup_'


@dataclasses.dataclass(frozen=True)
class Thing:
    """What was to be backed up, or to be restored to.

    :param kind: ``volume`` or ``snapshot``
    :param is_named: it is for sure of this backup
    """

    kind: str = ''
    id: str = ''
    status: str = ''
    to_status: str = ''
    is_named: bool = True


class Things:
    """Those of some backups, as the inventory has them."""

    def __init__(self, region: str, rows: Iterable[models.Backup]):
        rows = list(rows)
        volumes = models.Volume.objects.filter(region=region)
        self._sources = _by_id(volumes, [row.volume_id for row in rows])
        snapshots = models.Snapshot.objects.filter(region=region)
        self._snapshots = _by_id(snapshots, [row.snapshot_id for row in rows])
        restored = {
            row.project_id for row in rows if row.status == stuck.RESTORING
        }
        self._filling = list(
            volumes.filter(project_id__in=restored, status=RESTORING)
        )
        self._restoring = list(
            models.Backup.objects.filter(
                region=region,
                project_id__in=restored,
                status=stuck.RESTORING,
            ).values_list('project_id', flat=True)
        )

    def of(self, row: models.Backup) -> Thing | None:
        """None where it is not known, though there is one."""
        if row.status == stuck.MAKING:
            return self._source(row)
        if row.status == stuck.RESTORING:
            return self._target(row)
        return Thing()

    def _source(self, row):
        if row.snapshot_id:
            snapshot = self._snapshots.get(row.snapshot_id)
            if snapshot is None or snapshot.status != BACKING_UP:
                return Thing()
            return Thing(
                'snapshot', snapshot.id, snapshot.status, stuck.AVAILABLE
            )
        volume = self._sources.get(row.volume_id)
        if volume is None:
            return Thing()
        # Its row may be older than the backup's: it is looked at in its turn.
        return Thing(
            'volume', volume.id, volume.status, free(volume.server_ids)
        )

    def _target(self, row):
        """Cinder does not tell into which volume a backup is restored."""
        filling = [
            one for one in self._filling if one.project_id == row.project_id
        ]
        for one in filling:
            if one.name == _MADE_FOR + row.id:
                return Thing('volume', one.id, one.status, HALF_RESTORED)
        alone = self._restoring.count(row.project_id) == 1
        if len(filling) == 1 and alone:
            (one,) = filling
            return Thing('volume', one.id, one.status, HALF_RESTORED, False)
        return None if filling else Thing()


def free(attachments) -> str:
    """What a volume is when no backup is made of it."""
    return 'in-use' if attachments else 'available'


def mend(owner: backups.Owner, step) -> tuple[Mapping, dict]:
    """What becomes of it, by its kind, and Cinder's rows of a volume.

    One that is in another state by now is left alone, and so is one of which
    another backup is under way.
    """
    kind, thing_id = step.work['kind'], step.work['thing_id']
    if kind == 'snapshot':
        return _mend_snapshot(owner, step, thing_id), {}
    if not kind:
        return {}, {}
    row = owner.volume(thing_id)
    if row is None:
        return {kind: None}, {}
    if _may_mend(owner, step, row):
        to_status = HALF_RESTORED
        if row['status'] == BACKING_UP:
            to_status = free(row['attachments'])
        stuck_backups.reset(owner, kind, thing_id, to_status)
        row = owner.volume(thing_id) or row
    return {kind: row['status']}, row


def _may_mend(owner, step, row):
    backup_id = step.work['backup_id']
    if row['status'] == BACKING_UP:
        others = stuck_backups.of_volume(owner, row['id'])
        others = [one for one in others if one['status'] == stuck.MAKING]
    elif row['status'] == RESTORING:
        named = step.work['is_named']
        others = () if named else stuck_backups.restoring(owner)
    else:
        return False
    return not any(one['id'] != backup_id for one in others)


def _mend_snapshot(owner, step, snapshot_id):
    row = stuck_backups.snapshot(owner, snapshot_id)
    if row is None:
        return {'snapshot': None}
    others = stuck_backups.of_volume(owner, row['volume_id'])
    if row['status'] == BACKING_UP and not any(
        one['status'] == stuck.MAKING
        and one['snapshot_id'] == snapshot_id
        and one['id'] != step.work['backup_id']
        for one in others
    ):
        stuck_backups.reset(owner, 'snapshot', snapshot_id, stuck.AVAILABLE)
        return {'snapshot': stuck.AVAILABLE}
    return {'snapshot': row['status']}


def _by_id(rows, ids):
    return {row.id: row for row in rows.filter(id__in=set(ids) - {''})}
