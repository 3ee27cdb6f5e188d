from django.db import models
from django.utils.translation import gettext_lazy as _

from rey_dashboard.runs import models as runs


class Stage(models.TextChoices):
    """What the worker is at."""

    WAITING = 'waiting', _('it waits for a worker')
    HELD = 'held', _('it waits for a collection that runs')
    COLLECTING = 'collecting', _('the worker reads the whole cloud')
    CHECKS = 'checks', _('the checks look')
    KEEPING = 'keeping', _('the worker writes it down')
    ENDED = 'ended', _('ended')


class _OfCloud(runs.Run):
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
