from django.db import models

from rey_dashboard.inventory.models import base


class Host(base.Mirrored):
    """A hypervisor of Nova; its id is that of its resource provider."""

    pk = models.CompositePrimaryKey('region', 'id')
    name = models.CharField(max_length=255)
    #: ``up`` or ``down``.
    state = models.CharField(max_length=16)
    #: ``enabled`` or ``disabled``.
    status = models.CharField(max_length=16)
    #: Of the hypervisor: ``QEMU``, as Nova's driver tells it.
    type = models.CharField(max_length=255, default='')
    #: 1,000,000 for each major number, 1,000 for each minor one.
    version = models.BigIntegerField(null=True)
    #: Of the ``nova-compute`` that looks after it.
    service_host = models.CharField(max_length=255, default='')

    def __str__(self):
        return self.name


class Inventory(models.Model):
    """What a resource provider of Placement has of one resource class.

    It can hold ``(total - reserved) * allocation_ratio``.
    """

    pk = models.CompositePrimaryKey('region', 'provider_id', 'resource_class')
    region = models.CharField(max_length=255)
    provider_id = models.CharField(max_length=64)
    #: The provider at the top of its tree: the host.
    root_id = models.CharField(max_length=64)
    resource_class = models.CharField(max_length=255)
    total = models.BigIntegerField()
    reserved = models.BigIntegerField()
    allocation_ratio = models.FloatField()
    used = models.BigIntegerField()
    #: Of the provider: it grows with each change of what it has or holds.
    generation = models.BigIntegerField(null=True)
    seen = models.PositiveIntegerField()

    def __str__(self):
        return f'{self.resource_class} of {self.provider_id}'


class Pool(models.Model):
    """A pool of a volume back end, as Cinder's scheduler sees it.

    Its driver may not know or not limit the sizes: NULL.
    """

    pk = models.CompositePrimaryKey('region', 'name')
    region = models.CharField(max_length=255)
    #: ``host@backend#pool``.
    name = models.CharField(max_length=255)
    total_gib = models.FloatField(null=True)
    free_gib = models.FloatField(null=True)
    #: Sum of the volumes' sizes that Cinder made there.
    allocated_gib = models.FloatField(null=True)
    #: Sum of all volumes' sizes there, others' included; thin pools tell it.
    provisioned_gib = models.FloatField(null=True)
    reserved_percent = models.FloatField(default=0)
    over_subscription_ratio = models.FloatField(default=1)
    thin = models.BooleanField(default=False)
    seen = models.PositiveIntegerField()

    def __str__(self):
        return self.name


class Aggregate(base.Mirrored):
    """A host aggregate of Nova; with a zone it is an availability zone."""

    pk = models.CompositePrimaryKey('region', 'id')
    name = models.CharField(max_length=255)
    #: Nothing without one.
    zone = models.CharField(max_length=255)
    #: Names of services' hosts.
    hosts = models.JSONField(default=list)
    metadata = models.JSONField(default=dict)

    def __str__(self):
        return self.name
