from django.db import models


class Quota(models.Model):
    """One resource of one project in one service, in the service's units."""

    pk = models.CompositePrimaryKey(
        'region', 'project_id', 'service', 'resource'
    )
    region = models.CharField(max_length=255)
    project_id = models.CharField(max_length=64)
    #: ``compute`` or ``volume``.
    service = models.CharField(max_length=16)
    #: The service's name: ``ram`` (MiB), ``gigabytes`` (GiB), ``cores``, ...
    resource = models.CharField(max_length=255)
    #: -1 is unlimited.
    limit = models.BigIntegerField()
    in_use = models.BigIntegerField()
    reserved = models.BigIntegerField()
    seen = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=['region', 'service', 'resource'])]

    def __str__(self):
        return f'{self.resource}: {self.in_use} of {self.limit}'
