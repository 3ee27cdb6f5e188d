from django.db import models

from rey_dashboard.inventory.models import base


class FloatingIp(base.Mirrored):
    pk = models.CompositePrimaryKey('region', 'id')
    project_id = models.CharField(max_length=64)
    address = models.CharField(max_length=64)
    #: Nothing while it leads nowhere.
    fixed_address = models.CharField(max_length=64)
    port_id = models.CharField(max_length=64)
    router_id = models.CharField(max_length=64)
    network_id = models.CharField(max_length=64)
    #: The server behind it; nothing when it is something else.
    server_id = models.CharField(max_length=64)
    status = models.CharField(max_length=64)
    description = models.CharField(max_length=255)
    created_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=['region', 'project_id'])]

    def __str__(self):
        return self.address


class AddressRange(base.Mirrored):
    """What an IPv4 subnet can give away; its id is the subnet's."""

    pk = models.CompositePrimaryKey('region', 'id')
    name = models.CharField(max_length=255)
    cidr = models.CharField(max_length=64)
    network_id = models.CharField(max_length=64)
    network_name = models.CharField(max_length=255)
    #: Of the network.
    project_id = models.CharField(max_length=64)
    #: Floating IPs and routers' gateways come from it.
    external = models.BooleanField()
    #: All projects may use it.
    shared = models.BooleanField()
    #: Of its allocation pools.
    total = models.BigIntegerField()
    #: May be more: an address beside the pools counts as well.
    used = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=['region', 'network_id'])]

    def __str__(self):
        return self.cidr
