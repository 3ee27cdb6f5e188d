"""Writing many rows at once, and telling which of them are gone."""

from collections.abc import Iterable
from collections.abc import Iterator
import itertools

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


def unseen(model: type[models.Model], region: str, number: int, **only):
    """Rows that only collections before ``number`` saw."""
    return model.objects.filter(region=region, seen__lt=number, **only)
