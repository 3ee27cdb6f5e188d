from django.db import models

from rey_dashboard.inventory.models import base


class Volume(base.Mirrored):
    pk = models.CompositePrimaryKey('region', 'id')
    name = models.CharField(max_length=255)
    project_id = models.CharField(max_length=64)
    user_id = models.CharField(max_length=64)
    status = models.CharField(max_length=64)
    size_gib = models.IntegerField()
    type = models.CharField(max_length=255)
    host = models.CharField(max_length=255)
    bootable = models.BooleanField()
    server_ids = models.JSONField(default=list)
    metadata = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=['region', 'project_id'])]

    def __str__(self):
        return self.name


class Snapshot(base.Mirrored):
    pk = models.CompositePrimaryKey('region', 'id')
    name = models.CharField(max_length=255)
    project_id = models.CharField(max_length=64)
    user_id = models.CharField(max_length=64)
    volume_id = models.CharField(max_length=64)
    status = models.CharField(max_length=64)
    size_gib = models.IntegerField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=['region', 'project_id']),
            models.Index(fields=['region', 'volume_id']),
        ]

    def __str__(self):
        return self.name


class Backup(base.Mirrored):
    pk = models.CompositePrimaryKey('region', 'id')
    name = models.CharField(max_length=255)
    project_id = models.CharField(max_length=64)
    user_id = models.CharField(max_length=64)
    volume_id = models.CharField(max_length=64)
    #: Nothing when the volume itself was backed up.
    snapshot_id = models.CharField(max_length=64)
    status = models.CharField(max_length=64)
    fail_reason = models.TextField()
    size_gib = models.IntegerField()
    is_incremental = models.BooleanField()
    has_dependent_backups = models.BooleanField()
    #: The time that the backup's data are of.
    data_timestamp = models.DateTimeField(null=True)
    container = models.CharField(max_length=255)
    object_count = models.PositiveIntegerField(default=0)
    zone = models.CharField(max_length=255)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(null=True)
    #: Not known of one that others depend on: Cinder changes its row later.
    took = models.DurationField(null=True)
    #: The request id of the step of ours that made it, as its metadata say;
    #: anybody can write these, so it has to be compared with the step.
    mark = models.CharField(max_length=64, default='')

    class Meta:
        indexes = [
            models.Index(fields=['region', 'project_id']),
            models.Index(fields=['region', 'volume_id']),
            models.Index(fields=['region', 'created_at']),
            models.Index(fields=['region', 'took']),
            models.Index(fields=['region', 'mark']),
        ]

    def __str__(self):
        return self.name


class VolumeType(base.Mirrored):
    pk = models.CompositePrimaryKey('region', 'id')
    name = models.CharField(max_length=255)
    is_public = models.BooleanField()

    def __str__(self):
        return self.name


class VolumeService(models.Model):
    """A service of Cinder on one host; it has no id."""

    pk = models.CompositePrimaryKey('region', 'binary', 'host')
    region = models.CharField(max_length=255)
    #: ``cinder-volume``, ``cinder-backup``, ...
    binary = models.CharField(max_length=128)
    #: ``host@backend`` for a volume service.
    host = models.CharField(max_length=255)
    zone = models.CharField(max_length=255)
    #: ``enabled`` or ``disabled``.
    status = models.CharField(max_length=16)
    #: ``up`` or ``down``, by its last report.
    state = models.CharField(max_length=16)
    disabled_reason = models.CharField(max_length=255, default='')
    #: Its last report.
    updated_at = models.DateTimeField(null=True)
    seen = models.PositiveIntegerField()

    def __str__(self):
        return f'{self.binary} on {self.host}'
