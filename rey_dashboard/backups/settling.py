"""What comes after a run: what need not be kept any more is deleted."""

import datetime
import logging

from django import db
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _t

from rey_dashboard.backups import due
from rey_dashboard.backups import models
from rey_dashboard.backups import policies
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import lease
from rey_dashboard.tasks import models as tasks
from rey_dashboard.tasks import orders
from rey_dashboard.tasks import planning

LOG = logging.getLogger(__name__)

KIND = 'prune_backups'
#: Runs of which the log tells already.
_TOLD: set[int] = set()


def waiting(region: str | None):
    """The runs whose task has ended since the last look."""
    over = Q(task=None) | Q(task__state__in=tasks.Task.ENDED)
    rows = models.BackupPolicyRun.objects.filter(over, settled_at=None)
    return rows.filter(policy__region=region) if region else rows


def settle(region: str, now: datetime.datetime) -> None:
    """:raises db.Error: the database is away; nothing is lost"""
    # Loading kinds takes a while: not in a transaction.
    kinds.installed()
    for run in waiting(region).select_related('policy').order_by('pk'):
        try:
            _settle(run, now)
        except db.Error:
            raise
        except Exception:  # it must hold up no other run
            if run.pk not in _TOLD:
                _TOLD.add(run.pk)
                LOG.exception('After run %s nothing can be deleted', run.pk)


def _settle(run, now):
    with lease.turn(), transaction.atomic():
        mine = models.BackupPolicyRun.objects.filter(
            pk=run.pk, settled_at=None
        ).update(settled_at=now)
        if mine:
            begin_pruning(run)


def begin_pruning(run: models.BackupPolicyRun) -> None:
    """Unless the policy keeps all, is removed, or has nothing to delete."""
    policy = run.policy
    keeps = policy.removed_at or policies.current(policy).keeps_all
    if keeps or KIND not in kinds.installed():
        return
    who = due.actor_of(policy)
    task = planning.plan(
        KIND,
        policy.region,
        {'policy': policy.pk},
        _t('Delete what need not be kept: policy %s') % policy.name,
        f'prune {run.pk}',
        who,
        policy.domain_id,
    )
    if not task.total:
        # It would stand among the tasks, and say nothing.
        task.delete()
        return
    orders.start(task, who)
    run.pruning = task
    run.save(update_fields=['pruning'])
