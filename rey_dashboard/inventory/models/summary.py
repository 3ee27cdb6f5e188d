from django.db import models
from django.utils.translation import gettext_lazy as _

from rey_dashboard.inventory.models import base


class ProjectSummary(models.Model):
    """What pages sort, filter and export by: one ready row a project.

    Its quotas are rows of ``Quota``, its hours rows of ``UsageDay``.
    """

    class State(models.TextChoices):
        ENABLED = 'enabled', _('enabled')
        DISABLED = 'disabled', _('disabled')
        DELETED = 'deleted', _('deleted')
        #: Deleted and owns nothing, but had server hours.
        GONE = 'gone', _('gone')
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
    #: Owner or contact, from the properties or tags that CONTACT names.
    contact = models.TextField(default='')
    servers_in_error = models.PositiveIntegerField(default=0)
    #: The quota that is used most; NULL and nothing without one in use.
    fullest_percent = models.FloatField(null=True)
    fullest_service = models.CharField(max_length=16, default='')
    fullest_resource = models.CharField(max_length=255, default='')

    class Meta:
        indexes = [
            base.Covering(
                fields=['region', 'sort_name'],
                also=['project_id'],
                name='rey_project_name',
            ),
            models.Index(fields=['region', 'state']),
            models.Index(fields=['region', 'domain_id']),
        ]

    def __str__(self):
        return self.name or self.project_id

    @property
    def is_gone(self) -> bool:
        return self.state in (self.State.DELETED, self.State.GONE)


class DomainSummary(models.Model):
    """What the projects of a domain use together: one ready row a domain.

    A limit is the sum of the projects' limits; -1 when one is unlimited, NULL
    when no project has a quota. What belongs to no known domain has the id ''.
    """

    pk = models.CompositePrimaryKey('region', 'domain_id')
    region = models.CharField(max_length=255)
    domain_id = models.CharField(max_length=64)
    name = models.CharField(max_length=255)
    sort_name = models.CharField(max_length=512, null=True)  # noqa: DJ001
    projects = models.PositiveIntegerField(default=0)
    projects_nearly_full = models.PositiveIntegerField(default=0)
    servers_in_error = models.PositiveIntegerField(default=0)
    servers_used = models.BigIntegerField()
    servers_limit = models.BigIntegerField(null=True)
    vcpus_used = models.BigIntegerField()
    vcpus_limit = models.BigIntegerField(null=True)
    ram_used = models.BigIntegerField()
    ram_limit = models.BigIntegerField(null=True)
    volumes_used = models.BigIntegerField()
    volumes_limit = models.BigIntegerField(null=True)
    storage_used = models.BigIntegerField()
    storage_limit = models.BigIntegerField(null=True)

    def __str__(self):
        return self.name or self.domain_id
