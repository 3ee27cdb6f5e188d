"""Which backups this dashboard made, and for whom.

The mark in a backup's metadata proves nothing, as its owner can write it. It
has to be that of a step of ours which backed this volume up and, where the
step knows what it made, made this backup.
"""

from collections.abc import Iterable
from collections.abc import Mapping

from django.db.models import QuerySet

from rey_dashboard.backups import models as policies
from rey_dashboard.inventory import models
from rey_dashboard.inventory import store
from rey_dashboard.tasks import models as tasks

KIND = 'back_up'


def by(
    region: str, backups: Iterable[models.Backup]
) -> Mapping[str, int | None]:
    """Backup -> the policy that looks after it; ours alone.

    None for one that was made by hand, and when its policy is removed.
    """
    marked = [row for row in backups if row.mark]
    alive = set(living(region).values_list('pk', flat=True))
    steps = _steps(region, {row.mark for row in marked})
    found = {}
    for row in marked:
        target, backup_id, policy = steps.get(row.mark, (None, None, None))
        if target == row.volume_id and backup_id in (None, row.id):
            found[row.id] = policy if policy in alive else None
    return found


def living(region: str) -> QuerySet[policies.BackupPolicy]:
    """The policies that are there."""
    return policies.BackupPolicy.objects.filter(region=region, removed_at=None)


def marked(region: str, policy: int) -> QuerySet[models.Backup]:
    """Those that may be this policy's, as their marks say."""
    steps = tasks.Step.objects.filter(
        task__region=region, task__kind=KIND, task__parameters__policy=policy
    )
    return models.Backup.objects.filter(
        region=region, mark__in=steps.values('request_id')
    )


def _steps(region, marks):
    """Mark -> volume, the backup that was made if known, and policy."""
    found, policy_of = {}, {}
    for batch in store.batches(sorted(marks), store.BATCH):
        rows = tasks.Step.objects.filter(
            request_id__in=batch,
            task__region=region,
            task__kind=KIND,
            task__undo_of=None,
        )
        told = list(
            rows.values_list(
                'request_id', 'target', 'work__backup_id', 'task_id'
            )
        )
        # Parameters list all volumes of a task: not to be read step by step.
        new = {task_id for *_columns, task_id in told} - policy_of.keys()
        asked = tasks.Task.objects.filter(pk__in=new)
        policy_of |= dict(asked.values_list('pk', 'parameters__policy'))
        for mark, volume_id, backup_id, task_id in told:
            found[mark] = volume_id, backup_id, policy_of.get(task_id)
    return found
