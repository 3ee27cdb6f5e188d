from django.db import models
from django.utils.translation import gettext_lazy as _


class Collector(models.Model):
    """One row a region: who collects, when, and who asked for it.

    ``lease_owner`` and ``lease_until`` keep two collectors off one region;
    both are changed by compare and swap only.
    """

    region = models.CharField(max_length=255, primary_key=True)
    #: Number of the collection that runs or ran last.
    number = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    peak_memory_mib = models.PositiveIntegerField(null=True)
    requested_at = models.DateTimeField(null=True)
    #: The request is for everything, not for the changes alone.
    requested_full = models.BooleanField(default=False)
    #: When the worker means to read again.
    next_at = models.DateTimeField(null=True)
    lease_owner = models.CharField(max_length=255, blank=True, default='')
    lease_until = models.DateTimeField(null=True)

    def __str__(self):
        return self.region


class Worker(models.Model):
    """One row a host that runs a worker: is it alive, can it sign in."""

    host = models.CharField(max_length=255, primary_key=True)
    seen_at = models.DateTimeField()
    #: Why it cannot work at all; nothing when it can.
    problem = models.TextField(default='')
    remedy = models.TextField(default='')

    def __str__(self):
        return self.host


class PartState(models.Model):
    """How the last reading of one part of a region went."""

    pk = models.CompositePrimaryKey('region', 'name')
    region = models.CharField(max_length=255)
    name = models.CharField(max_length=32)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    last_good_at = models.DateTimeField(null=True)
    #: Start of the last good reading of everything. What a reading of the
    #: changes cannot tell is of then.
    full_at = models.DateTimeField(null=True)
    #: By the service's own clock: what changed before is in our tables. NULL
    #: until everything was read once.
    watermark = models.DateTimeField(null=True)
    #: First failure since the last good reading; none when all is well.
    failing_since = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    error = models.TextField(default='')
    remedy = models.TextField(default='')
    #: What is not right though the reading was good.
    note = models.TextField(default='')
    #: The cloud hid some rows from the last good reading.
    blind = models.BooleanField(default=False)
    #: Ties our log to the services' logs.
    request_id = models.CharField(max_length=64, default='')
    rows = models.PositiveIntegerField(null=True)
    calls = models.PositiveIntegerField(null=True)
    #: Rows read so far and expected, while it runs.
    done = models.PositiveIntegerField(null=True)
    expected = models.PositiveIntegerField(null=True)

    def __str__(self):
        return f'{self.region}: {self.name}'

    @property
    def took(self) -> float | None:
        """Seconds of the last reading that ended."""
        if not self.started_at or not self.ended_at:
            return None
        return (self.ended_at - self.started_at).total_seconds()


class PartReading(models.Model):
    """One reading of one part: what it cost and what it found."""

    class Kind(models.TextChoices):
        FULL = 'full', _('everything')
        CHANGES = 'changes', _('changes')

    class Outcome(models.TextChoices):
        #: Also of one whose process died.
        RUNNING = 'running', _('not ended')
        GOOD = 'good', _('good')
        FAILED = 'failed', _('failed')
        STOPPED = 'stopped', _('stopped')

    id = models.BigAutoField(primary_key=True)
    region = models.CharField(max_length=255)
    name = models.CharField(max_length=32)
    #: Of the collection.
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    outcome = models.CharField(
        max_length=8, choices=Outcome.choices, default=Outcome.RUNNING
    )
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    #: Rows that the services told, and that were written for them.
    rows = models.PositiveIntegerField(default=0)
    gone = models.PositiveIntegerField(default=0)
    calls = models.PositiveIntegerField(default=0)
    error = models.TextField(default='')
    note = models.TextField(default='')
    request_id = models.CharField(max_length=64, default='')

    class Meta:
        indexes = [models.Index(fields=['region', 'name', 'started_at'])]

    def __str__(self):
        return f'{self.region}: {self.name}, collection {self.number}'

    @property
    def took(self) -> float | None:
        """Seconds; none while it runs, and when its process died."""
        if not self.ended_at:
            return None
        return (self.ended_at - self.started_at).total_seconds()
