from django.db import models


class QuotaTemplate(models.Model):
    """Limits under a name; each change is a row, so that all are kept."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=64)
    #: From 1; the greatest counts.
    version = models.PositiveIntegerField()
    #: ``service.resource`` -> limit in the service's unit.
    limits = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)
    who_id = models.CharField(max_length=64)
    who_name = models.CharField(max_length=255, default='')

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=['name', 'version'], name='rey_quota_template_version'
            )
        ]

    def __str__(self):
        return f'{self.name}, version {self.version}'
