"""The ready rows of what is backed up: made anew with each collection."""

from collections.abc import Iterator
import dataclasses
import datetime

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from rey_dashboard import conf
from rey_dashboard.inventory import chains
from rey_dashboard.inventory import coverage_sums
from rey_dashboard.inventory import days
from rey_dashboard.inventory import judging
from rey_dashboard.inventory import levels
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import store
from rey_dashboard.inventory import targets


def record(
    region: str,
    settings: conf.Settings,
    now: datetime.datetime | None = None,
) -> None:
    """Judges every volume; to be called once, at the end of a collection.

    Volumes and backups that could not be read now are judged as they were
    read last.
    """
    now = now or timezone.now()
    found = _Region(region, settings)
    rows = list(found.judged(now))
    with transaction.atomic():
        store.replace(models.VolumeCoverage, region, rows)
        store.replace(
            models.ProjectCoverage,
            region,
            coverage_sums.by_project(region, rows),
        )
        store.replace(models.BackupChain, region, found.chains())
        coverage_sums.sample(region, rows, settings.KEEP_DAYS, now)
        levels.record(region, days.of(now))


class _Region:
    """What was read of one region."""

    def __init__(self, region, settings):
        self._region = region
        self._targets = targets.Targets(settings)
        self._projects, self._left_out = _projects(region)
        self._links = _links(region)
        self._pace = judging.Pace()
        self._snapshots = _snapshots(region)
        self._read_at = {
            part.name: part.last_good_at
            for part in models.PartState.objects.filter(region=region)
        }
        self._volumes = {}
        for volume in _volumes(region):
            self._volumes[volume['id']] = volume
            for link in self._links.get(volume['id'], ()):
                self._pace.learn(volume['back_end'], link)

    def judged(self, now) -> Iterator[models.VolumeCoverage]:
        for volume in self._volumes.values():
            project_id = volume['project_id']
            if project_id not in self._left_out:
                yield self._row(volume, self._projects.get(project_id), now)

    def _row(self, volume, project, now):
        target = self._targets.of(volume, project)
        patience = self._pace.stuck_after_s(
            volume['back_end'], volume['size_gib']
        )
        links = self._links.get(volume['id'], ())
        verdict = judging.judge(volume, links, target, patience, now)
        return models.VolumeCoverage(
            region=self._region,
            volume_id=volume['id'],
            project_id=volume['project_id'],
            name=volume['name'],
            sort_name=volume['name'].casefold() or None,
            size_gib=volume['size_gib'],
            type=volume['type'],
            back_end=volume['back_end'],
            status=volume['status'],
            target_h=target.hours,
            target_source=target.source,
            snapshots=self._snapshots.get(volume['id'], 0),
            **dataclasses.asdict(verdict),
        )

    def chains(self) -> Iterator[models.BackupChain]:
        for volume_id, links in self._links.items():
            is_there = volume_id in self._volumes
            for link in links:
                yield models.BackupChain(
                    region=self._region,
                    backup_id=link.id,
                    parent_id=link.parent.id if link.parent else '',
                    full_id=link.full_id,
                    depth=link.depth,
                    problem=link.problem,
                    volume_gone=not is_there
                    and self._was_read_after(parts.VOLUMES, link),
                    project_gone=link.project_id not in self._projects
                    and self._was_read_after(parts.IDENTITY, link),
                )

    def _was_read_after(self, part, link):
        """Only then would what the backup belongs to be in the listing."""
        read_at = self._read_at.get(part)
        return bool(read_at) and link.created_at < read_at


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


def _volumes(region):
    rows = models.Volume.objects.filter(region=region).values(
        'id',
        'name',
        'project_id',
        'size_gib',
        'type',
        'host',
        'status',
        'metadata',
        'created_at',
    )
    for row in rows.iterator():
        # host@backend#pool
        row['back_end'] = row.pop('host').partition('#')[0]
        yield row


def _links(region):
    """The backups of each volume, linked."""
    by_volume = {}
    for row in models.Backup.objects.filter(region=region).iterator():
        link = chains.Link(
            id=row.id,
            project_id=row.project_id,
            status=row.status,
            is_incremental=row.is_incremental,
            has_dependents=row.has_dependent_backups,
            created_at=row.created_at,
            data_at=row.data_timestamp or row.created_at,
            size_gib=row.size_gib,
            took_s=_took_s(row),
            fail_reason=row.fail_reason,
        )
        by_volume.setdefault(row.volume_id, []).append(link)
    return {key: chains.linked(found) for key, found in by_volume.items()}


def _took_s(row):
    if not row.updated_at:
        return None
    return (row.updated_at - row.created_at).total_seconds()


def _snapshots(region):
    rows = models.Snapshot.objects.filter(region=region).order_by()
    counts = rows.values_list('volume_id').annotate(Count('id'))
    return dict(counts)
