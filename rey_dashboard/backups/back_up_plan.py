"""Which volumes are backed up how, and which are left out and why."""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses

from django.utils.translation import gettext as _t

from rey_dashboard.backups import holds
from rey_dashboard.backups import rates
from rey_dashboard.backups import room
from rey_dashboard.inventory import chains
from rey_dashboard.inventory import models
from rey_dashboard.inventory import resources
from rey_dashboard.inventory import store
from rey_dashboard.tasks import kinds

#: What ``after`` has of the volume's size.
GIB = 'gib'
#: Words of the preview.
ATTACHED, NO_CHAIN, LONG_CHAIN = 'attached', 'no_chain', 'long_chain'
STATES = models.VolumeCoverage.State


@dataclasses.dataclass(frozen=True)
class Asked:
    """What a task of this kind is asked for.

    :param volumes: their ids
    :param method: ``full`` or ``incremental``
    :param full_every: full when a chain has so many, 0 for never
    :param container: of the backup storage; nothing for the service's own
    :param policy: its id, if it is a policy that asks
    :param until: ISO time; nothing more begins after it
    :param at_once: backups of a back end under way together; 0 for any
    """

    volumes: tuple[str, ...]
    method: str = rates.INCREMENTAL
    full_every: int = 0
    container: str = ''
    policy: int | None = None
    policy_name: str = ''
    until: str | None = None
    at_once: int = 0


def read(parameters: Mapping) -> Asked:
    return Asked(**{**parameters, 'volumes': tuple(parameters['volumes'])})


def lane_of(back_end: str) -> str:
    """In which all backups of a back end stand."""
    return f'{rates.LANE}{back_end}'[:255]


def steps(region: str, asked: Asked) -> Iterator[kinds.Planned]:
    """In the order of the ids.

    What the quota has no room for is left out; what needs it less comes
    later, where whoever asks sorts them so.
    """
    left = room.Room(region)
    for ids in store.batches(asked.volumes, store.BATCH):
        there = _There(region, ids, left)
        for volume_id in ids:
            yield there.step(volume_id, asked)


def undone(region: str, made: Iterable) -> Iterator[kinds.Planned]:
    """Deletes what was made, the last first: others may build on the first."""
    for batch in store.batches(made, store.BATCH):
        ids = [step.work['backup_id'] for step in batch]
        rows = models.Backup.objects.filter(region=region, id__in=ids)
        known = {row.id: row for row in rows}
        held = holds.of(region, ids)
        for step in batch:
            backup_id = step.work['backup_id']
            yield _undone(step, known.get(backup_id), held.get(backup_id))


class _There:
    """What the inventory has of some volumes.

    :param left: of quotas, by those before
    """

    def __init__(self, region, ids, left):
        self._volumes = _by(models.Volume, region, 'id', ids)
        self._judged = _by(models.VolumeCoverage, region, 'volume_id', ids)
        owners = {row.project_id for row in self._volumes.values()}
        self._projects = _by(models.Project, region, 'id', owners)
        self._room = left
        left.add(owners)
        self._depths = _depths(region, self._volumes)

    def step(self, volume_id, asked) -> kinds.Planned:
        volume = self._volumes.get(volume_id)
        if volume is None:
            return kinds.Planned(
                target=volume_id,
                service=resources.VOLUME,
                refused=_t('The volume is not there any more.'),
            )
        judged = self._judged.get(volume_id)
        method, flags = self._method(volume, asked)
        refused = self._refused(volume, judged)
        back_end = volume.host.partition('#')[0]
        return kinds.Planned(
            target=volume_id,
            target_name=self._name(volume),
            service=resources.VOLUME,
            before={'backup': _last_good(judged)},
            after={'backup': method, GIB: volume.size_gib},
            flags=flags,
            refused=refused,
            size=volume.size_gib,
            lane=lane_of(back_end),
            at_once=asked.at_once,
            work={
                'project_id': volume.project_id,
                'back_end': back_end,
                'description': _description(asked),
            },
        )

    def _name(self, volume):
        project = self._projects.get(volume.project_id)
        told = _t('%(volume)s in %(project)s') % {
            'volume': volume.name or volume.id,
            'project': project.name if project else volume.project_id,
        }
        return told[:255]

    def _method(self, volume, asked):
        flags = (ATTACHED,) if volume.server_ids else ()
        if asked.method == rates.FULL:
            return rates.FULL, flags
        depth = self._depths.get((volume.id, volume.project_id))
        if depth is None:
            return rates.FULL, (*flags, NO_CHAIN)
        if asked.full_every and depth + 1 >= asked.full_every:
            return rates.FULL, (*flags, LONG_CHAIN)
        return rates.INCREMENTAL, flags

    def _refused(self, volume, judged):
        project = self._projects.get(volume.project_id)
        if project is None or project.gone_at:
            return _t('Its project is gone: nobody could own the backup.')
        if not project.enabled:
            return _t('Its project is disabled: nobody can sign in to it.')
        # Others are looked at when their turn comes: they pass.
        if volume.status.startswith('error'):
            return _t('The volume is %s.') % volume.status
        if judged and judged.state in (STATES.IN_PROGRESS, STATES.STUCK):
            return _t('A backup of it is under way.')
        return self._room.take(
            volume.project_id,
            {'backups': 1, 'backup_gigabytes': volume.size_gib},
        )


def _by(model, region, key, ids):
    rows = model.objects.filter(region=region, **{f'{key}__in': list(ids)})
    return {getattr(row, key): row for row in rows}


def _depths(region, volumes):
    """How deep the latest good backup of a volume is, by volume and project.

    None where nothing is there to build on: Cinder builds on the latest
    available one of that project alone, so one that is ill there is no use.
    """
    rows = models.Backup.objects.filter(
        region=region, volume_id__in=list(volumes), status='available'
    ).order_by('data_timestamp', 'created_at', 'id')
    latest = {
        (volume_id, project_id): backup_id
        for volume_id, project_id, backup_id in rows.values_list(
            'volume_id', 'project_id', 'id'
        )
    }
    known = _by(models.BackupChain, region, 'backup_id', latest.values())
    return {
        key: known[backup_id].depth
        for key, backup_id in latest.items()
        if backup_id in known and not known[backup_id].problem
    }


def _last_good(judged):
    if judged is None or judged.last_good_at is None:
        return None
    return judged.last_good_at.isoformat(timespec='minutes')


def _description(asked):
    if asked.policy is None:
        return 'Made by Cloud Operations.'
    name = ''.join(map(_taken, asked.policy_name))
    return f'Made by Cloud Operations, policy {name}.'


def _taken(character):
    """As Cinder takes it in a description: of Unicode's first plane alone.

    It answers 400 to all else (cinder 29, tried with an emoji).
    """
    fits = character.isprintable() and ord(character) < 0x10000
    return character if fits else '?'


def _undone(step, row, hold):
    refused = ''
    if hold:
        refused = holds.refused(hold)
    elif row and row.has_dependent_backups:
        refused = _t('Others build on it by now.')
    elif row and row.status not in (*chains.READABLE, 'error'):
        refused = _t('The backup is %s.') % row.status
    return kinds.Planned(
        target=step.target,
        target_name=step.target_name,
        service=step.service,
        before={'backup': step.after['backup']},
        after={'backup': 'deleted'},
        refused=refused,
        size=step.size,
        work={
            name: step.work[name]
            for name in ('project_id', 'back_end', 'backup_id')
        },
    )
