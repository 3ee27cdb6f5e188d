from django.db import models
from django.utils.translation import gettext_lazy as _


class ProjectSummary(models.Model):
    """What pages sort, filter and export by: one ready row a project.

    A limit of -1 is unlimited; none at all (NULL) is "not known": the quota
    was never read, or the project is gone and has none.
    """

    class State(models.TextChoices):
        ENABLED = 'enabled', _('enabled')
        DISABLED = 'disabled', _('disabled')
        DELETED = 'deleted', _('deleted')
        UNKNOWN = 'unknown', _('unknown')

    pk = models.CompositePrimaryKey('region', 'project_id')
    region = models.CharField(max_length=255)
    project_id = models.CharField(max_length=64)
    name = models.CharField(max_length=255, default='')
    #: Casefolded: databases differ in what they call the same letter. NULL
    #: when the name is not known, so that it sorts behind all that are.
    sort_name = models.CharField(max_length=512, null=True)  # noqa: DJ001
    domain_id = models.CharField(max_length=64, default='')
    domain_name = models.CharField(max_length=255, default='')
    state = models.CharField(max_length=8, choices=State.choices)
    servers_used = models.BigIntegerField(null=True)
    servers_limit = models.BigIntegerField(null=True)
    vcpus_used = models.BigIntegerField(null=True)
    vcpus_limit = models.BigIntegerField(null=True)
    ram_used_mib = models.BigIntegerField(null=True)
    ram_limit_mib = models.BigIntegerField(null=True)
    volumes_used = models.BigIntegerField(null=True)
    volumes_limit = models.BigIntegerField(null=True)
    storage_used_gib = models.BigIntegerField(null=True)
    storage_limit_gib = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=['region', 'sort_name']),
            models.Index(fields=['region', 'domain_id']),
        ]

    def __str__(self):
        return self.name or self.project_id

    @property
    def is_gone(self) -> bool:
        return self.state == self.State.DELETED
