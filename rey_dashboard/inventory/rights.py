"""Tries what the service user may do, and keeps what it is refused."""

from collections.abc import Callable
from collections.abc import Iterator
import functools

from keystoneauth1 import exceptions as ks_exceptions

from rey_dashboard.cloud import faults
from rey_dashboard.cloud import rights
from rey_dashboard.inventory import models
from rey_dashboard.inventory import reading as reading_
from rey_dashboard.inventory import store

KINDS = models.Right.Kind


def read(reading: reading_.Reading) -> None:
    """What cannot be tried, since the service fails, stays as it was."""
    tried = rights.Rights(reading.cloud, reading.session)
    who = {'user_id': tried.user_id, 'project_id': tried.project_id or ''}
    there = models.Right.objects.filter(region=reading.region)
    before = {row.id: row for row in there}
    rows = []
    for kind, service_type, path, call in _calls(tried):
        row = models.Right(
            id=f'{kind} {service_type} {path}',
            kind=kind,
            service_type=service_type,
            path=path,
            **who,
            **reading.stamp,
        )
        try:
            call()
        except ks_exceptions.EndpointNotFound:
            # A service that the cloud lacks needs no right; a region without
            # Keystone is none.
            if service_type == 'identity':
                raise
            continue
        except ks_exceptions.Forbidden as error:
            row.refused, row.words = True, faults.explain(error).words
        except faults.ALL:
            if row.id not in before:
                continue
            last = before[row.id]
            row.refused, row.words = last.refused, last.words
        rows.append(row)
        reading.progress(1)
    with reading.closing():
        store.upsert(models.Right, rows)
        store.unseen(models.Right, reading.region, reading.number).delete()


def _calls(tried) -> Iterator[tuple[str, str, str, Callable[[], None]]]:
    for service_type, paths in rights.READS.items():
        for path in paths:
            call = functools.partial(tried.read, service_type, path)
            yield KINDS.READ, service_type, path.partition('?')[0], call
    for service_type, changes in rights.CHANGES.items():
        for path, body in changes:
            call = functools.partial(tried.change, service_type, path, body)
            yield KINDS.CHANGE, service_type, path, call
