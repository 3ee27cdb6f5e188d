"""Reads what is given away of the subnets' addresses."""

from rey_dashboard.cloud import addresses
from rey_dashboard.inventory import models
from rey_dashboard.inventory import reading as reading_
from rey_dashboard.inventory import store


def read(reading: reading_.Reading) -> None:
    source = addresses.Addresses(reading.cloud, reading.session)
    told = source.ranges()
    if told is None:
        reading.notes.append(
            'This Neutron does not tell which addresses are used (its service '
            'plug-in network_ip_availability is not on).'
        )
        told = []
    reading.progress(len(told))
    rows = [models.AddressRange(**vars(row), **reading.stamp) for row in told]
    gone = store.unseen(models.AddressRange, reading.region, reading.number)
    with reading.closing():
        store.upsert(models.AddressRange, rows)
        gone.delete()
