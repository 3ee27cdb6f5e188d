"""Reads a region part by part; a part that fails leaves the others fresh."""

from collections.abc import Callable
from concurrent import futures
import datetime
import logging
import resource
import threading

from django import db
from django.db import connection
from django.db.models import F
from django.utils import timezone

from rey_dashboard import conf
from rey_dashboard.cloud import faults
from rey_dashboard.cloud import session as cloud_session
from rey_dashboard.inventory import addresses
from rey_dashboard.inventory import capacity
from rey_dashboard.inventory import compute
from rey_dashboard.inventory import databases
from rey_dashboard.inventory import domain_roles
from rey_dashboard.inventory import endpoints
from rey_dashboard.inventory import identity
from rey_dashboard.inventory import lease as lease_
from rey_dashboard.inventory import migrations
from rey_dashboard.inventory import models
from rey_dashboard.inventory import network
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import people
from rey_dashboard.inventory import quotas
from rey_dashboard.inventory import reading as reading_
from rey_dashboard.inventory import ready
from rey_dashboard.inventory import rhythm
from rey_dashboard.inventory import rights
from rey_dashboard.inventory import services
from rey_dashboard.inventory import usage
from rey_dashboard.inventory import volume

LOG = logging.getLogger(__name__)


#: Groups one after the other, the parts of a group side by side: quotas are
#: asked for the projects that were just found.
ORDER = (
    (parts.IDENTITY, parts.DOMAIN_ROLES, parts.CATALOG),
    (
        parts.COMPUTE_QUOTAS,
        parts.VOLUME_QUOTAS,
        parts.SERVERS,
        parts.VOLUMES,
        parts.NETWORK,
        parts.PEOPLE,
        parts.PROBES,
        parts.RIGHTS,
    ),
    (
        parts.SNAPSHOTS,
        parts.BACKUPS,
        parts.ADDRESSES,
        parts.HOSTS,
        parts.AGGREGATES,
        parts.POOLS,
        parts.VOLUME_SERVICES,
        parts.COMPUTE_SERVICES,
        parts.NETWORK_AGENTS,
        parts.MIGRATIONS,
        parts.HOURS,
    ),
    (parts.READY,),
)
#: Of changes: quotas are asked for the projects whose things changed.
ORDER_OF_CHANGES = (
    (parts.IDENTITY, parts.DOMAIN_ROLES, parts.CATALOG),
    (parts.SERVERS, parts.VOLUMES, parts.SNAPSHOTS, parts.BACKUPS),
    (
        parts.COMPUTE_QUOTAS,
        parts.VOLUME_QUOTAS,
        parts.NETWORK,
        parts.PEOPLE,
        parts.ADDRESSES,
        parts.HOSTS,
        parts.AGGREGATES,
        parts.POOLS,
        parts.VOLUME_SERVICES,
        parts.COMPUTE_SERVICES,
        parts.NETWORK_AGENTS,
        parts.MIGRATIONS,
        parts.HOURS,
        parts.PROBES,
        parts.RIGHTS,
    ),
    (parts.READY,),
)
#: How long the records of single readings are kept.
KEEP_READINGS = datetime.timedelta(days=7)
READERS: dict[str, Callable[[reading_.Reading], None]] = {
    parts.IDENTITY: identity.read,
    parts.DOMAIN_ROLES: domain_roles.read,
    parts.SERVERS: compute.read_servers,
    parts.VOLUMES: volume.read_volumes,
    parts.PEOPLE: people.read,
    parts.SNAPSHOTS: volume.read_snapshots,
    parts.BACKUPS: volume.read_backups,
    parts.COMPUTE_QUOTAS: quotas.read_compute,
    parts.VOLUME_QUOTAS: quotas.read_volume,
    parts.NETWORK: network.read,
    parts.ADDRESSES: addresses.read,
    parts.HOSTS: capacity.read_hosts,
    parts.AGGREGATES: capacity.read_aggregates,
    parts.POOLS: capacity.read_pools,
    parts.VOLUME_SERVICES: volume.read_services,
    parts.COMPUTE_SERVICES: services.read_compute,
    parts.NETWORK_AGENTS: services.read_agents,
    parts.MIGRATIONS: migrations.read,
    parts.HOURS: usage.read,
    parts.CATALOG: endpoints.read_catalog,
    parts.PROBES: endpoints.read_probes,
    parts.RIGHTS: rights.read,
    parts.READY: ready.make,
}


def collect(
    cloud: cloud_session.Cloud,
    settings: conf.Settings,
    beat: Callable[[], None] = lambda: None,
    stop: threading.Event | None = None,
    hours_again: int = 0,
    full: bool = False,
) -> list[models.PartState]:
    """Reads all that may have changed; returns how each part went.

    :param beat: called every few seconds meanwhile
    :param stop: when set, the parts that run end soon, without a verdict
    :param hours_again: days back of which the hours are read again
    :param full: everything, not the changes alone where they can be told
    :raises lease.Held: somebody else collects this region now, or took over
    :raises faults.CloudFault: the region cannot be told
    :raises db.Error: nothing can be written, not even what went wrong
    """
    region = cloud.region
    stop = stop or threading.Event()
    with lease_.Lease(region) as lease:
        row = _start(region)
        if hours_again:
            usage.forget(region, hours_again)
        everything = bool(full or row.requested_full or hours_again)
        turns = rhythm.turns(region, settings, everything)
        by_changes = turns[parts.COMPUTE_QUOTAS].since
        for group in ORDER_OF_CHANGES if by_changes else ORDER:
            readings = [
                _reading(cloud, settings, row.number, part, stop, turns[part])
                for part in group
                if part in turns
            ]
            _read_side_by_side(readings, lease, beat)
            if stop.is_set():
                break
        _end(region, row.number)
    return list(models.PartState.objects.filter(region=region))


def collect_part(
    cloud: cloud_session.Cloud,
    settings: conf.Settings,
    part: str,
    stop: threading.Event,
) -> None:
    """Reads one part that needs no other, also while a collection runs.

    :raises faults.CloudFault: the region cannot be told
    """
    row = models.Collector.objects.filter(region=cloud.region).first()
    number = row.number if row else 0
    turn = rhythm.Turn()
    _read_part(_reading(cloud, settings, number, part, stop, turn))


def _reading(cloud, settings, number, part, stop, turn):
    return reading_.Reading(
        cloud=cloud,
        session=cloud.session(),
        region=cloud.region,
        number=number,
        settings=settings,
        part=part,
        stop=stop,
        since=turn.since,
        was_blind=turn.was_blind,
    )


def _start(region):
    """Begins a collection; its row still tells what was asked for."""
    rows = models.Collector.objects.filter(region=region)
    asked = rows.get()
    rows.update(
        number=F('number') + 1,
        started_at=timezone.now(),
        ended_at=None,
        requested_at=None,
        requested_full=False,
    )
    models.PartReading.objects.filter(
        region=region, started_at__lt=timezone.now() - KEEP_READINGS
    ).delete()
    asked.number = rows.get().number
    return asked


def _end(region, number):
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    models.Collector.objects.filter(region=region, number=number).update(
        ended_at=timezone.now(), peak_memory_mib=peak_kib // 1024
    )


def _read_side_by_side(readings, lease, beat):
    with futures.ThreadPoolExecutor(len(readings)) as pool:
        running = [pool.submit(_read_part, reading) for reading in readings]
        pending = running
        while pending:
            _done, pending = futures.wait(pending, lease_.RENEW_S)
            try:
                lease.renew()
                beat()
            except db.Error:
                # For the parts to tell: what locks it may be one of them.
                databases.let_go()
    for part in running:
        part.result()


def _read_part(reading):
    try:
        try:
            reading_.begin(reading)
            READERS[reading.part](reading)
        except reading_.Stopped:
            reading_.stopped(reading)
        except reading_.Superseded:
            raise
        except (*faults.ALL, db.Error) as error:
            reading_.fail(reading, error)
        except Exception as error:  # the outermost frame of this thread
            LOG.exception('Part %s broke', reading.part)
            reading_.fail(reading, error)
    except reading_.Superseded as error:
        reading_.overtaken(reading, error)
    finally:
        connection.close()
