"""Reads services and agents, and remembers since when they are as they are."""

from collections.abc import Iterable
from collections.abc import Iterator
import dataclasses
import datetime

from django.db.models import Q
from django.utils import timezone

from rey_dashboard.cloud import services as cloud_services
from rey_dashboard.inventory import models
from rey_dashboard.inventory import reading as reading_
from rey_dashboard.inventory import resources
from rey_dashboard.inventory import store

STATES = models.Service.State
STATUSES = models.Service.Status
COMPUTE = 'nova-compute'
#: How long it is remembered when one went up or down.
REMEMBERED = datetime.timedelta(days=1)
#: Who is disabled for longer was perhaps forgotten.
LONG = datetime.timedelta(days=7)


def read_compute(reading: reading_.Reading) -> None:
    source = cloud_services.Compute(reading.cloud, reading.session)
    told = source.all()
    reading.progress(len(told))
    silent = [row.host for row in told if row.state == STATES.UNKNOWN]
    if silent:
        reading.blind = True
        reading.notes.append(
            f'Nova cannot reach a cell ({len(silent)} hosts, among them '
            f'{min(silent)}). Of its services it tells nothing.'
        )
    with reading.closing():
        keep(reading, resources.COMPUTE, told)


def read_agents(reading: reading_.Reading) -> None:
    source = cloud_services.Network(reading.cloud, reading.session)
    told = source.all()
    if told is None:
        reading.notes.append('This Neutron tells no agents.')
        told = []
    reading.progress(len(told))
    with reading.closing():
        keep(reading, resources.NETWORK, told)


def keep(
    reading: reading_.Reading,
    service: str,
    told: Iterable[cloud_services.Service],
) -> None:
    """Makes them all that there is of a service, in the part's last writes.

    What a cell that is down hides stays, as unknown.
    """
    there = models.Service.objects.filter(
        region=reading.region, service=service
    )
    before = {row.id: row for row in there}
    now = {row.id: row for row in told if row.id}
    if reading.blind:
        now |= {
            row_id: _unknown(row)
            for row_id, row in before.items()
            if row_id not in now
        }
    store.upsert(
        models.Service,
        [
            models.Service(
                service=service,
                **reading.stamp,
                **vars(row),
                **_remembered(before.get(row.id), row, reading.begun),
            )
            for row in now.values()
        ],
    )
    there.filter(seen__lt=reading.number).delete()


def neglected(region: str) -> Iterator[models.Service]:
    """Those that run and are disabled, for long or nobody says why."""
    rows = models.Service.objects.filter(
        Q(status_since__lt=timezone.now() - LONG)
        | Q(disabled_reason='', description=''),
        region=region,
        state=STATES.UP,
        status=STATUSES.DISABLED,
    )
    return rows.iterator()


def _unknown(row):
    names = [
        field.name for field in dataclasses.fields(cloud_services.Service)
    ]
    told = {name: getattr(row, name) for name in names}
    return cloud_services.Service(**{**told, 'state': STATES.UNKNOWN})


def _remembered(before, row, now):
    """What only a comparison with the last reading tells."""
    state_since = status_since = now
    flips = []
    if before is None and row.state == STATES.DOWN and row.reported_at:
        state_since = row.reported_at
    if before is not None:
        oldest = (now - REMEMBERED).isoformat()
        flips = [time for time in before.flips if time > oldest]
        if before.state == row.state:
            state_since = before.state_since
        elif STATES.UNKNOWN not in (before.state, row.state):
            flips.append(now.isoformat())
        if before.status == row.status:
            status_since = before.status_since
    return {
        'state_since': state_since,
        'status_since': status_since,
        'flips': flips,
    }
