from django.db import models
from django.utils.translation import gettext_lazy as _

from rey_dashboard.inventory.models import base


class Service(base.Mirrored):
    """A service of Nova or Cinder on one host, or an agent of Neutron.

    Its id is Nova's or Neutron's; Cinder gives none, so that it is made of
    binary and host.
    """

    class State(models.TextChoices):
        UP = 'up', _('up')
        DOWN = 'down', _('down')
        #: Nova cannot reach its cell.
        UNKNOWN = 'unknown', _('unknown')

    class Status(models.TextChoices):
        ENABLED = 'enabled', _('enabled')
        DISABLED = 'disabled', _('disabled')

    pk = models.CompositePrimaryKey('region', 'id')
    #: ``compute``, ``volume`` or ``network``.
    service = models.CharField(max_length=16)
    binary = models.CharField(max_length=255)
    #: Of an agent its type, else the binary: what people call it.
    name = models.CharField(max_length=255)
    #: ``host@backend`` for a volume service.
    host = models.CharField(max_length=255)
    zone = models.CharField(max_length=255, default='')
    state = models.CharField(max_length=16, choices=State.choices)
    status = models.CharField(max_length=16, choices=Status.choices)
    #: Nothing while it is enabled.
    disabled_reason = models.CharField(max_length=255, default='')
    #: What people wrote of an agent.
    description = models.CharField(max_length=255, default='')
    #: Somebody told Nova that it is down, whatever it reports.
    forced_down = models.BooleanField(default=False)
    #: Its last report.
    reported_at = models.DateTimeField(null=True)
    #: Since when we have seen it so; of one that was down when we first saw
    #: it, its last report.
    state_since = models.DateTimeField()
    status_since = models.DateTimeField()
    #: When it went up or down of late, as ISO times.
    flips = models.JSONField(default=list)

    class Meta:
        indexes = [
            models.Index(fields=['region', 'name']),
            models.Index(fields=['region', 'host']),
        ]

    def __str__(self):
        return f'{self.name} on {self.host}'
