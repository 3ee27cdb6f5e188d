from django.db import models


class Mirrored(models.Model):
    """A row of a service's listing, keyed as the service keys it.

    ``seen`` is the number of the collection that saw the row last.
    """

    region = models.CharField(max_length=255)
    id = models.CharField(max_length=64)
    seen = models.PositiveIntegerField()

    class Meta:
        abstract = True
