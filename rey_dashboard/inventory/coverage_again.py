"""Judges some volumes at once, when a task has changed their backups.

The next collection judges all of them, and comes to the same.
"""

import collections
from collections.abc import Collection
from collections.abc import Iterable

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from rey_dashboard import conf
from rey_dashboard.cloud import volume as cloud_volume
from rey_dashboard.inventory import backup_times
from rey_dashboard.inventory import coverage
from rey_dashboard.inventory import coverage_sums
from rey_dashboard.inventory import domain_coverage
from rey_dashboard.inventory import models
from rey_dashboard.inventory import pieces
from rey_dashboard.inventory import quotas
from rey_dashboard.inventory import store


def told(region: str, kind: str, rows: Iterable[dict]) -> None:
    """Stores what Cinder has told of single things, as a collection would.

    :param kind: ``volumes`` or ``backups``
    :param rows: as they stand in its listing with details
    """
    model = {'volumes': models.Volume, 'backups': models.Backup}[kind]
    number = models.Collector.objects.filter(region=region)
    seen = number.values_list('number', flat=True).first() or 0
    read = [cloud_volume.read(kind, row) for row in rows]
    if kind == 'backups':
        read = backup_times.kept(region, read)
    store.upsert(
        model, [model(region=region, seen=seen, **vars(row)) for row in read]
    )
    quotas.ask_again(region, {row.project_id for row in read})


def gone(region: str, backup_ids: Collection[str]) -> None:
    """Drops backups that Cinder has deleted; ``record`` judges the rest."""
    quotas.drop(models.Backup, region, backup_ids)
    models.BackupChain.objects.filter(
        region=region, backup_id__in=backup_ids
    ).delete()


def record(region: str, volume_ids: Iterable[str]) -> None:
    """Judges these volumes by what the inventory has of them now.

    Their rows, those of their backups, and the sums of their projects and
    domains.
    """
    for ids in store.batches(sorted(set(volume_ids)), store.BATCH):
        with transaction.atomic():
            _record(region, ids)


def _record(region, ids):
    piece = pieces.Chosen(region, None, None, ids)
    judge = coverage.Judge(region, conf.current(), [piece], timezone.now())
    judge.read(piece)
    there = piece.rows(models.VolumeCoverage)
    old = list(there)
    new = [
        _made(models.VolumeCoverage, region, row) for row in judge.volumes()
    ]
    there.exclude(volume_id__in=[row.volume_id for row in new]).delete()
    store.upsert(models.VolumeCoverage, new)
    chains = [_made(models.BackupChain, region, row) for row in judge.chains()]
    store.upsert(models.BackupChain, chains)
    projects = {row.project_id for row in (*old, *new)}
    _add_up_projects(region, projects)
    _move(region, projects, old, new)


def _made(model, region, row):
    return model(region=region, **row._asdict())


def _add_up_projects(region, project_ids):
    rows = models.VolumeCoverage.objects.filter(
        region=region, project_id__in=project_ids
    )
    sums = coverage_sums.Sums(region)
    collections.deque(sums.added(rows.iterator()), maxlen=0)
    made = list(sums.projects())
    store.upsert(models.ProjectCoverage, made)
    left = project_ids - {row.project_id for row in made}
    models.ProjectCoverage.objects.filter(
        region=region, project_id__in=left
    ).delete()


def _move(region, project_ids, old, new):
    """What left a state and what came to one, by domain."""
    domains = domain_coverage.domains_of(region, project_ids)
    moved = collections.defaultdict(collections.Counter)
    for sign, rows in ((-1, old), (1, new)):
        for row in rows:
            key = domains.get(row.project_id, ''), str(row.state)
            moved[key].update(
                volumes=sign,
                gib=sign * row.size_gib,
                within=sign * row.within,
                within_gib=sign * row.within * row.size_gib,
            )
    for (domain_id, state), amounts in sorted(moved.items()):
        if any(amounts.values()):
            _add(region, domain_id, state, amounts)


def _add(region, domain_id, state, amounts):
    models.DomainCoverage.objects.get_or_create(
        region=region,
        domain_id=domain_id,
        state=state,
        defaults=dict.fromkeys(domain_coverage.AMOUNTS, 0),
    )
    models.DomainCoverage.objects.filter(
        region=region, domain_id=domain_id, state=state
    ).update(
        **{
            name: Greatest(F(name) + amounts[name], 0)
            for name in domain_coverage.AMOUNTS
        }
    )
