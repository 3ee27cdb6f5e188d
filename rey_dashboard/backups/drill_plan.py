"""Which backups are proven, where, and which are left out and why."""

from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses

from django.utils.translation import gettext as _t

from rey_dashboard.backups import restore_plan
from rey_dashboard.backups import restore_sources
from rey_dashboard.backups import room
from rey_dashboard.backups import service_user
from rey_dashboard.inventory import models
from rey_dashboard.inventory import resources
from rey_dashboard.inventory import store
from rey_dashboard.tasks import kinds

#: In which all drills stand.
LANE = 'drill'
#: Words of the preview.
VOLUME_GONE, DEFAULT_TYPE = 'volume_gone', 'default_type'
FEWER, NO_ADMIN = 'fewer', 'no_admin'


@dataclasses.dataclass(frozen=True)
class Asked:
    """What a task of this kind is asked for.

    :param volumes: ids; of each its last good backup is proven
    :param backups: or the ids of these
    :param project_id: the scratch project; nothing for each backup's own
    :param type: of the volumes; nothing for that of each volume
    :param at_once: drills under way together, over all tasks
    """

    volumes: tuple[str, ...] = ()
    backups: tuple[str, ...] = ()
    project_id: str = ''
    type: str = ''
    at_once: int = 1


def read(parameters: Mapping) -> Asked:
    told = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in parameters.items()
    }
    return Asked(**told)


def steps(
    region: str, asked: Asked, after: Mapping
) -> Iterator[kinds.Planned]:
    """In the order of the ids.

    :param after: of each step
    """
    chosen = list(_chosen(region, asked))
    at_once = _at_once(region, asked, chosen)
    lacks_role = _lacks_role(region, asked.project_id)
    types = restore_sources.Types(region)
    for batch in store.batches(chosen, store.BATCH):
        owners = {_scratch(asked, source) for _id, source in batch if source}
        left = room.Room(region, owners)
        for volume_id, source in batch:
            if source is None:
                yield _without(volume_id)
                continue
            yield _step(
                source,
                asked,
                types,
                left,
                after=after,
                at_once=at_once,
                lacks_role=lacks_role,
            )


def _chosen(region, asked):
    """Pairs of a volume's id and a backup, which may be None."""
    for ids in store.batches(asked.volumes, store.BATCH):
        rows = models.VolumeCoverage.objects.filter(
            region=region, volume_id__in=ids
        )
        last = dict(rows.values_list('volume_id', 'last_good_id'))
        sources = restore_sources.read(region, filter(None, last.values()))
        for volume_id in ids:
            yield volume_id, sources.get(last.get(volume_id))
    for ids in store.batches(asked.backups, store.BATCH):
        sources = restore_sources.read(region, ids)
        for backup_id in ids:
            source = sources.get(backup_id)
            volume_id = source.backup.volume_id if source else backup_id
            yield volume_id, source


def _at_once(region, asked, chosen):
    """As many as asked, or as many of the largest as the quota allows."""
    if not asked.project_id:
        return asked.at_once
    left = room.Room(region, [asked.project_id])
    sizes = sorted(
        (source.backup.size_gib for _id, source in chosen if source),
        reverse=True,
    )
    count = min(asked.at_once, len(sizes))
    while count > 1 and left.refuses(
        asked.project_id,
        {'volumes': count, 'gigabytes': sum(sizes[:count])},
    ):
        count -= 1
    return count if count < len(sizes) else asked.at_once


def _lacks_role(region, scratch_id):
    """Whether the service user seems to see no backups of others there.

    Who he is nobody knows before his rights are collected. In his own project
    he is an administrator, or nothing could be collected.
    """
    own = service_user.Own.of(region)
    if not own.user_id or scratch_id == own.project_id:
        return False
    projects = models.Project.objects.filter(region=region, id=scratch_id)
    known = {row.id: row for row in projects}
    return not service_user.Rights(region, known).is_admin(scratch_id)


def _scratch(asked, source):
    return asked.project_id or source.backup.project_id


def _without(volume_id):
    return kinds.Planned(
        target=volume_id,
        service=resources.VOLUME,
        refused=_t('It has no good backup.'),
        remedy=_t('Back it up first.'),
    )


def _step(source, asked, types, left, *, after, at_once, lacks_role):
    backup, volume = source.backup, source.volume
    type_ = types.of(source, asked.type)
    scratch_id = _scratch(asked, source)
    flags = (
        (VOLUME_GONE, volume is None),
        (DEFAULT_TYPE, not type_),
        (FEWER, at_once < asked.at_once),
        (NO_ADMIN, scratch_id != backup.project_id and lacks_role),
    )
    needed = restore_plan.needed(backup.size_gib, type_)
    return kinds.Planned(
        target=backup.volume_id,
        target_name=((volume.name if volume else '') or backup.volume_id)[
            :255
        ],
        service=resources.VOLUME,
        after=after,
        flags=tuple(flag for flag, is_so in flags if is_so),
        refused=source.ill
        or types.refuses(type_)
        or left.refuses(scratch_id, needed),
        size=backup.size_gib,
        lane=LANE,
        at_once=at_once,
        work={
            'asked': {
                'backup_id': backup.id,
                'volume_id': backup.volume_id,
                'of_project_id': backup.project_id,
                'project_id': scratch_id,
                'gib': backup.size_gib,
                'type': type_,
                'data_at': source.data_at.isoformat(),
            },
            'back_end': '' if asked.type else source.back_end,
        },
    )
