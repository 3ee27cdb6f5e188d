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
    #: A project, or the domain for those at the top.
    parent_id = models.CharField(max_length=64, default='')
    enabled = models.BooleanField()
    description = models.TextField(default='')
    tags = models.JSONField(default=list)
    #: Owner or contact, from the properties or tags that CONTACT names.
    contact = models.TextField(default='')
    #: When a complete listing no longer held it.
    gone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=['region', 'domain_id'])]

    def __str__(self):
        return self.name


class User(base.Mirrored):
    pk = models.CompositePrimaryKey('region', 'id')
    name = models.CharField(max_length=255)
    domain_id = models.CharField(max_length=64)
    enabled = models.BooleanField()
    email = models.CharField(max_length=255, default='')

    class Meta:
        indexes = [
            base.Covering(
                fields=['region', 'name'], also=['id'], name='rey_user_name'
            )
        ]

    def __str__(self):
        return self.name


class Group(base.Mirrored):
    pk = models.CompositePrimaryKey('region', 'id')
    name = models.CharField(max_length=255)
    domain_id = models.CharField(max_length=64)
    #: Ids of its users.
    members = models.JSONField(default=list)

    def __str__(self):
        return self.name


class DomainRole(models.Model):
    """A role that a user has on a domain itself, by whatever way.

    Keystone has resolved groups and implied roles.
    """

    pk = models.CompositePrimaryKey(
        'region', 'user_id', 'domain_id', 'role_name'
    )
    region = models.CharField(max_length=255)
    user_id = models.CharField(max_length=64)
    domain_id = models.CharField(max_length=64)
    role_name = models.CharField(max_length=255)
    #: When Keystone was asked.
    read_at = models.DateTimeField()

    def __str__(self):
        return f'{self.role_name} of {self.user_id} on {self.domain_id}'


class RoleAssignment(models.Model):
    """A role of a user or a group on a project or a domain.

    One that is inherited holds for all projects below its target and not for
    the target itself.
    """

    pk = models.CompositePrimaryKey(
        'region', 'target_id', 'inherited', 'actor_id', 'role_id'
    )
    region = models.CharField(max_length=255)
    #: ``project`` or ``domain``.
    target_kind = models.CharField(max_length=8)
    target_id = models.CharField(max_length=64)
    inherited = models.BooleanField()
    #: ``user`` or ``group``.
    actor_kind = models.CharField(max_length=8)
    actor_id = models.CharField(max_length=64)
    role_id = models.CharField(max_length=64)
    role_name = models.CharField(max_length=255)
    seen = models.PositiveIntegerField()

    def __str__(self):
        return f'{self.role_name} of {self.actor_id} on {self.target_id}'
