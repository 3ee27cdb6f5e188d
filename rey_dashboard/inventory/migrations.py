"""Reads migrations of servers, and forgets them after a while."""

import datetime
import itertools

from rey_dashboard.cloud import migrations
from rey_dashboard.inventory import models
from rey_dashboard.inventory import reading as reading_

#: By when they were begun: Nova keeps them for good.
KEPT = datetime.timedelta(days=30)
#: Rows of a page of the newest, of which the last collection had most.
FEW = 50


def read(reading: reading_.Reading) -> None:
    """What Nova archives meanwhile stays until it is old enough."""
    source = migrations.Migrations(reading.cloud, reading.session)
    _look_for_silent_cells(reading, source)
    if not source.tells_changes:
        reading.take_all()
    oldest = reading.begun - KEPT
    for page in _pages(reading.since, oldest, source):
        reading.write(
            models.Migration,
            [
                models.Migration(**vars(row), **reading.stamp)
                for row in page
                if row.created_at >= oldest
            ],
        )
        reading.progress(len(page))
    rows = models.Migration.objects.filter(region=reading.region)
    with reading.closing():
        rows.filter(created_at__lt=oldest).delete()
        reading.total = rows.count()


def _pages(since, oldest, source):
    if not source.tells_changes:
        return source.all()
    if since is None:
        return source.begun(oldest)
    return itertools.chain(source.moved(since), source.begun(since, FEW))


def _look_for_silent_cells(reading, source):
    silent = source.hosts_of_silent_cells()
    if silent:
        reading.blind = True
        reading.notes.append(
            f'Nova cannot reach a cell ({len(silent)} hosts, among them '
            f'{min(silent)}). What you see of its migrations is of before.'
        )
    elif reading.was_blind and reading.since:
        # Changes may be older than the last reading.
        reading.take_all()
