"""What all runs have, and the runs that more than one page reads."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Run(models.Model):
    """What somebody asks a worker for, and the points that it finds.

    A subclass has a ``stage``, of which the first is ``waiting`` and the last
    ``ended``.
    """

    id = models.BigAutoField(primary_key=True)
    region = models.CharField(max_length=255)
    asked_by_id = models.CharField(max_length=64)
    asked_by_name = models.CharField(max_length=255, default='')
    asked_at = models.DateTimeField()
    #: The worker that has it renews this; when it is over, another takes it.
    claimed_until = models.DateTimeField(null=True)
    #: Grows with each worker that takes it; all writes name it.
    claim = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    #: Why there is no result.
    error = models.TextField(default='')
    remedy = models.TextField(default='')

    class Meta:
        abstract = True

    def __str__(self):
        return f'{self.asked_at:%Y-%m-%d %H:%M}: {self.asked_by_name}'

    @property
    def is_live(self) -> bool:
        return self.ended_at is None

    @property
    def took(self) -> float | None:
        """Seconds from its start to its end."""
        if not self.started_at or not self.ended_at:
            return None
        return (self.ended_at - self.started_at).total_seconds()


class Stage(models.TextChoices):
    """What the worker is at."""

    WAITING = 'waiting', _('it waits for a worker')
    HELD = 'held', _('it waits for a collection that runs')
    COLLECTING = 'collecting', _('the worker reads the whole cloud')
    CHECKS = 'checks', _('the checks look')
    KEEPING = 'keeping', _('the worker writes it down')
    ENDED = 'ended', _('ended')


class _OfCloud(Run):
    stage = models.CharField(
        max_length=16, choices=Stage.choices, default=Stage.WAITING
    )
    #: Parts of the inventory that are read.
    done = models.PositiveIntegerField(default=0)
    expected = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True


class Baseline(_OfCloud):
    """How the cloud was at one time; kept until a person deletes it."""

    name = models.CharField(max_length=255)
    #: As ``snapshots.take`` makes it; empty until it ended well.
    snapshot = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=['region', 'asked_at'])]

    def __str__(self):
        return self.name

    @property
    def is_good(self) -> bool:
        return self.ended_at is not None and not self.error


class _Comparisons(models.QuerySet):
    def last_good(self, region: str) -> 'Comparison | None':
        """The last that came to a result, without its report."""
        rows = self.filter(region=region, error='').exclude(ended_at=None)
        rows = rows.select_related('baseline').order_by('-ended_at', '-pk')
        return rows.defer('report', 'html', 'baseline__snapshot').first()


class Comparison(_OfCloud):
    """The cloud as it is, against a baseline; its report never changes."""

    baseline = models.ForeignKey(
        Baseline, models.CASCADE, related_name='comparisons'
    )
    #: As ``reports.made`` has it.
    report = models.JSONField(default=dict)
    #: Of the report.
    sha256 = models.CharField(max_length=64, default='')
    #: The file as it is handed over, and its own hash.
    html = models.TextField(default='')
    html_sha256 = models.CharField(max_length=64, default='')
    #: Points.
    passed = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    noted = models.PositiveIntegerField(default=0)
    unknown = models.PositiveIntegerField(default=0)
    #: Things that the failed points are about.
    worse = models.PositiveIntegerField(default=0)

    objects = _Comparisons.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=['region', 'asked_at']),
            models.Index(fields=['sha256']),
            models.Index(fields=['html_sha256']),
        ]

    @property
    def is_good(self) -> bool:
        return self.ended_at is not None and not self.error


class UpgradeCheck(models.Model):
    """What the upgrade check of one service printed; the newest counts."""

    id = models.BigAutoField(primary_key=True)
    baseline = models.ForeignKey(
        Baseline, models.CASCADE, related_name='upgrade_checks'
    )
    at = models.DateTimeField(auto_now_add=True)
    who_id = models.CharField(max_length=64)
    who_name = models.CharField(max_length=255, default='')
    #: ``nova``, for example.
    service = models.CharField(max_length=64)
    #: Lists of check, result and details.
    results = models.JSONField(default=list)
    #: What ended the check before it came to a result.
    broke = models.TextField(default='')

    class Meta:
        indexes = [models.Index(fields=['baseline', 'service', 'at'])]

    def __str__(self):
        return self.service
