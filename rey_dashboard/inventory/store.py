"""Writing many rows at once, and telling which of them are gone."""

from collections.abc import Iterable
from collections.abc import Iterator
import itertools
import operator

from django.db import connection
from django.db import models

BATCH = 500
#: Things asked for between two writes.
ASKED = 200


def batches(things: Iterable) -> Iterator[tuple]:
    """As many at once as are asked for between two writes."""
    pending = iter(things)
    return iter(lambda: tuple(itertools.islice(pending, ASKED)), ())


def upsert(model: type[models.Model], rows: Iterable[models.Model]) -> None:
    """Writes the rows; a row with the same key is overwritten whole."""
    key = [field.name for field in model._meta.pk_fields]
    # MariaDB takes whatever unique key is hit and wants none named.
    named = connection.features.supports_update_conflicts_with_target
    model.objects.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=key if named else None,
        update_fields=[
            field.name
            for field in model._meta.concrete_fields
            if field.name not in key and not field.primary_key
        ],
    )


def replace(
    model: type[models.Model], region: str, rows: Iterable[models.Model]
) -> None:
    """Makes these the region's only rows; writes only what changed.

    To be called in a transaction: a short one, since most stays as it was.
    """
    key = operator.attrgetter(*(row.name for row in model._meta.pk_fields))
    names = [
        field.attname
        for field in model._meta.concrete_fields
        if not field.primary_key
    ]
    columns = operator.attrgetter(*names)
    there = model.objects.filter(region=region)
    old = {key(row): columns(row) for row in there.iterator(BATCH)}
    changed = []
    for row in rows:
        if old.pop(key(row), None) != columns(row):
            changed.append(row)
    upsert(model, changed)
    gone = [values[names.index(_own_key(model))] for values in old.values()]
    for begin in range(0, len(gone), BATCH):
        batch = gone[begin : begin + BATCH]
        there.filter(**{f'{_own_key(model)}__in': batch}).delete()


def _own_key(model):
    """The column that is a row's key within its region."""
    _region, name = (field.name for field in model._meta.pk_fields)
    return name


def unseen(model: type[models.Model], region: str, number: int, **only):
    """Rows that only collections before ``number`` saw."""
    return model.objects.filter(region=region, seen__lt=number, **only)
