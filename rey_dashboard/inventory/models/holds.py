from django.db import models
from django.utils import timezone


class _Holds(models.QuerySet):
    def in_force(self, region: str) -> models.QuerySet:
        """Those that neither a person nor time has ended."""
        young = models.Q(until=None) | models.Q(until__gt=timezone.now())
        return self.filter(young, region=region, ended_at=None)


class BackupHold(models.Model):
    """A backup that this dashboard must not delete, and why."""

    id = models.BigAutoField(primary_key=True)
    region = models.CharField(max_length=255)
    backup_id = models.CharField(max_length=64)
    #: When it was put on hold: the hold is there longer than the backup.
    backup_name = models.CharField(max_length=255, default='', blank=True)
    project_id = models.CharField(max_length=64)
    reason = models.TextField()
    #: It ends by itself; none when somebody has to end it.
    until = models.DateTimeField(null=True)
    at = models.DateTimeField()
    who_id = models.CharField(max_length=64)
    who_name = models.CharField(max_length=255, default='')
    ended_at = models.DateTimeField(null=True)
    ended_by_id = models.CharField(max_length=64, default='', blank=True)
    ended_by_name = models.CharField(max_length=255, default='', blank=True)

    objects = _Holds.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=['region', 'backup_id', 'ended_at']),
            models.Index(fields=['region', 'ended_at', 'until']),
        ]

    def __str__(self):
        return f'{self.backup_id}: {self.reason[:40]}'
