"""What people decide about backups, and what came of it."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from rey_dashboard.tasks.models import Step
from rey_dashboard.tasks.models import Task


def new_token() -> str:
    return str(uuid.uuid4())


class BackupPolicy(models.Model):
    """Backups that are made by themselves; its versions tell what it says."""

    id = models.BigAutoField(primary_key=True)
    region = models.CharField(max_length=255)
    #: The one domain that it is kept for; nothing for the whole cloud.
    domain_id = models.CharField(max_length=64, default='', blank=True)
    name = models.CharField(max_length=64)
    enabled = models.BooleanField(default=False)
    #: The one that counts.
    version = models.PositiveIntegerField()
    #: When it is due; none while it is not enabled.
    next_at = models.DateTimeField(null=True)
    #: What it made stays, and its history.
    removed_at = models.DateTimeField(null=True)
    #: What it reaches, as it was counted last; none before, and where this
    #: release does not know its scope.
    volumes = models.PositiveIntegerField(null=True)
    gib = models.PositiveBigIntegerField(null=True)
    #: Nobody, of one that was made before this was kept.
    made_by_id = models.CharField(max_length=64, default='', blank=True)
    #: Of the form that made it: a double click makes one policy.
    token = models.CharField(max_length=64, default=new_token)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=['region', 'made_by_id', 'token'],
                name='rey_backup_policy_of_one_form',
            )
        ]
        indexes = [
            models.Index(fields=['region', 'next_at']),
            models.Index(fields=['region', 'removed_at', 'name']),
        ]

    def __str__(self):
        return self.name


class BackupPolicyVersion(models.Model):
    """What a policy says; each change is a row, so that all are kept."""

    id = models.BigAutoField(primary_key=True)
    policy = models.ForeignKey(
        BackupPolicy, models.CASCADE, related_name='versions'
    )
    #: From 1.
    version = models.PositiveIntegerField()
    #: As ``backups/policies.py`` reads it.
    told = models.JSONField(default=dict)
    at = models.DateTimeField()
    who_id = models.CharField(max_length=64)
    who_name = models.CharField(max_length=255, default='')

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=['policy', 'version'], name='rey_backup_policy_version'
            )
        ]

    def __str__(self):
        return f'{self.policy_id}, version {self.version}'


class BackupPolicyRun(models.Model):
    """A time at which a policy was due: there is one row, whoever runs it."""

    class State(models.TextChoices):
        BEGUN = 'begun', _('begun')
        #: Nobody ran it in time, and it is not made up.
        MISSED = 'missed', _('missed')
        #: The run before was still under way.
        SKIPPED = 'skipped', _('left out')

    id = models.BigAutoField(primary_key=True)
    policy = models.ForeignKey(
        BackupPolicy, models.CASCADE, related_name='runs'
    )
    #: The policy's, by which it ran.
    version = models.PositiveIntegerField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=16, choices=State.choices)
    #: When a worker saw that it was due.
    seen_at = models.DateTimeField()
    task = models.ForeignKey(
        Task, models.SET_NULL, null=True, related_name='+'
    )
    #: That deletes what need not be kept.
    pruning = models.ForeignKey(
        Task, models.SET_NULL, null=True, related_name='+'
    )
    note = models.TextField(default='', blank=True)
    #: When a worker saw that its task had ended, and did what comes then.
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=['policy', 'due_at'], name='rey_backup_policy_run'
            )
        ]
        indexes = [models.Index(fields=['settled_at'])]

    def __str__(self):
        return f'{self.policy_id} at {self.due_at:%Y-%m-%d %H:%M}'


class BackupProof(models.Model):
    """A backup of a volume was restored elsewhere, and was right."""

    id = models.BigAutoField(primary_key=True)
    region = models.CharField(max_length=255)
    volume_id = models.CharField(max_length=64)
    project_id = models.CharField(max_length=64)
    backup_id = models.CharField(max_length=64)
    at = models.DateTimeField()
    #: The time that the backup's data are of.
    data_at = models.DateTimeField(null=True)
    size_gib = models.PositiveIntegerField()
    #: Of restoring, without checks and deleting.
    took_s = models.FloatField()
    #: What was checked -> what was found.
    checked = models.JSONField(default=dict)
    task = models.ForeignKey(
        Task, models.SET_NULL, null=True, related_name='+'
    )

    #: There is one proof of it, whoever writes it.
    step = models.OneToOneField(
        Step, models.SET_NULL, null=True, related_name='+'
    )

    class Meta:
        indexes = [
            models.Index(fields=['region', 'volume_id', '-at']),
            models.Index(fields=['region', 'backup_id']),
        ]

    def __str__(self):
        return f'{self.volume_id} on {self.at:%Y-%m-%d}'
