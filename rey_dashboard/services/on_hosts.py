"""What depends on the services of a host: servers, and volumes behind it."""

from collections.abc import Collection
from collections.abc import Mapping

from django.db.models import Count

from rey_dashboard.inventory import models


def servers(region: str, hosts: Collection[str]) -> Mapping[str, int]:
    """How many there are on each of these hosts; one query."""
    rows = models.Server.objects.filter(region=region, host__in=set(hosts))
    counted = rows.order_by().values_list('host').annotate(Count('id'))
    return dict(counted)
