"""Backups that are made and pruned, in the simulated cloud."""

from django.utils import timezone

from rey_dashboard.backups import models as policies
from rey_dashboard.tasks import models
from tests import backup_site

STATES = models.Task.State
HOSTILE = '<script>alert(1)</script>=cmd()'


def policy(domain_id='', **told):
    row = policies.BackupPolicy.objects.create(
        region=backup_site.REGION,
        name=HOSTILE,
        version=2,
        enabled=True,
        domain_id=domain_id,
    )
    for version, keep in ((1, {'keep_last': 90}), (2, told)):
        policies.BackupPolicyVersion.objects.create(
            policy=row, version=version, told=keep, at=timezone.now()
        )
    return row


def back_up(site, volume, how='full', policy=None):
    """The id of one that is made; later ones have later data."""
    there = {row.id for row in site.backups(volume)}
    task = site.do(
        'back_up', volumes=[volume], method=how, policy=policy and policy.pk
    )
    if policy:
        policies.BackupPolicyRun.objects.create(
            policy=policy,
            version=policy.version,
            due_at=task.planned_at,
            state=policies.BackupPolicyRun.State.BEGUN,
            seen_at=task.planned_at,
            task=task,
        )
    assert task.state == STATES.SUCCEEDED
    site.cloud.clock.advance(60)
    (made,) = {row.id for row in site.backups(volume)} - there
    return made


def by_hand(site, volume, keep_last=1, **more):
    return site.plan(
        'prune_backups', volumes=[volume], keep_last=keep_last, **more
    )


def targets(task):
    steps = task.steps.order_by('number')
    return list(steps.values_list('target', flat=True))


def there(site, volume):
    return [row.id for row in site.backups(volume)]
