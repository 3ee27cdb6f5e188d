"""Which backups this dashboard made, and for whom.

The mark in a backup's metadata proves nothing, as its owner can write it. It
has to be that of a step of ours which backed this volume up and, where the
step knows what it made, made this backup.
"""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping

from django.db.models import QuerySet

from rey_dashboard.backups import models as policies
from rey_dashboard.inventory import models
from rey_dashboard.inventory import store
from rey_dashboard.tasks import models as tasks

KIND = 'back_up'


class Makers:
    """Tells of backups of a region which are ours, and for whom we made them.

    What a task was for is read once, however many backups it made.
    """

    def __init__(self, region: str):
        self._region = region
        self._alive = set(living(region).values_list('pk', flat=True))
        #: Task -> its policy; none for one made by hand.
        self._policy_of = {}

    def of(self, backups: Iterable[models.Backup]) -> Mapping[str, int | None]:
        """Backup -> the policy that looks after it; ours alone.

        None for one that was made by hand, and when its policy is removed.
        """
        marked = [row for row in backups if row.mark]
        steps = self._steps({row.mark for row in marked})
        found = {}
        for row in marked:
            target, backup_id, policy = steps.get(row.mark, (None, None, None))
            if target == row.volume_id and backup_id in (None, row.id):
                found[row.id] = policy if policy in self._alive else None
        return found

    def _steps(self, marks):
        """Mark -> volume, the backup that was made if known, and policy."""
        found = {}
        for batch in store.batches(sorted(marks), store.BATCH):
            # By their marks alone: with the tasks in the same question a
            # database may go through all steps of all of them.
            told = tasks.Step.objects.filter(request_id__in=batch).values_list(
                'request_id', 'target', 'work__backup_id', 'task_id'
            )
            told = list(told)
            self._read_tasks({task_id for *_columns, task_id in told})
            found |= {
                mark: (volume_id, backup_id, self._policy_of[task_id])
                for mark, volume_id, backup_id, task_id in told
                if task_id in self._policy_of
            }
        return found

    def _read_tasks(self, ids):
        rows = _tasks(self._region).filter(
            pk__in=ids - self._policy_of.keys(), undo_of=None
        )
        found = dict.fromkeys(rows.values_list('pk', flat=True))
        runs = policies.BackupPolicyRun.objects.filter(task__in=found)
        self._policy_of |= found | dict(runs.values_list('task', 'policy'))


def living(region: str) -> QuerySet[policies.BackupPolicy]:
    """The policies that are there."""
    return policies.BackupPolicy.objects.filter(region=region, removed_at=None)


def marked(region: str, policy: int) -> QuerySet[models.Backup]:
    """Those that may be this policy's, as their marks say."""
    runs = policies.BackupPolicyRun.objects.filter(policy=policy)
    return _of_tasks(
        models.Backup.objects.filter(region=region),
        _tasks(region).filter(pk__in=runs.values('task')),
    )


def unclaimed(
    region: str, backups: QuerySet[models.Backup]
) -> Iterator[QuerySet[models.Backup]]:
    """Those of these that may be what no living policy looks after."""
    runs = policies.BackupPolicyRun.objects.filter(
        policy__in=living(region), task__isnull=False
    )
    found = _tasks(region).exclude(pk__in=runs.values('task'))
    found = found.order_by().values_list('pk', flat=True)
    for batch in store.batches(found, store.BATCH):
        yield _of_tasks(backups, batch)


def _tasks(region):
    return tasks.Task.objects.filter(region=region, kind=KIND)


def _of_tasks(backups, its_tasks):
    steps = tasks.Step.objects.filter(task__in=its_tasks)
    return backups.filter(mark__in=steps.values('request_id'))
