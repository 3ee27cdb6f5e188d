"""Workers whose time runs as fast as the test lets it."""

import datetime
import json
import logging
import mmap
import pathlib
import struct
import threading
import time

from django import db
from django.db.models import Q
from django.utils import timezone

from rey_dashboard import conf
from rey_dashboard import worker
from rey_dashboard.backups import back_up_kind
from rey_dashboard.backups import due
from rey_dashboard.backups import models
from rey_dashboard.backups import owners
from rey_dashboard.backups import policies
from rey_dashboard.backups import policy_history
from rey_dashboard.backups import policy_looks
from rey_dashboard.backups import prune_kind
from rey_dashboard.cloud import faults
from rey_dashboard.inventory import databases
from rey_dashboard.inventory import sync
from rey_dashboard.tasks import engine
from rey_dashboard.tasks import gates
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models as tasks
from rey_dashboard.tasks import records
from tests import backup_site

REGION = 'RegionOne'
REY = records.Actor('rey', 'Rey')
KINDS = {
    'back_up': back_up_kind.BackUp(),
    'prune_backups': prune_kind.PruneBackups(),
}
_AHEAD = struct.Struct('d')
#: A backup is looked at again after so long.
LOOK_S = 45


class Clock:
    """Seconds by which the time of all processes is ahead, in a file."""

    def __init__(self, path: str):
        pathlib.Path(path).touch()
        with open(path, 'r+b') as file:
            file.truncate(_AHEAD.size)
            self._map = mmap.mmap(file.fileno(), _AHEAD.size)

    @property
    def ahead_s(self) -> float:
        return _AHEAD.unpack(self._map)[0]

    @ahead_s.setter
    def ahead_s(self, seconds: float):
        _AHEAD.pack_into(self._map, 0, seconds)

    @property
    def now(self) -> datetime.datetime:
        ahead = datetime.timedelta(seconds=self.ahead_s)
        return datetime.datetime.now(datetime.UTC) + ahead


def _hurry(path):
    clock = Clock(path)
    timezone.now = lambda: clock.now
    kinds.installed = lambda: KINDS
    sync.ORDER = sync.ORDER_OF_CHANGES = backup_site.PARTS
    owners.LOOK_S = LOOK_S
    # It goes by another clock, and by real seconds.
    gates.LONGEST_PAUSE_S = 0.05
    logging.disable()


def collect(path: str) -> dict[str, str]:
    _hurry(path)
    states = worker.collect_once(full=True)
    return {row.name: row.error for row in states if row.failing_since}


def make(path: str, told: list[dict]) -> list[int]:
    """Policies, of what ``policies.written`` gives."""
    _hurry(path)
    return [
        policy_history.create(REGION, '', policies.read(one), REY).pk
        for one in told
    ]


def work(path: str) -> None:
    """Looks after policies and works on tasks, until it is killed."""
    _hurry(path)
    stop, looks = threading.Event(), policy_looks.Looks()
    working = engine.Engine(REGION, conf.Settings(CALL_TIMEOUT_S=5), stop)
    while True:
        try:
            if looks.waiting(REGION):
                looks.work(stop)
            if not working.tick():
                time.sleep(0.02)
        except (db.Error, *faults.ALL):
            databases.let_go()
            time.sleep(0.05)


def observe(path: str, told: str) -> None:
    """Writes again and again how things are, until it is killed."""
    _hurry(path)
    clock, made = Clock(path), pathlib.Path(f'{told}.new')
    while True:
        asked, ahead_s = time.monotonic(), clock.ahead_s
        try:
            state = _state()
        except db.Error:
            databases.let_go()
        else:
            state |= {'asked': asked, 'ahead_s': ahead_s}
            made.write_text(json.dumps(state))
            made.rename(told)
        time.sleep(0.05)


def _state():
    """Whether workers are at it, and when somebody has to look next."""
    now = timezone.now()
    live = tasks.Task.objects.exclude(due_at=None)
    runs = models.BackupPolicyRun.objects.filter(settled_at=None)
    owners_ = live.exclude(lease_owner='').values_list(
        'lease_owner', flat=True
    )
    return {
        'leased': [int(owner.split(':')[1]) for owner in owners_],
        'due': live.filter(due_at__lte=now).exists()
        or due.waiting(REGION, now).exists()
        or runs.filter(Q(task=None) | Q(task__due_at=None)).exists(),
        'wait_s': _wait_s(now, live),
    }


def _wait_s(now, live):
    times = [
        *live.values_list('due_at', flat=True),
        *models.BackupPolicy.objects.exclude(next_at=None).values_list(
            'next_at', flat=True
        ),
    ]
    return (min(times, default=now) - now).total_seconds()


def told(path: str) -> dict:
    """What came of it."""
    _hurry(path)
    runs = models.BackupPolicyRun.objects.order_by('due_at')
    return {
        'runs': list(
            runs.values_list(
                'policy_id', 'due_at', 'state', 'task__state', 'task__total'
            )
        ),
        'steps': list(
            tasks.Step.objects.filter(task__kind='back_up').values_list(
                'request_id', 'target', 'state', 'task_id', 'error'
            )
        ),
        'pruned': tasks.Step.objects.filter(
            task__kind='prune_backups', state='done'
        ).count(),
        'unpruned': list(
            tasks.Step.objects.filter(task__kind='prune_backups')
            .exclude(state='done')
            .values_list('state', 'error')
        ),
    }
