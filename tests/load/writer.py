"""Rewrites the tables without a pause, as a collection of everything does.

It uses the collector's own functions, but asks no cloud, which would slow it
down: ``python -m tests.load.writer`` until it is ended.
"""

from concurrent import futures
import itertools
import time

import django
from django.db import connection
from django.db.models import F
from django.utils import timezone

django.setup()

from rey_dashboard import conf  # noqa: E402
from rey_dashboard.inventory import coverage  # noqa: E402
from rey_dashboard.inventory import days  # noqa: E402
from rey_dashboard.inventory import history  # noqa: E402
from rey_dashboard.inventory import hour_sums  # noqa: E402
from rey_dashboard.inventory import models  # noqa: E402
from rey_dashboard.inventory import one_writer  # noqa: E402
from rey_dashboard.inventory import store  # noqa: E402
from rey_dashboard.inventory import summary  # noqa: E402
from tests.load import company  # noqa: E402

#: Side by side, as the parts of a collection are.
TOGETHER = (
    (models.Project, models.User),
    (models.Server, models.Volume, models.Quota),
    (models.Snapshot, models.Backup, models.UsageDay),
)
#: Rows of one page of a listing.
PAGE = 1000


def main():
    for number in itertools.count(1):
        begin = time.perf_counter()
        started = timezone.now()
        models.Collector.objects.update(
            number=F('number') + 1, started_at=started, ended_at=None
        )
        for group in TOGETHER:
            with futures.ThreadPoolExecutor(len(group)) as pool:
                list(pool.map(_rewrite, group))
        history.record(company.REGION, 400)
        coverage.record(company.REGION, conf.current())
        models.Collector.objects.update(ended_at=timezone.now())
        took = time.perf_counter() - begin
        print(f'round {number}: {took:.1f} s', flush=True)


def _rewrite(model):
    """One part: page by page, and the ready rows at its end."""
    try:
        rows = models_rows(model)
        while page := list(itertools.islice(rows, PAGE)):
            for row in page:
                _touch(row)
            with one_writer.turn():
                store.upsert(model, page)
        with one_writer.turn(), summary.rebuilding(company.REGION):
            now = timezone.now()
            models.PartState.objects.filter(region=company.REGION).update(
                started_at=now, ended_at=now, last_good_at=now
            )
            if model is models.UsageDay:
                today = days.of(now)
                # As if yesterday had been told wrongly.
                hour_sums.forget(company.REGION, today - days.ONE)
        if model is models.UsageDay:
            hour_sums.rebuild(company.REGION, today)
        print(f'wrote {model.__name__}', flush=True)
    finally:
        connection.close()


def models_rows(model):
    """Page by page, so that no reading is held open while others write."""
    if model is models.UsageDay:
        # A collection writes the running day anew.
        today = days.of(timezone.now())
        yield from model.objects.filter(day=today)
        return
    rows = model.objects.order_by('pk')
    for begin in range(0, rows.count(), PAGE):
        yield from list(rows[begin : begin + PAGE])


def _touch(row):
    if hasattr(row, 'seen'):
        row.seen += 1
    if isinstance(row, models.Server) and row.status != 'ERROR':
        row.status = 'ACTIVE' if row.status != 'ACTIVE' else 'SHUTOFF'


if __name__ == '__main__':
    main()
