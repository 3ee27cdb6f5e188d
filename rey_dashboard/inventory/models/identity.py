from django.db import models

from rey_dashboard.inventory.models import base


class Domain(base.Mirrored):
    pk = models.CompositePrimaryKey('region', 'id')
    name = models.CharField(max_length=255)
    enabled = models.BooleanField()
    #: Left out of the pages by the setting EXCLUDE_DOMAINS.
    excluded = models.BooleanField(default=False)

    def __str__(self):
        return self.name


class Project(base.Mirrored):
    """A project, kept after it is gone: others may still own its things."""

    pk = models.CompositePrimaryKey('region', 'id')
    name = models.CharField(max_length=255)
    domain_id = models.CharField(max_length=64)
    enabled = models.BooleanField()
    description = models.TextField(default='')
    tags = models.JSONField(default=list)
    #: When a complete listing no longer held it.
    gone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=['region', 'domain_id'])]

    def __str__(self):
        return self.name
