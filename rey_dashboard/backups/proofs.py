"""Keeps what drills have proven."""

from collections.abc import Iterable
import datetime

from django.db import transaction
from django.db.models import Exists
from django.db.models import OuterRef
from django.utils import timezone

from rey_dashboard.backups import models
from rey_dashboard.backups import restore_rates
from rey_dashboard.inventory import models as inventory
from rey_dashboard.inventory import store
from rey_dashboard.tasks import models as tasks

#: Steps that ended so long ago have their proof, or their worker died at the
#: end of its turn.
BACK = datetime.timedelta(days=7)


def write(region: str, steps: Iterable[tasks.Step]) -> None:
    """Keeps the proofs of these steps, and of others whose worker died.

    A step is stored as done before its proof is: so whatever comes next
    looks for those that have none.
    """
    there = [*steps, *_lost(region)]
    unique = {step.pk: step for step in there if 'checked' in step.work}
    made = [_proof(region, step) for step in unique.values()]
    if not made:
        return
    with transaction.atomic():
        # One of two workers that write the same is enough.
        models.BackupProof.objects.bulk_create(
            made, batch_size=store.BATCH, ignore_conflicts=True
        )
        _mark(region, {proof.volume_id for proof in made})


def _lost(region):
    there = models.BackupProof.objects.filter(step=OuterRef('pk'))
    return tasks.Step.objects.filter(
        ~Exists(there),
        task__region=region,
        task__kind=restore_rates.DRILL,
        state=tasks.Step.State.DONE,
        ended_at__gt=timezone.now() - BACK,
    )


def _proof(region, step):
    work, asked = step.work, step.work['asked']
    return models.BackupProof(
        region=region,
        volume_id=asked['volume_id'],
        project_id=asked['of_project_id'],
        backup_id=asked['backup_id'],
        at=step.ended_at,
        data_at=datetime.datetime.fromisoformat(asked['data_at']),
        size_gib=asked['gib'],
        took_s=work.get(restore_rates.TOOK) or 0,
        checked=work['checked'],
        task_id=step.task_id,
        step=step,
    )


def _mark(region, volume_ids):
    """The latest proof of each of these volumes is what pages show."""
    for ids in store.batches(sorted(volume_ids), store.BATCH):
        rows = models.BackupProof.objects.filter(
            region=region, volume_id__in=ids
        ).order_by('at', 'pk')
        latest = {row.volume_id: row for row in rows}
        volumes = inventory.Volume.objects.filter(region=region, id__in=ids)
        owners = dict(volumes.values_list('id', 'project_id'))
        store.upsert(
            inventory.ProvenVolume,
            [
                inventory.ProvenVolume(
                    region=region,
                    volume_id=row.volume_id,
                    project_id=owners.get(row.volume_id, row.project_id),
                    backup_id=row.backup_id,
                    at=row.at,
                    data_at=row.data_at,
                )
                for row in latest.values()
            ],
        )
