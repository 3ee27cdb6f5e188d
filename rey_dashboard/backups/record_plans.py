"""What an export and an import of backups' records would do, step by step."""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
import shlex

from django.utils.translation import gettext as _t

from rey_dashboard.backups import record_entries
from rey_dashboard.backups import room
from rey_dashboard.backups import service_user
from rey_dashboard.inventory import models
from rey_dashboard.inventory import resources
from rey_dashboard.inventory import store
from rey_dashboard.tasks import envelopes
from rey_dashboard.tasks import kinds

#: Flags of the preview.
NEEDED, NO_ADMIN, ELSEWHERE = 'needed', 'no_admin', 'elsewhere'
AVAILABLE = 'available'
#: What ``after`` has of its size.
GIB = 'GiB'


def export(region: str, ids: Sequence[str]) -> Iterator[kinds.Planned]:
    """A step for each, and for each that one of them builds on."""
    parents = _parents(region, ids)
    chosen = set(ids)
    for batch in store.batches(parents):
        rows = _rows(models.Backup, region, 'id', batch)
        names = _Names(region, rows.values())
        for backup_id in batch:
            row = rows.get(backup_id)
            if not row:
                yield _export_step(backup_id, refused=_t('It is gone.'))
                continue
            yield _export_step(
                backup_id,
                target_name=row.name[:255],
                flags=() if backup_id in chosen else (NEEDED,),
                refused=_cannot_export(row, parents[backup_id]),
                after={
                    'volume': names.volumes.get(row.volume_id)
                    or row.volume_id,
                    'kind': 'incremental' if row.is_incremental else 'full',
                },
                work={
                    'project': names.projects.get(row.project_id, ''),
                    'volume': names.volumes.get(row.volume_id, ''),
                },
            )


def _export_step(backup_id, **told):
    return kinds.Planned(target=backup_id, service=resources.VOLUME, **told)


def _cannot_export(row, chain):
    if row.status != AVAILABLE:
        return (
            _t('It is %s: Cinder tells the record of an available one alone.')
            % row.status
        )
    if chain and chain.problem:
        return _t('Nothing can be restored from it: %s.') % (
            chain.get_problem_display()
        )
    return ''


def _parents(region, ids):
    """Id -> what is known of its chain, of these and all that they build on.

    Parents come before what builds on them.
    """
    found, level = {}, list(dict.fromkeys(ids))
    while level:
        chains = {}
        for batch in store.batches(level):
            chains |= _rows(models.BackupChain, region, 'backup_id', batch)
        found |= {backup_id: chains.get(backup_id) for backup_id in level}
        above = (chain.parent_id for chain in chains.values())
        level = [one for one in dict.fromkeys(above) if one]
        level = [one for one in level if one not in found]
    return dict(
        sorted(found.items(), key=lambda item: item[1].depth if item[1] else 0)
    )


class _Names:
    """Of projects, with their domains', and volumes that backups are of."""

    def __init__(self, region, backups):
        backups = list(backups)
        projects = _rows(
            models.ProjectSummary,
            region,
            'project_id',
            {row.project_id for row in backups},
        )
        self.projects = {
            key: f'{row.name} ({row.domain_name})'
            for key, row in projects.items()
            if row.name
        }
        volumes = _rows(
            models.Volume, region, 'id', {row.volume_id for row in backups}
        )
        self.volumes = {key: row.name for key, row in volumes.items()}


def take_in(
    region: str,
    entries: Sequence[record_entries.Entry],
    sealer: envelopes.Sealer,
    into: str = '',
) -> Iterator[kinds.Planned]:
    """A step for each record, after that of what it builds on.

    :param into: the project that gets all; without, each goes to the one that
        it belonged to
    """
    judge = _Judge(region, entries, into)
    for entry in entries:
        project_id = into or entry.project_id
        flags = []
        refused, remedy = judge.refuses(entry, project_id)
        if not refused and not judge.rights.is_admin(project_id):
            flags.append(NO_ADMIN)
        if into and into != entry.project_id:
            flags.append(ELSEWHERE)
        told = record_entries.told(
            entry.record, entry.project_name, entry.volume_name
        )
        yield kinds.Planned(
            target=entry.id,
            target_name=entry.name[:255],
            service=resources.VOLUME,
            after={
                'project': judge.name(project_id) or entry.project,
                'volume': entry.volume,
                GIB: entry.size_gib,
                'kind': 'incremental' if entry.parent_id else 'full',
            },
            flags=tuple(flags),
            refused=refused,
            remedy=remedy,
            work={}
            if refused
            else {
                'project_id': project_id,
                'parent_id': entry.parent_id,
                'sealed': sealer.seal(told),
            },
        )


class _Judge:
    """What an import would meet, by what was collected."""

    def __init__(self, region, entries, into):
        self._region = region
        ids = [one.id for one in entries]
        ids += [one.parent_id for one in entries if one.parent_id]
        self._there = dict(_in_batches(region, ids))
        wanted = {into} if into else {one.project_id for one in entries}
        self._projects = {}
        for batch in store.batches(wanted):
            self._projects |= _rows(models.Project, region, 'id', batch)
        self._coming: set[str] = set()
        self._room = room.Room(region, wanted)
        self.rights = service_user.Rights(region, self._projects)

    def refuses(self, entry, project_id) -> tuple[str, str]:
        """Why it is left out, and what to do then."""
        why = (
            self._there_already(entry)
            or self._no_parent(entry)
            or self._no_project(project_id)
            or self._no_room(entry, project_id)
        )
        if not why:
            self._coming.add(entry.id)
        return why or ('', '')

    def name(self, project_id):
        project = self._projects.get(project_id)
        return project.name if project else ''

    def _there_already(self, entry):
        if entry.id not in self._there:
            return None
        return (
            _t('It is there already.'),
            _t('It is left as it is, in the project %s.')
            % self._there[entry.id],
        )

    def _no_parent(self, entry):
        parent_id = entry.parent_id
        if not parent_id or parent_id in self._coming:
            return None
        if parent_id in self._there:
            return None
        return (
            _t('What it builds on neither is there nor comes before it.'),
            _t(
                'Nothing could be restored from it without %s. Export the '
                'whole chain.'
            )
            % parent_id,
        )

    def _no_project(self, project_id):
        project = self._projects.get(project_id)
        if not project or project.gone_at:
            return (
                _t('Keystone does not have its project.'),
                _t(
                    'Nobody can make one with the id %s again: import it into '
                    "the service user's own project."
                )
                % project_id,
            )
        if not project.enabled:
            return (
                _t('Its project %s is disabled.') % project.name,
                _t('Enable it, or nobody can import there.'),
            )
        return None

    def _no_room(self, entry, project_id):
        wanted = dict(zip(room.BACKUPS, (1, entry.size_gib), strict=True))
        words = self._room.take(project_id, wanted)
        if not words:
            return None
        return words, _t(
            'Raise the quota. Where Cinder still counts rows that were lost, '
            'let it count anew: cinder-manage quota sync --project-id %s'
        ) % shlex.quote(project_id)


def _in_batches(region, ids: Iterable[str]):
    """Id and project's id of those that the inventory has."""
    for batch in store.batches(ids, store.BATCH):
        found = models.Backup.objects.filter(region=region, id__in=batch)
        yield from found.values_list('id', 'project_id')


def _rows(model, region, key, values):
    """Value of the key -> row."""
    found = model.objects.filter(region=region, **{f'{key}__in': list(values)})
    return {getattr(row, key): row for row in found}
