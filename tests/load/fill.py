"""Fills the tables directly: ``python -m tests.load.fill PROJECTS``.

Ready rows are made by the product's own code of the rows that it reads.
"""

import contextlib
import itertools
import sys
import time

import django
from django.db import connection
from django.db import transaction
from django.db.models import F

django.setup()

from rey_dashboard import conf  # noqa: E402
from rey_dashboard.checks import cycle  # noqa: E402
from rey_dashboard.inventory import coverage  # noqa: E402
from rey_dashboard.inventory import directory  # noqa: E402
from rey_dashboard.inventory import hour_sums  # noqa: E402
from rey_dashboard.inventory import models  # noqa: E402
from rey_dashboard.inventory import parts  # noqa: E402
from rey_dashboard.inventory import summary  # noqa: E402
from rey_dashboard.inventory import trends  # noqa: E402
from tests.load import company  # noqa: E402
from tests.load import rows_decided  # noqa: E402
from tests.load import rows_identity  # noqa: E402
from tests.load import rows_operated  # noqa: E402
from tests.load import rows_owned  # noqa: E402
from tests.load import rows_usage  # noqa: E402

CHUNK = 50_000
COLLECTED = 1


def main(projects):
    whole = company.Company(projects)
    with _hurry():
        _write_parts(whole)
        for rows in (
            rows_identity,
            rows_operated,
            rows_owned,
            rows_usage,
            rows_decided,
        ):
            for model, columns, values, same in rows.of(whole):
                write(model, columns, values, same)
        models.Backup.objects.filter(
            status='available', has_dependent_backups=False
        ).update(took=F('updated_at') - F('created_at'))
        with _told('ready rows'), transaction.atomic():
            summary.rebuild(company.REGION)
            trends.rebuild(company.REGION)
        with _told('hours of periods'):
            hour_sums.rebuild(company.REGION, whole.day(0))
        with _told('coverage'):
            coverage.record(company.REGION, conf.current())
        with _told('directory'):
            directory.record(company.REGION)
        with _told('checks'):
            cycle.run(company.REGION)
        with _told('checks once more'):
            cycle.run(company.REGION)
    if connection.vendor == 'postgresql':
        # As its own daemon does after a while.
        with connection.cursor() as cursor:
            cursor.execute('ANALYZE')


def write(model, columns, values, same):
    """Inserts rows; other columns have what is the same, or their default."""
    names = {*columns}
    same = {
        field.attname: field.get_db_prep_save(field.get_default(), connection)
        for field in model._meta.concrete_fields
        if field.attname not in names and not field.null
    } | same
    if any(field.name == 'region' for field in model._meta.fields):
        same['region'] = company.REGION
    if any(field.name == 'seen' for field in model._meta.fields):
        same['seen'] = COLLECTED
    same = {name: value for name, value in same.items() if name not in names}
    quoted = ', '.join(map(connection.ops.quote_name, [*columns, *same]))
    marks = ', '.join(['%s'] * (len(columns) + len(same)))
    statement = (
        f'INSERT INTO {connection.ops.quote_name(model._meta.db_table)} '  # noqa: S608
        f'({quoted}) VALUES ({marks})'
    )
    tail = tuple(same.values())
    values = (row + tail for row in values)
    with _told(model.__name__), transaction.atomic(), connection.cursor() as c:
        while batch := list(itertools.islice(values, CHUNK)):
            c.executemany(statement, batch)


@contextlib.contextmanager
def _hurry():
    """SQLite need not be safe while it is filled."""
    if connection.vendor != 'sqlite':
        yield
        return
    with connection.cursor() as cursor:
        for words in (
            'journal_mode=OFF',
            'synchronous=OFF',
            'cache_size=-2000000',
        ):
            cursor.execute(f'PRAGMA {words}')
        yield
        cursor.execute('PRAGMA journal_mode=WAL')


@contextlib.contextmanager
def _told(what):
    begin = time.perf_counter()
    yield
    print(f'{what:<20} {time.perf_counter() - begin:7.1f} s', flush=True)


def _write_parts(whole):
    """A collection that has read everything a moment ago."""
    now = whole.now
    models.Collector.objects.create(
        region=company.REGION,
        number=COLLECTED,
        started_at=now,
        ended_at=now,
    )
    models.PartState.objects.bulk_create(
        models.PartState(
            region=company.REGION,
            name=name,
            started_at=now,
            ended_at=now,
            last_good_at=now,
            rows=1,
            calls=1,
        )
        for name in parts.LABELS
    )


if __name__ == '__main__':
    main(int(sys.argv[1]))
