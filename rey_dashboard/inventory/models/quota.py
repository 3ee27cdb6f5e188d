from django.db import models


class Quota(models.Model):
    """One resource of one project in one service, in the service's units."""

    pk = models.CompositePrimaryKey(
        'region', 'project_id', 'service', 'resource'
    )
    region = models.CharField(max_length=255)
    project_id = models.CharField(max_length=64)
    #: ``compute``, ``volume`` or ``network``.
    service = models.CharField(max_length=16)
    #: The service's name: ``ram`` (MiB), ``gigabytes`` (GiB), ``cores``, ...
    resource = models.CharField(max_length=255)
    #: -1 is unlimited; NULL when there is none or it was not read.
    limit = models.BigIntegerField(null=True)
    #: NULL when the service does not tell it.
    in_use = models.BigIntegerField(null=True)
    reserved = models.BigIntegerField(null=True)
    #: Use of the limit; NULL without a limit.
    percent = models.FloatField(null=True)
    #: Use counted from the listings, since no service told a quota: its
    #: project is gone, or its quota was not read.
    counted = models.BooleanField(default=False)
    seen = models.PositiveIntegerField()

    class Meta:
        indexes = [
            # With all that a list of projects sorts and filters by.
            models.Index(
                fields=[
                    'region',
                    'service',
                    'resource',
                    'in_use',
                    'project_id',
                    'percent',
                ]
            ),
            # With all that a search asks of the many that it leaves out.
            models.Index(
                fields=['region', 'percent', 'project_id', 'resource']
            ),
            # For the quotas of the projects that a search names.
            models.Index(fields=['region', 'project_id', 'percent']),
        ]

    def __str__(self):
        return f'{self.resource}: {self.in_use} of {self.limit}'
