"""Reads servers into the inventory."""

from django.utils import timezone

from rey_dashboard.cloud import compute
from rey_dashboard.inventory import gone as gone_
from rey_dashboard.inventory import models
from rey_dashboard.inventory import quotas
from rey_dashboard.inventory import reading as reading_
from rey_dashboard.inventory import store

#: What a listing of changes calls a server that was deleted.
DELETED = 'DELETED'


def read_servers(reading: reading_.Reading) -> None:
    source = compute.Compute(reading.cloud, reading.session)
    _look_for_silent_cells(reading, source)
    servers = models.Server.objects.filter(region=reading.region)
    if reading.since is None:
        _read_all(reading, source)
        missing = store.unseen(models.Server, reading.region, reading.number)
        deleted = []
    else:
        deleted = _read_changes(reading, source)
        missing = servers.exclude(missing_since=None)
    asked = missing.order_by('missing_since', 'id').values_list(
        'id', flat=True
    )
    gone = gone_.proven(
        asked[: gone_.MOST_ASKED],
        source.is_gone,
        reading.settings.PARALLEL_CALLS,
    )
    changed = bool(reading.since is None or reading.rows or gone)
    with reading.closing(changed):
        reading.gone = quotas.drop(
            models.Server, reading.region, {*gone, *deleted}
        )
        missing.filter(missing_since=None).update(missing_since=timezone.now())
        _tell_missing(reading, servers.exclude(missing_since=None).count())
        reading.total = servers.count()


def _tell_missing(reading, missing):
    if missing and not reading.blind:
        reading.notes.append(
            f'Nova did not list {missing:,} servers that are not proven gone. '
            'They are kept as they were read last. Look whether a cell is '
            'down, or a proxy cuts answers.'
        )


def _read_all(reading, source):
    for page in source.servers():
        _write(reading, page)
        reading.progress(len(page))


def _read_changes(reading, source):
    """Writes what changed; returns the ids of what was deleted."""
    deleted = []
    for page in source.changed(reading.since):
        living = [server for server in page if server.status != DELETED]
        deleted += [row.id for row in page if row.status == DELETED]
        _write(reading, living)
        reading.progress(len(page))
    return deleted


def _write(reading, servers):
    rows = [models.Server(**vars(row), **reading.stamp) for row in servers]
    reading.write(models.Server, rows)


def _look_for_silent_cells(reading, source):
    """Nova leaves their servers out of its listings without a word."""
    silent = source.hosts_of_silent_cells()
    if silent:
        reading.blind = True
        reading.notes.append(
            f'Nova cannot reach a cell ({len(silent)} hosts, among them '
            f'{min(silent)}). What you see of its servers is of before. Look '
            "at the cell's database: nova-manage cell_v2 list_cells"
        )
    elif reading.was_blind and reading.since:
        # Changes may be older than the last reading.
        reading.take_all()
