import statistics

from django.db import models

#: Of so few probes nothing is usual yet.
FEW = 5


class CatalogService(models.Model):
    """A service of Keystone's catalog."""

    pk = models.CompositePrimaryKey('region', 'id')
    region = models.CharField(max_length=255)
    id = models.CharField(max_length=64)
    type = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    enabled = models.BooleanField()

    def __str__(self):
        return f'{self.name} ({self.type})'


class Endpoint(models.Model):
    """An endpoint of Keystone's catalog, of any region.

    ``region`` is the one that its reader collects, as in all tables.
    """

    pk = models.CompositePrimaryKey('region', 'id')
    region = models.CharField(max_length=255)
    id = models.CharField(max_length=64)
    service_id = models.CharField(max_length=64)
    service_type = models.CharField(max_length=255)
    service_name = models.CharField(max_length=255)
    #: ``public``, ``internal`` or ``admin``.
    interface = models.CharField(max_length=16)
    #: Its own region; nothing where it has none.
    in_region = models.CharField(max_length=255)
    url = models.TextField()
    #: With its service.
    enabled = models.BooleanField()
    #: Of what is asked at its address; nothing where none can be asked.
    probe_id = models.CharField(max_length=64)

    def __str__(self):
        return f'{self.service_type} {self.interface} {self.in_region}'


class EndpointProbe(models.Model):
    """What an address of the catalog answered last.

    One row, though several endpoints may have the address.
    """

    pk = models.CompositePrimaryKey('region', 'id')
    region = models.CharField(max_length=255)
    #: A digest of the address.
    id = models.CharField(max_length=64)
    address = models.TextField()
    #: Host and port.
    place = models.CharField(max_length=300)
    asked_at = models.DateTimeField()
    #: NULL when it did not answer.
    status = models.PositiveSmallIntegerField(null=True)
    seconds = models.FloatField(null=True)
    error = models.TextField(default='')
    #: When it last answered well; NULL when it never did.
    good_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    #: Seconds of the probes before this one that were answered.
    earlier_s = models.JSONField(default=list)
    #: Of its clock, above 0 when it is ahead of the worker's.
    skew_s = models.FloatField(null=True)
    version = models.CharField(max_length=32, default='')
    least_microversion = models.CharField(max_length=32, default='')
    most_microversion = models.CharField(max_length=32, default='')
    cert_subject = models.TextField(default='')
    cert_names = models.JSONField(default=list)
    cert_issuer = models.TextField(default='')
    cert_not_after = models.DateTimeField(null=True)
    cert_self_signed = models.BooleanField(null=True)
    #: By the CAs of the worker's clouds.yaml; NULL when that says not to look.
    cert_verifies = models.BooleanField(null=True)
    cert_why = models.TextField(default='')
    cert_name_matches = models.BooleanField(null=True)

    def __str__(self):
        return self.address

    @property
    def is_good(self) -> bool:
        """It answered, and not that it is broken."""
        return self.status is not None and self.status < 500

    @property
    def usual_s(self) -> float | None:
        """The median of the probes before; none of too few."""
        if len(self.earlier_s) < FEW:
            return None
        return statistics.median(self.earlier_s)

    @property
    def milliseconds(self) -> int | None:
        return None if self.seconds is None else round(1000 * self.seconds)

    @property
    def usual_milliseconds(self) -> int | None:
        usual = self.usual_s
        return None if usual is None else round(1000 * usual)

    @property
    def cert_days(self) -> int | None:
        """Whole days from the probe to the certificate's end."""
        if not self.cert_not_after:
            return None
        return (self.cert_not_after - self.asked_at).days
