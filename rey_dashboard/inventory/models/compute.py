from django.db import models

from rey_dashboard.inventory.models import base


class Server(base.Mirrored):
    pk = models.CompositePrimaryKey('region', 'id')
    name = models.CharField(max_length=255)
    project_id = models.CharField(max_length=64)
    user_id = models.CharField(max_length=64)
    status = models.CharField(max_length=64)
    task_state = models.CharField(max_length=64)
    fault = models.TextField()
    host = models.CharField(max_length=255)
    zone = models.CharField(max_length=255)
    flavor = models.CharField(max_length=255)
    vcpus = models.IntegerField()
    ram_mib = models.IntegerField()
    disk_gib = models.IntegerField()
    addresses = models.JSONField(default=list)
    #: Of its ports, in the order of the addresses, each once.
    macs = models.JSONField(default=list)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(null=True)
    #: Not in the last listing, and nova has not said that it is gone.
    missing_since = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=['region', 'project_id']),
            models.Index(fields=['region', 'status']),
        ]

    def __str__(self):
        return self.name


class Migration(base.Mirrored):
    """A server on its way from host to host, or that was, of late.

    Its id is Nova's, or its number where an old Nova gives no id.
    """

    pk = models.CompositePrimaryKey('region', 'id')
    #: Within its cell; ``openstack`` takes it, too.
    number = models.BigIntegerField()
    server_id = models.CharField(max_length=64)
    #: Nothing where Nova does not tell it (before 2.80).
    project_id = models.CharField(max_length=64)
    #: ``live-migration``, ``migration``, ``resize`` or ``evacuation``.
    type = models.CharField(max_length=64)
    status = models.CharField(max_length=255)
    #: Hosts of their services.
    source = models.CharField(max_length=255)
    destination = models.CharField(max_length=255)
    created_at = models.DateTimeField()
    #: NULL while it never changed.
    updated_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=['region', 'status']),
            models.Index(fields=['region', 'server_id']),
        ]

    def __str__(self):
        return f'{self.type} of {self.server_id}'
