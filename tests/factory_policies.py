"""Policies of backups, with volumes that they reach."""

import dataclasses
import datetime

from django.utils import timezone

from rey_dashboard.backups import due
from rey_dashboard.backups import models
from rey_dashboard.backups import policies
from rey_dashboard.backups import policy_history
from rey_dashboard.backups import settling
from rey_dashboard.tasks import models as tasks
from rey_dashboard.tasks import records
from tests import factory
from tests import factory_backups

REY = records.Actor('rey', 'Rey', '192.0.2.1')
#: Every night at two, and full backups alone.
NIGHTLY = policies.Told(
    name='nightly',
    enabled=True,
    cron='0 2 * * *',
    time_zone='Europe/Berlin',
    window_min=240,
    method='full',
)


def utc(*told):
    return datetime.datetime(*told, tzinfo=datetime.UTC)


def told(**changed):
    return dataclasses.replace(NIGHTLY, **changed)


def scope(kind, *values):
    return policies.Scope(kind, values)


def make(next_at=None, domain_id='', **changed):
    """A policy; with the time at which it is due next, if it is told."""
    policy = policy_history.create(
        factory.REGION, domain_id, told(**changed), REY
    )
    if next_at:
        policy.next_at = next_at
        policy.save()
    return policy


def of_newer_release(policy):
    """The same with a scope that this release does not know."""
    row = policy.versions.get(version=policy.version)
    row.told['scope'] = {'kind': 'moon', 'values': [{'side': 'dark'}]}
    row.save()
    return policy


def volume(volume_id, project_id='p', state='never', **columns):
    """In the inventory, and judged."""
    size = columns.get('size_gib', 1)
    metadata = columns.pop('metadata', {})
    factory.volume(
        volume_id,
        project_id,
        size_gib=size,
        metadata=metadata,
        type=columns.get('type', 'fast'),
        host='host@lvm#pool',
    )
    return factory_backups.volume(volume_id, project_id, state, **columns)


def project(project_id='p', domain_id='default', *volume_ids):
    """A project with volumes; its quota is not known, so there is room."""
    factory.project(project_id, domain_id=domain_id)
    for volume_id in volume_ids:
        volume(volume_id, project_id)


def runs(policy):
    """State and time of each, the first first."""
    rows = policy.runs.order_by('due_at')
    return [(row.state, row.due_at) for row in rows]


def end(run, state=tasks.Task.State.SUCCEEDED):
    """As if a worker had done all of its task."""
    task = run.task
    tasks.Task.objects.filter(pk=task.pk).update(
        state=state,
        due_at=None,
        started_at=task.planned_at,
        ended_at=timezone.now(),
        done=task.total,
        size_done=task.size,
    )


def latest(policy) -> models.BackupPolicyRun:
    return policy.runs.select_related('task').latest('due_at')


def look(now):
    """As a worker does."""
    due.run_due(factory.REGION, now)
    settling.settle(factory.REGION, now)
