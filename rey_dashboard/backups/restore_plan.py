"""What is restored to which new volumes, and what is left out and why."""

from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses

from django.utils.translation import gettext as _t

from rey_dashboard.backups import restore_sources
from rey_dashboard.backups import room
from rey_dashboard.inventory import models
from rey_dashboard.inventory import resources
from rey_dashboard.inventory import store
from rey_dashboard.tasks import kinds

#: In which all restores to new volumes stand.
LANE = 'restore'
#: Words of the preview.
VOLUME_GONE, DEFAULT_TYPE = 'volume_gone', 'default_type'
#: What a step's ``after`` speaks of; an undoing speaks of the status alone.
NAME, GIB, TYPE, PROJECT = 'name', 'gib', 'type', 'project'
DATA, STATUS, DELETED = 'data of', 'status', 'deleted'


@dataclasses.dataclass(frozen=True)
class Asked:
    """What a task of this kind is asked for.

    :param backups: their ids
    :param name: of the volume; nothing for that of the old one
    :param type: of the volume; nothing for that of the old one
    :param size_gib: of the volume; 0 for the backup's, and never less
    :param at_once: restores to new volumes under way together; 0 for any
    """

    backups: tuple[str, ...]
    name: str = ''
    type: str = ''
    size_gib: int = 0
    at_once: int = 0


def read(parameters: Mapping) -> Asked:
    return Asked(**{**parameters, 'backups': tuple(parameters['backups'])})


def steps(region: str, asked: Asked) -> Iterator[kinds.Planned]:
    """In the order of the ids."""
    types = restore_sources.Types(region)
    left = room.Room(region, _owners(region, asked.backups))
    for ids in store.batches(asked.backups, store.BATCH):
        sources = restore_sources.read(region, ids)
        for backup_id in ids:
            source = sources.get(backup_id)
            if source is None:
                yield gone(backup_id)
            else:
                yield _step(source, asked, types, left)


def _owners(region, backup_ids):
    found = set()
    for ids in store.batches(backup_ids, store.BATCH):
        rows = models.Backup.objects.filter(region=region, id__in=ids)
        found.update(rows.values_list('project_id', flat=True))
    return found


def gone(backup_id: str) -> kinds.Planned:
    return kinds.Planned(
        target=backup_id,
        service=resources.VOLUME,
        refused=_t('The backup is not there any more.'),
    )


def needed(gib: int, type_: str) -> dict[str, int]:
    """What a volume takes of its project's quota, by Cinder's names."""
    told = {'volumes': 1, 'gigabytes': gib}
    if type_:
        told |= {f'volumes_{type_}': 1, f'gigabytes_{type_}': gib}
    return told


def _step(source, asked, types, left) -> kinds.Planned:
    backup = source.backup
    type_ = types.of(source, asked.type)
    gib = max(asked.size_gib, backup.size_gib)
    flags = []
    if source.volume is None:
        flags.append(VOLUME_GONE)
    if not type_:
        flags.append(DEFAULT_TYPE)
    refused = (
        source.homeless
        or source.ill
        or types.refuses(type_)
        or left.take(backup.project_id, needed(gib, type_))
    )
    return kinds.Planned(
        target=backup.id,
        target_name=(backup.name or backup.id)[:255],
        service=resources.VOLUME,
        after={
            NAME: asked.name or source.name,
            GIB: gib,
            TYPE: type_ or None,
            PROJECT: source.project.name if source.project else None,
            DATA: source.data_at.isoformat(timespec='minutes'),
        },
        flags=tuple(flags),
        refused=refused,
        size=gib,
        lane=LANE,
        at_once=asked.at_once,
        work={
            'project_id': backup.project_id,
            # Another type may lead elsewhere.
            'back_end': '' if asked.type else source.back_end,
        },
    )


def is_undoing(step) -> bool:
    return step.after.get(STATUS) == DELETED
