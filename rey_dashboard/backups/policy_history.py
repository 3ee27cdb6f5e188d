"""Policies are made and changed: each change is a version, and all are kept.

A time at which the old version was due, and which no worker has seen yet, is
told as missed: the new one may be due at others.
"""

import datetime

from django import db
from django.db import transaction
from django.db.models import Count
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _t

from rey_dashboard.backups import models
from rey_dashboard.backups import policies
from rey_dashboard.backups import schedule
from rey_dashboard.tasks import records


class Changed(Exception):
    """Somebody else has changed it since it was looked at."""


def create(
    region: str,
    domain_id: str,
    told: policies.Told,
    who: records.Actor,
    token: str = '',
) -> models.BackupPolicy:
    """A new one; the one that there is when the form was sent twice.

    :param token: of the form, 64 characters at most
    :raises Changed: that one is removed by now
    """
    policy = models.BackupPolicy(
        region=region,
        domain_id=domain_id,
        version=0,
        made_by_id=who.id,
        token=token or models.new_token(),
    )
    same = models.BackupPolicy.objects.filter(
        region=region, made_by_id=who.id, token=policy.token
    )
    try:
        with transaction.atomic():
            _say(policy, told, who, timezone.now())
    except db.IntegrityError:
        # The other click was quicker.
        there = same.first()
        if not there:
            raise
        if there.removed_at:
            raise Changed from None
        return there
    return policy


def keep(
    policy: models.BackupPolicy,
    told: policies.Told,
    who: records.Actor,
    version: int,
) -> bool:
    """What it says from now on; False when it says so already.

    :param version: that whoever asks has seen
    :raises Changed: it is another by now
    :raises policies.UnknownScope: it is to run, and cannot
    """
    if told.enabled:
        policies.need_known(told.scope)
    with transaction.atomic():
        row = _locked(policy)
        if row.version != version:
            raise Changed
        old = policies.current(row)
        if told == old:
            return False
        now = timezone.now()
        _tell_unseen(row, old, told, now)
        _say(row, told, who, now, old)
    policy.refresh_from_db()
    return True


def remove(policy: models.BackupPolicy, who: records.Actor) -> None:
    """It runs no more; its backups stay, and so does its history."""
    with transaction.atomic():
        row = _locked(policy)
        told = policies.current(row)
        now = row.removed_at = timezone.now()
        off = policies.off(told)
        _tell_unseen(row, told, off, now)
        _say(row, off, who, now, told)
    policy.refresh_from_db()


def count(policy: models.BackupPolicy, told: policies.Told) -> bool:
    """Writes down how much it reaches; whether that is new."""
    sums = {'volumes': None, 'gib': None}
    if told.scope.is_known:
        sums = policies.reached(
            policy.region, told.scope, policy.domain_id
        ).aggregate(volumes=Count('volume_id'), gib=Sum('size_gib', default=0))
    if sums == {'volumes': policy.volumes, 'gib': policy.gib}:
        return False
    policy.volumes, policy.gib = sums['volumes'], sums['gib']
    models.BackupPolicy.objects.filter(pk=policy.pk).update(**sums)
    return True


def _locked(policy):
    rows = models.BackupPolicy.objects.select_for_update()
    # One that is removed meanwhile is not there any more.
    return rows.get(pk=policy.pk, removed_at=None)


def _say(policy, told, who, now, old=None):
    policy.name, policy.enabled = told.name, told.enabled
    policy.version += 1
    if not told.enabled:
        policy.next_at = None
    elif not _goes_on(old, told):
        policy.next_at = schedule.following(told.cron, told.time_zone, now)
    policy.save()
    models.BackupPolicyVersion.objects.create(
        policy=policy,
        version=policy.version,
        told=policies.written(told),
        at=now,
        who_id=who.id,
        who_name=who.name,
    )
    count(policy, told)


def _goes_on(old, told):
    """With the time at which it is due next."""
    return (
        old is not None
        and old.enabled
        and (old.cron, old.time_zone) == (told.cron, told.time_zone)
    )


def _tell_unseen(
    policy: models.BackupPolicy,
    old: policies.Told,
    told: policies.Told,
    now: datetime.datetime,
) -> None:
    at = policy.next_at
    if not at or at > now or (told.enabled and _goes_on(old, told)):
        return
    models.BackupPolicyRun.objects.get_or_create(
        policy=policy,
        due_at=at,
        defaults={
            'version': policy.version,
            'state': models.BackupPolicyRun.State.MISSED,
            'seen_at': now,
            'settled_at': now,
            'note': _t('The policy was changed before a worker saw it.'),
        },
    )
