"""Runs what is due: every due time of a policy is a row, and is run once.

All of a run begins in one transaction: the policy's next time (compare and
swap: of two workers one has it), the row (unique for the policy and its time),
and the task, planned and started. So whoever dies has begun all of it or
nothing, and the next look does what is left. Of times that passed while no
worker was there the last alone is made up; each other is told as missed.
"""

import collections
from collections.abc import Sequence
import datetime
import itertools
import logging

from django import db
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from rey_dashboard.backups import models
from rey_dashboard.backups import policies
from rey_dashboard.backups import schedule
from rey_dashboard.tasks import lease
from rey_dashboard.tasks import models as tasks
from rey_dashboard.tasks import orders
from rey_dashboard.tasks import planning
from rey_dashboard.tasks import records
from rey_dashboard.templatetags import rey

LOG = logging.getLogger(__name__)

KIND = 'back_up'
#: After a long stop the latest so many get a row each.
MOST_ROWS = 1000
BATCH = 500
STATES = models.BackupPolicyRun.State
_CANNOT_RUN = (schedule.Wrong, policies.UnknownScope)
#: Policies with their versions of which the log tells already.
_TOLD: set[tuple[int, int]] = set()


class UnderWay(Exception):
    """The run before has not ended.

    :ivar run: that one
    """

    def __init__(self, run: models.BackupPolicyRun):
        super().__init__(f'run {run.pk} is under way')
        self.run = run


def waiting(region: str | None, now: datetime.datetime):
    """The policies that are due; of any region, when that is not known."""
    rows = models.BackupPolicy.objects.filter(enabled=True, next_at__lte=now)
    return rows.filter(region=region) if region else rows


def run_due(region: str, now: datetime.datetime) -> None:
    """One look: begins what is due, and tells what was missed.

    :raises db.Error: the database is away; nothing is lost
    """
    for policy in waiting(region, now).order_by('next_at', 'pk'):
        try:
            _run(policy, now)
        except db.IntegrityError:
            LOG.info('Policy %s: another worker was quicker', policy.pk)
        except db.Error:
            raise
        except Exception as error:  # it must hold up no other policy
            # It stays due, and a check tells that; the log needs it once.
            if (policy.pk, policy.version) not in _TOLD:
                _TOLD.add((policy.pk, policy.version))
                is_told = isinstance(error, _CANNOT_RUN)
                LOG.error(
                    'Policy %s cannot run: %s',
                    policy.pk,
                    error,
                    exc_info=not is_told,
                )


def run_now(
    policy: models.BackupPolicy, who: records.Actor, now: datetime.datetime
) -> models.BackupPolicyRun:
    """A run that somebody asks for; within a minute it is the same one.

    :raises UnderWay: one is
    :raises policies.UnknownScope: nobody can tell here what it backs up
    :raises models.BackupPolicy.DoesNotExist: it was removed
    """
    due_at = now.replace(second=0, microsecond=0)
    planning.find(KIND)
    with transaction.atomic():
        rows = models.BackupPolicy.objects.select_for_update()
        row = rows.get(pk=policy.pk, removed_at=None)
        there = row.runs.filter(due_at=due_at).first()
        if there:
            return there
        before = under_way(row)
        if before:
            raise UnderWay(before)
        told = policies.current(row)
        policies.need_known(told.scope)
        return _begin(row, told, due_at, now, who)


def under_way(policy: models.BackupPolicy) -> models.BackupPolicyRun | None:
    """The latest of its runs whose task has not ended, if any."""
    runs = policy.runs.exclude(task=None).select_related('task')
    left = runs.exclude(task__state__in=tasks.Task.ENDED)
    return left.order_by('-due_at').first()


def actor_of(policy: models.BackupPolicy) -> records.Actor:
    """Who asks for what it runs; its history tells who enabled it."""
    return records.Actor(f'policy {policy.pk}', f'policy {policy.name}')


def title_of(policy: models.BackupPolicy, number: int) -> str:
    told = ngettext(
        'Back up %(number)s volume: policy %(name)s',
        'Back up %(number)s volumes: policy %(name)s',
        number,
    )
    return told % {'number': rey.number(number), 'name': policy.name}


def _run(policy, now):
    # Loading kinds takes a while: not in a transaction.
    planning.find(KIND)
    told = policies.current(policy)
    policies.need_known(told.scope)
    times = _Times(policy.next_at, told, now)
    following = schedule.following(told.cron, told.time_zone, now)
    with lease.turn(), transaction.atomic():
        taken = models.BackupPolicy.objects.filter(
            pk=policy.pk,
            enabled=True,
            version=policy.version,
            next_at=policy.next_at,
        ).update(next_at=following)
        if not taken:
            return
        # Somebody may have asked for a run in that very minute.
        there = set(
            policy.runs.filter(due_at__gte=times.first).values_list(
                'due_at', flat=True
            )
        )
        _tell_missed(policy, times, there, now)
        if times.last not in there:
            _run_last(policy, told, times.last, now)


class _Times:
    """Those that are due, from the first to now.

    :ivar missed: the latest ones, before the last
    :ivar uncounted: so many are before these
    """

    def __init__(self, first, told, now):
        later = schedule.between(told.cron, told.time_zone, first, now)
        kept = collections.deque(maxlen=MOST_ROWS + 1)
        number = 0
        for at in itertools.chain([first], later):
            kept.append(at)
            number += 1
        self.first = first
        self.last = kept.pop()
        self.missed: Sequence[datetime.datetime] = kept
        self.uncounted = number - 1 - len(kept)


def _tell_missed(policy, times, there, now):
    rows = [
        _told(policy, at, STATES.MISSED, now)
        for at in times.missed
        if at not in there
    ]
    if times.uncounted and times.first not in there:
        rows.append(
            _told(
                policy,
                times.first,
                STATES.MISSED,
                now,
                _t('From then on %s times were missed that are not listed.')
                % rey.number(times.uncounted),
            )
        )
    models.BackupPolicyRun.objects.bulk_create(rows, batch_size=BATCH)


def _told(policy, due_at, state, now, note=''):
    """A run that does not begin."""
    return models.BackupPolicyRun(
        policy=policy,
        version=policy.version,
        due_at=due_at,
        state=state,
        seen_at=now,
        settled_at=now,
        note=note,
    )


def _run_last(policy, told, due_at, now):
    until = _until(told, due_at)
    before = under_way(policy)
    if until and now > until:
        note = _t('Its window was over when a worker saw it.')
        _told(policy, due_at, STATES.MISSED, now, note).save()
    elif before:
        note = _t('The run before was still under way: task %d.')
        note %= before.task_id
        _told(policy, due_at, STATES.SKIPPED, now, note).save()
    else:
        _begin(policy, told, due_at, now, actor_of(policy))


def _until(told, due_at):
    if not told.window_min:
        return None
    return due_at + datetime.timedelta(minutes=told.window_min)


def _begin(policy, told, due_at, now, who):
    """To be called in a transaction of its own."""
    run = models.BackupPolicyRun(
        policy=policy,
        version=policy.version,
        due_at=due_at,
        state=STATES.BEGUN,
        seen_at=now,
    )
    ids = _volumes(policy, told)
    if not ids:
        run.settled_at = now
        run.note = _t('It reaches no volume: there was nothing to back up.')
        run.save(force_insert=True)
        return run
    run.save(force_insert=True)
    run.task = _task(policy, told, due_at, ids, who)
    if run.task.total:
        orders.start(run.task, who)
    else:
        # It would wait for a start that never comes.
        orders.cancel(run.task, who)
        run.note = _t('None of them could be backed up: see the task.')
    run.save(update_fields=['task', 'note'])
    return run


def _volumes(policy, told):
    """Those that wait longest first: a window may end before all began."""
    rows = policies.reached(policy.region, told.scope, policy.domain_id)
    longest = F('last_good_at').asc(nulls_first=True)
    rows = rows.order_by(longest, '-size_gib', 'volume_id')
    return list(rows.values_list('volume_id', flat=True))


def _task(policy, told, due_at, ids, who):
    until = _until(told, due_at)
    return planning.plan(
        KIND,
        policy.region,
        {
            'volumes': ids,
            'method': told.method,
            'full_every': told.full_every,
            'container': told.container,
            'policy': policy.pk,
            'policy_name': policy.name,
            'until': until.isoformat() if until else None,
            'at_once': told.at_once,
        },
        title_of(policy, len(ids)),
        f'policy {policy.pk} {due_at:%Y%m%dT%H%M%S}',
        who,
        policy.domain_id,
    )
