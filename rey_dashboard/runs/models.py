from django.db import models


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
