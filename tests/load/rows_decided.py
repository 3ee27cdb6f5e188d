"""What people decided about backups: policies with their runs, and holds.

``of`` gives model, columns, rows of these, and what is the same in all.
"""

import datetime
import json

from rey_dashboard.backups import models as backups
from rey_dashboard.backups import policies
from rey_dashboard.inventory import models
from rey_dashboard.tasks import models as tasks
from tests.load import company
from tests.load import rows_owned

#: Projects that one policy looks after.
PROJECTS = 10
#: Of each policy: as many as the longest chain has backups.
RUNS = 4
#: So many backups of which one is on hold.
HELD = 13


def of(whole):
    numbers = range(1 + (len(whole.projects) - 1) // PROJECTS)
    yield (
        backups.BackupPolicy,
        ('id', 'name', 'token', 'next_at'),
        (
            (
                n + 1,
                company.name('policy', n),
                str(n),
                whole.ago(hours=n % 24 - 24),
            )
            for n in numbers
        ),
        {'enabled': True, 'version': 1},
    )
    yield (
        backups.BackupPolicyVersion,
        ('id', 'policy_id', 'told'),
        ((n + 1, n + 1, json.dumps(_told(whole, n))) for n in numbers),
        {'version': 1, 'at': whole.ago(days=30), 'who_id': 'rey'},
    )
    ended = {'ended_at': whole.ago(hours=1), 'state': 'succeeded'}
    yield (
        tasks.Task,
        ('id', 'kind', 'title', 'token', 'planned_at', 'parameters'),
        _tasks(whole, numbers),
        {'asked_by_id': 'policy', 'total': 1, 'done': 1, **ended},
    )
    yield (
        tasks.Step,
        ('id', 'task_id', 'number', 'target', 'request_id', 'work'),
        _steps(whole),
        {'service': 'volume', **ended, 'state': 'done'},
    )
    yield (
        backups.BackupPolicyRun,
        ('id', 'policy_id', 'due_at', 'seen_at', 'task_id'),
        _runs(whole, numbers),
        {'version': 1, 'state': 'begun', 'settled_at': whole.ago(hours=1)},
    )
    yield (
        models.BackupHold,
        ('id', 'backup_id', 'project_id'),
        _holds(whole),
        {'reason': 'Court order', 'at': whole.ago(days=1), 'who_id': 'rey'},
    )


def _told(whole, number):
    ids = whole.ids[number * PROJECTS : (number + 1) * PROJECTS]
    told = policies.Told(
        name=company.name('policy', number),
        enabled=True,
        scope=policies.Scope(policies.Reach.PROJECT, tuple(ids)),
        keep_last=2,
    )
    return policies.written(told)


def _task_id(policy, run):
    return policy * RUNS + run + 1


def _tasks(whole, numbers):
    for policy in numbers:
        for run in range(RUNS):
            id_ = _task_id(policy, run)
            name = company.name('policy', policy)
            told = json.dumps({'policy': policy + 1})
            at = whole.ago(days=RUNS - run)
            yield id_, 'back_up', name, f'run-{id_}', at, told


def _runs(whole, numbers):
    for policy in numbers:
        for run in range(RUNS):
            id_ = _task_id(policy, run)
            at = whole.now - datetime.timedelta(days=RUNS - run)
            at = company.moment(at)
            yield id_, policy + 1, at, at, id_


def _steps(whole):
    for place, told in enumerate(rows_owned.backups(whole), start=1):
        number, project, volume, step, count = told
        yield (
            place,
            _task_id(project // PROJECTS, RUNS - count + step),
            place,
            rows_owned.volume_id(project, volume),
            rows_owned.mark(number, step),
            json.dumps({'backup_id': rows_owned.backup_id(number, step)}),
        )


def _holds(whole):
    for place, told in enumerate(rows_owned.backups(whole), start=1):
        number, project, _volume, step, _count = told
        if place % HELD == 0:
            id_ = rows_owned.backup_id(number, step)
            yield place, id_, whole.ids[project]
