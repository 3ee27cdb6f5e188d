"""The ready rows of what is backed up: made anew with each collection."""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import AbstractContextManager
import datetime
import functools
import typing

from django.db import transaction
from django.db.models import Exists
from django.db.models import OuterRef
from django.utils import timezone

from rey_dashboard import conf
from rey_dashboard.inventory import coverage_sums
from rey_dashboard.inventory import domain_coverage
from rey_dashboard.inventory import judging
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import pieces as pieces_
from rey_dashboard.inventory import store
from rey_dashboard.inventory import targets

SEVERITY = {
    state: place
    for place, state in enumerate(models.VolumeCoverage.BY_SEVERITY)
}


def record(
    region: str,
    settings: conf.Settings,
    now: datetime.datetime | None = None,
    writing: Callable[[], AbstractContextManager] = transaction.atomic,
) -> None:
    """Judges every volume; to be called once, at the end of a collection.

    Volumes and backups that could not be read now are judged as they were
    read last. Hours that pass change states as well, so all are judged.
    """
    now = now or timezone.now()
    sums = coverage_sums.Sums(region)
    pieces = list(pieces_.of(region))
    judge = Judge(region, settings, pieces, now)
    with (
        store.Replacement(
            models.VolumeCoverage, region, Volume._fields
        ) as volumes,
        store.Replacement(models.BackupChain, region, Chain._fields) as chains,
    ):
        for piece in pieces:
            judge.read(piece)
            volumes.compare(
                sums.added(judge.volumes()), piece.rows(models.VolumeCoverage)
            )
            backups = piece.rows(models.Backup).values('id')
            chains.compare(
                judge.chains(),
                models.BackupChain.objects.filter(
                    region=region, backup_id__in=backups
                ),
            )
        with writing():
            volumes.write()
            chains.write()
            _forget_chains(region)
            _forget_proven(region)
            store.replace(models.ProjectCoverage, region, sums.projects())
            domain_coverage.record(region, sums.states())
            sums.sample(settings.KEEP_DAYS, now)


class Volume(typing.NamedTuple):
    """A row of ``VolumeCoverage``; see there."""

    volume_id: str
    project_id: str
    name: str
    sort_name: str | None
    size_gib: int
    type: str
    back_end: str
    status: str
    target_h: int
    target_source: str
    snapshots: int
    severity: int
    state: str
    within: bool
    last_good_at: datetime.datetime | None
    last_good_id: str
    last_try_at: datetime.datetime | None
    failing_since: datetime.datetime | None
    fail_reason: str
    stuck_after_s: int | None
    backups: int
    held_gib: int
    failures_7d: int


class Chain(typing.NamedTuple):
    """A row of ``BackupChain``; see there."""

    backup_id: str
    parent_id: str
    full_id: str
    depth: int
    problem: str
    volume_gone: bool
    project_gone: bool
    sort_volume: str | None
    sort_project: str | None


class Judge:
    """What is known of a region, and of one piece of it after the other.

    :param pieces: from which is learned how long backups take
    """

    def __init__(
        self,
        region: str,
        settings: conf.Settings,
        pieces: Sequence[pieces_.Piece],
        now: datetime.datetime,
    ):
        self._pieces = pieces
        self._now = now
        self._targets = targets.Targets(settings)
        self._projects, self._left_out = _projects(region)
        self._read_at = {
            part.name: part.last_good_at
            for part in models.PartState.objects.filter(region=region)
        }
        self._volumes = self._links = self._snapshots = None
        self._promised = None

    def read(self, piece: pieces_.Piece) -> None:
        self._volumes = {volume['id']: volume for volume in piece.volumes()}
        self._links = piece.links()
        self._snapshots = piece.snapshots()
        self._promised = piece.promised()

    def volumes(self) -> Iterator[Volume]:
        for volume in self._volumes.values():
            project_id = volume['project_id']
            if project_id not in self._left_out:
                yield self._row(volume, self._projects.get(project_id))

    @functools.cached_property
    def _pace(self):
        return pieces_.pace(self._pieces)

    def _patience(self, volume, links):
        """Asked only where a backup runs: the pace is a reading of its own."""
        if not any(link.status == judging.MAKING for link in links):
            return None
        return self._pace.stuck_after_s(volume['back_end'], volume['size_gib'])

    def _row(self, volume, project):
        volume_id = volume['id']
        promised = self._promised.get(volume_id)
        target = self._targets.of(volume, project, promised)
        links = self._links.get(volume_id, ())
        patience = self._patience(volume, links)
        verdict = judging.judge(volume, links, target, patience, self._now)
        return Volume(
            volume_id,
            volume['project_id'],
            volume['name'],
            _sort_name(volume),
            volume['size_gib'],
            volume['type'],
            volume['back_end'],
            volume['status'],
            target.hours,
            target.source,
            self._snapshots.get(volume_id, 0),
            SEVERITY[verdict.state],
            **verdict._asdict(),
        )

    def chains(self) -> Iterator[Chain]:
        for volume_id, links in self._links.items():
            volume = self._volumes.get(volume_id, {})
            for link in links:
                project = self._projects.get(link.project_id, {})
                yield Chain(
                    link.id,
                    link.parent.id if link.parent else '',
                    link.full_id,
                    link.depth,
                    link.problem,
                    volume_gone=not volume
                    and self._was_read_after(parts.VOLUMES, link),
                    project_gone=not project
                    and self._was_read_after(parts.IDENTITY, link),
                    sort_volume=_sort_name(volume),
                    sort_project=_sort_name(project),
                )

    def _was_read_after(self, part, link):
        """Only then would what the backup belongs to be in the listing."""
        read_at = self._read_at.get(part)
        return bool(read_at) and link.created_at < read_at


def _sort_name(row):
    """As ``ProjectSummary`` has it; of nothing, too."""
    return row.get('name', '').casefold() or None


def _projects(region):
    """Those that exist, by id, and the ids of those that are left out."""
    domains = {
        row.id: row for row in models.Domain.objects.filter(region=region)
    }
    found, left_out = {}, set()
    rows = models.Project.objects.filter(region=region, gone_at=None)
    for row in rows.values('id', 'name', 'domain_id').iterator():
        domain = domains.get(row['domain_id'])
        row['domain_name'] = domain.name if domain else ''
        found[row['id']] = row
        if domain and domain.excluded:
            left_out.add(row['id'])
    return found, left_out


def _forget_chains(region):
    """Drops those of backups that are gone."""
    backup = models.Backup.objects.filter(
        region=OuterRef('region'), id=OuterRef('backup_id')
    )
    models.BackupChain.objects.filter(~Exists(backup), region=region).delete()


def _forget_proven(region):
    """Drops those of volumes that are gone, once that is known."""
    volume = models.Volume.objects.filter(
        region=OuterRef('region'), id=OuterRef('volume_id')
    )
    models.ProvenVolume.objects.filter(~Exists(volume), region=region).delete()
