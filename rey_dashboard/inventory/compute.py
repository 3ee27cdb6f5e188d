"""Reads servers into the inventory."""

from django.utils import timezone

from rey_dashboard.cloud import compute
from rey_dashboard.inventory import models
from rey_dashboard.inventory import reading as reading_
from rey_dashboard.inventory import store

#: Servers that a listing did not hold and nova is asked about one by one;
#: the others wait, marked as missing, for the next collections.
MOST_ASKED = 500


def read_servers(reading: reading_.Reading) -> None:
    source = compute.Compute(reading.cloud, reading.session)
    for servers in source.servers():
        store.upsert(
            models.Server,
            [
                models.Server(**vars(server), **reading.stamp)
                for server in servers
            ],
        )
        reading.progress(len(servers))
    missing = store.unseen(models.Server, reading.region, reading.number)
    asked = missing.order_by('missing_since', 'id')[:MOST_ASKED]
    gone = [
        server_id
        for server_id in asked.values_list('id', flat=True)
        if source.is_gone(server_id)
    ]
    with reading.closing():
        missing.filter(id__in=gone).delete()
        missing.filter(missing_since=None).update(missing_since=timezone.now())
