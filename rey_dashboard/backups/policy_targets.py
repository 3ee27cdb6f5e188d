"""What policies promise, as the judgement of volumes asks for it."""

from collections.abc import Iterator

from django.db import transaction

from rey_dashboard.backups import models
from rey_dashboard.backups import policies
from rey_dashboard.backups import policy_history
from rey_dashboard.inventory import models as inventory
from rey_dashboard.inventory import store
from rey_dashboard.tasks import lease

BATCH = 500


def record(region: str) -> int:
    """Counts what policies reach, and keeps their targets up to date.

    Of two policies that reach a volume the stricter one counts. How many rows
    of targets it wrote: only differences are.
    """
    found: dict[str, int] = {}
    for policy, told in _in_force(region):
        policy_history.count(policy, told)
        if not policy.enabled or not told.target_h:
            continue
        rows = policies.reached(region, told.scope, policy.domain_id)
        for volume_id in rows.values_list('volume_id', flat=True).iterator():
            least = found.get(volume_id, told.target_h)
            found[volume_id] = min(least, told.target_h)
    return _write(region, found)


def _in_force(region) -> Iterator[tuple]:
    rows = models.BackupPolicy.objects.filter(region=region, removed_at=None)
    for policy in rows.order_by('pk'):
        yield policy, policies.current(policy)


def _write(region, found):
    rows = inventory.PolicyTarget.objects.filter(region=region)
    there = dict(rows.values_list('volume_id', 'hours').iterator())
    gone = there.keys() - found.keys()
    changed = dict(found.items() - there.items())
    for ids in store.batches(gone, BATCH):
        with lease.turn(), transaction.atomic():
            rows.filter(volume_id__in=ids).delete()
    for ids in store.batches(changed, BATCH):
        made = [
            inventory.PolicyTarget(
                region=region, volume_id=one, hours=changed[one]
            )
            for one in ids
        ]
        with lease.turn(), transaction.atomic():
            store.upsert(inventory.PolicyTarget, made)
    return len(gone) + len(changed)
