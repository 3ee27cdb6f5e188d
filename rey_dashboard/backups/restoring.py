"""What every restore does alike, whatever it is for."""

from collections.abc import Iterator
from collections.abc import Mapping
import time

from django.urls import reverse
from django.utils.translation import gettext as _t
from keystoneauth1 import exceptions as ks_exceptions

from rey_dashboard.cloud import backups
from rey_dashboard.cloud import restored
from rey_dashboard.cloud import times
from rey_dashboard.tasks import kinds

#: One that is under way is looked at again after a quarter of what it took so
#: far, within these.
LOOK_S, LONGEST_LOOK_S = 1, 30


def to_volume(volume_id: str) -> Iterator[kinds.Link]:
    """Our page of a volume, and Horizon's."""
    page = reverse('horizon:rey:find:volume', args=[volume_id])
    yield kinds.Link(_t('Open the volume'), page)
    page = reverse('horizon:admin:volumes:detail', args=[volume_id])
    yield kinds.Link(_t('in Horizon'), page, admin=True)


def look_again_s(work: Mapping) -> float:
    """:param work: with the time ``since`` when it is under way"""
    took_s = time.time() - work['since']
    return min(LONGEST_LOOK_S, max(LOOK_S, took_s / 4))


def took_s(volume: Mapping) -> float:
    """Seconds from a volume's making to its last change, by Cinder's clock."""
    made, changed = (
        times.parse(volume.get(name)) for name in ('created_at', 'updated_at')
    )
    return round((changed - made).total_seconds(), 1) if changed else 0.0


def refuse_ill(backup: Mapping | None) -> None:
    """:raises kinds.Refused: nothing can be restored from it now"""
    if backup is None:
        raise kinds.Refused(_t('The backup is not there any more.'))
    if backup['status'] != restored.READY:
        words = _t('The backup is %s.') % backup['status']
        raise kinds.Refused(
            f'{words} {backup.get("fail_reason") or ""}'.strip(),
            _t('Choose another one of the volume.'),
        )


def begin(
    owner: backups.Owner,
    name: str,
    mark: str,
    backup_id: str,
    gib: int,
    type_: str,
) -> str:
    """As ``restored.make``; nothing while the backup is restored elsewhere.

    Cinder does one restore of a backup after the other.

    :raises kinds.Refused: nothing can be restored from it
    """
    backup = owner.backup(backup_id)
    if _is_restored(backup):
        return ''
    refuse_ill(backup)
    try:
        return restored.make(owner, name, mark, backup_id, gib, type_)
    except ks_exceptions.BadRequest:
        # Somebody was quicker, or it is wrong for good.
        if _is_restored(owner.backup(backup_id)):
            return ''
        raise


def stop(owner: backups.Owner, backup_id: str) -> None:
    """Has Cinder give up to restore it, if it does; see ``restored.stop``."""
    if _is_restored(owner.backup(backup_id)):
        restored.stop(owner, backup_id)


def _is_restored(backup):
    return bool(backup) and backup['status'] == restored.RESTORING
