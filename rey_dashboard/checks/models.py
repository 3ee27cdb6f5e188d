"""What checks found, what people did about it, and when each check looked.

The cycle alone writes what was found; ``orders`` alone writes what people
say of it. Neither writes the other's columns.
"""

import datetime

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rey_dashboard.tasks import appended


class _Findings(models.QuerySet):
    def open(self):
        return self.filter(resolved_at=None)

    def awake(self, now: datetime.datetime | None = None):
        """Open, and not put off till later."""
        now = now or timezone.now()
        asleep = Q(snoozed_until__gt=now)
        return self.open().exclude(asleep)


class Finding(models.Model):
    """Something that a check found; one row for each subject, for good.

    What goes away and comes back is the same finding.
    """

    class Severity(models.IntegerChoices):
        """The worst comes first."""

        CRITICAL = 0, _('critical')
        ERROR = 1, _('error')
        WARNING = 2, _('warning')
        NOTE = 3, _('note')

    class Hit(models.TextChoices):
        """What ``hits`` counts."""

        NOTHING = '', _('nothing')
        PROJECTS = 'projects', _('projects')
        SERVERS = 'servers', _('servers')
        VOLUMES = 'volumes', _('volumes')

    id = models.BigAutoField(primary_key=True)
    region = models.CharField(max_length=255)
    #: Name of its entry point.
    check_name = models.CharField(max_length=64)
    #: Stable within the check: mostly the id of what it is about.
    subject = models.CharField(max_length=255)
    subject_name = models.CharField(max_length=255, default='', blank=True)
    severity = models.PositiveSmallIntegerField(choices=Severity.choices)
    #: Which of the check's titles tells it.
    word = models.CharField(max_length=32, default='', blank=True)
    #: That title in English, to search by; pages tell it in the reader's
    #: language, see ``registry.Check.title``.
    title = models.TextField()
    evidence = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    hits = models.PositiveBigIntegerField(default=0)
    hits_what = models.CharField(
        max_length=16, choices=Hit.choices, default=Hit.NOTHING, blank=True
    )
    #: Nothing where it is of no single project: only who may see the whole
    #: cloud sees it, if its check does not say otherwise.
    project_id = models.CharField(max_length=64, default='', blank=True)
    host = models.CharField(max_length=255, default='', blank=True)
    #: By the cloud's own words, when it began; often before we looked.
    since = models.DateTimeField(null=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    #: When it was found after it had not been there.
    opened_at = models.DateTimeField()
    #: When its check looked and did not find it any more.
    resolved_at = models.DateTimeField(null=True)
    #: How often it came back.
    returns = models.PositiveIntegerField(default=0)
    #: Ends when it is resolved.
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by_id = models.CharField(max_length=64, default='')
    acknowledged_by_name = models.CharField(max_length=255, default='')
    #: Ends by itself, and does not end when it is resolved meanwhile: what
    #: comes and goes stays quiet.
    snoozed_until = models.DateTimeField(null=True)
    snooze_reason = models.TextField(default='', blank=True)
    snoozed_by_id = models.CharField(max_length=64, default='')
    snoozed_by_name = models.CharField(max_length=255, default='')
    assignee_id = models.CharField(max_length=64, default='', blank=True)
    assignee_name = models.CharField(max_length=255, default='', blank=True)

    objects = _Findings.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=['region', 'check_name', 'subject'],
                name='rey_finding_of_subject',
            )
        ]
        indexes = [
            models.Index(fields=['region', 'resolved_at', 'severity']),
            models.Index(fields=['region', 'check_name', 'resolved_at']),
            models.Index(fields=['region', 'project_id', 'resolved_at']),
        ]

    def __str__(self):
        return self.title

    @property
    def is_snoozed(self) -> bool:
        return bool(self.snoozed_until) and self.snoozed_until > timezone.now()


class FindingRecord(appended.Appended):
    """What people did about a finding and wrote under it.

    It outlives the finding and is never changed. A comment's words are in
    ``details``.
    """

    class What(models.TextChoices):
        ACKNOWLEDGED = 'acknowledged', _('acknowledged')
        UNACKNOWLEDGED = 'unacknowledged', _('took the acknowledgement back')
        #: By the cycle: nobody has to know of it any more.
        ENDED = 'ended', _('acknowledgement ended: resolved')
        SNOOZED = 'snoozed', _('snoozed')
        WOKEN = 'woken', _('woken')
        ASSIGNED = 'assigned', _('assigned')
        COMMENTED = 'commented', _('commented')

    finding = models.ForeignKey(
        Finding, models.DO_NOTHING, related_name='records', db_constraint=False
    )
    what = models.CharField(max_length=16, choices=What.choices)

    class Meta(appended.Appended.Meta):
        abstract = False
        indexes = [models.Index(fields=['finding', 'at'])]

    def __str__(self):
        return f'{self.at:%Y-%m-%d %H:%M}: {self.who_name} {self.what}'


class CheckRun(models.Model):
    """When a check looked last, and how that went: one row for each."""

    pk = models.CompositePrimaryKey('region', 'check_name')
    region = models.CharField(max_length=255)
    check_name = models.CharField(max_length=64)
    #: Of the last try, whatever became of it.
    started_at = models.DateTimeField()
    #: How long it looked; NULL when it did not look.
    took_s = models.FloatField(null=True)
    #: When it last looked well; its findings are as of then.
    last_good_at = models.DateTimeField(null=True)
    #: Found in the last good look.
    found = models.PositiveIntegerField(null=True)
    #: Parts for whose sake it did not look: they fail, are old, or were never
    #: read. What was found before stays as it was.
    waits_for = models.JSONField(default=list)
    #: Kind of error and place in its code; nothing when it did not break.
    error = models.TextField(default='')
    breaking_since = models.DateTimeField(null=True)

    def __str__(self):
        return f'{self.check_name} in {self.region}'
