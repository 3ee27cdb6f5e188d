from django.db import models
from django.utils.translation import gettext_lazy as _

from rey_dashboard.runs import models as runs


class ReadinessRun(runs.Run):
    """One look whether the cloud is ready: who asked, and what came of it."""

    class Stage(models.TextChoices):
        """What the worker is at."""

        WAITING = 'waiting', _('it waits for a worker')
        CATALOG = 'catalog', _('the worker reads the catalog')
        PROBES = 'probes', _('the worker asks the endpoints')
        SERVICES = (
            'services',
            _('the worker asks for services, images and networks'),
        )
        RIGHTS = 'rights', _('the worker tries the service user’s rights')
        JUDGING = 'judging', _('the worker judges')
        ENDED = 'ended', _('ended')

    stage = models.CharField(
        max_length=16, choices=Stage.choices, default=Stage.WAITING
    )
    passed = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    unknown = models.PositiveIntegerField(default=0)
    #: As ``points.Point`` has them, in the report's order.
    points = models.JSONField(default=list)

    class Meta:
        indexes = [
            models.Index(fields=['region', 'asked_at']),
            models.Index(fields=['region', 'ended_at']),
        ]

    @property
    def is_ready(self) -> bool:
        """Nothing failed, of a run that came to a result."""
        return bool(self.points) and not self.failed


class Expectations(models.Model):
    """What is expected of a region; each change is a row: all are kept."""

    id = models.BigAutoField(primary_key=True)
    region = models.CharField(max_length=255)
    #: From 1; the greatest counts.
    version = models.PositiveIntegerField()
    #: The file, as it was written.
    text = models.TextField()
    #: What it says, as ``expectation_text.SCHEMA`` has it.
    told = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)
    who_id = models.CharField(max_length=64)
    who_name = models.CharField(max_length=255, default='')

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=['region', 'version'], name='rey_expectations_version'
            )
        ]

    def __str__(self):
        return f'{self.region}, version {self.version}'
