from django.db import models
from django.utils.translation import gettext_lazy as _


class Right(models.Model):
    """A call that the service user needs, and whether it was refused."""

    class Kind(models.TextChoices):
        #: The collector makes it.
        READ = 'read', _('read')
        #: Tasks make it.
        CHANGE = 'change', _('change')

    pk = models.CompositePrimaryKey('region', 'id')
    region = models.CharField(max_length=255)
    #: Kind, service and path.
    id = models.CharField(max_length=255)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    service_type = models.CharField(max_length=64)
    path = models.CharField(max_length=255)
    refused = models.BooleanField(default=False)
    #: The service's, where it refused.
    words = models.TextField(default='')
    #: Who asked, and the project that he is signed in to.
    user_id = models.CharField(max_length=64)
    project_id = models.CharField(max_length=64)
    seen = models.PositiveIntegerField()

    def __str__(self):
        return self.id
