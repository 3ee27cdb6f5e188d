"""What the processes of a test do with policies of backups."""

import datetime
import logging
import os
import signal
import time

from django import db
from django.utils import timezone

from rey_dashboard.backups import due
from rey_dashboard.backups import models
from rey_dashboard.backups import policies
from rey_dashboard.backups import policy_history
from rey_dashboard.inventory import models as inventory
from rey_dashboard.tasks import models as tasks
from rey_dashboard.tasks import records

REGION = 'RegionOne'
REY = records.Actor('rey', 'Rey')
FIRST = datetime.datetime(2026, 3, 2, 1, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)


def make(volumes: int) -> int:
    """A policy that was due each hour since ``FIRST``, and its volumes."""
    inventory.Project.objects.create(
        region=REGION, id='p', name='p', domain_id='d', enabled=True, seen=1
    )
    for number in range(volumes):
        _volume(f'v{number}')
    told = policies.Told(name='hourly', enabled=True, cron='0 * * * *')
    policy = policy_history.create(REGION, '', told, REY)
    models.BackupPolicy.objects.update(next_at=FIRST)
    return policy.pk


def _volume(volume_id):
    inventory.Volume.objects.create(
        region=REGION,
        id=volume_id,
        name=volume_id,
        project_id='p',
        status='available',
        size_gib=1,
        bootable=False,
        created_at=timezone.now(),
        seen=1,
    )
    inventory.VolumeCoverage.objects.create(
        region=REGION,
        volume_id=volume_id,
        name=volume_id,
        project_id='p',
        status='available',
        size_gib=1,
        state='never',
        within=False,
        target_h=24,
        target_source='default',
    )


def look(hours: int, at: float) -> None:
    """At every hour, and each run has ended before the next.

    :param at: when to begin, so that several begin together
    """
    time.sleep(max(0, at - time.time()))
    for number in range(hours):
        now = FIRST + number * HOUR
        _look_until_it_goes(now)
        tasks.Task.objects.filter(
            title__startswith='Back up', state=tasks.Task.State.QUEUED
        ).update(state=tasks.Task.State.SUCCEEDED, due_at=None)


def _look_until_it_goes(now):
    """As the worker does: after an error of the database it looks again."""
    while True:
        try:
            return due.run_due(REGION, now)
        except (db.OperationalError, db.InternalError):
            db.connection.close()
            time.sleep(0.02)


def look_and_die(hours: int, at: int) -> None:
    """Kills itself at a boundary: around commits and each statement."""
    passed = 0

    def step():
        nonlocal passed
        passed += 1
        if passed == at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(execute, sql, params, many, context):
        step()
        try:
            return execute(sql, params, many, context)
        finally:
            step()

    wrapper = db.connection
    commit = wrapper._commit

    def commit_around():
        step()
        commit()
        step()

    wrapper._commit = commit_around
    logging.disable()
    with wrapper.execute_wrapper(around):
        _look_until_it_goes(FIRST + hours * HOUR)


def told() -> dict:
    """Runs as they are stored, and the tasks that there are."""
    return {
        'runs': list(
            models.BackupPolicyRun.objects.order_by('due_at').values_list(
                'state', 'due_at', 'task__state', 'task__total'
            )
        ),
        'tasks': tasks.Task.objects.count(),
        'steps': tasks.Step.objects.count(),
        'next_at': models.BackupPolicy.objects.get().next_at,
    }
