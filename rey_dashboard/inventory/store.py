"""Writing many rows at once, and telling which of them are gone."""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
import contextlib
import itertools
import operator
import pickle
import tempfile

from django.db import connection
from django.db import models

BATCH = 500
#: Things asked for between two writes.
ASKED = 200
#: Rows of a table that are looked at together, and bytes of changes that are
#: kept in memory: what more there is waits in a file.
PIECE = 2000
KEPT_BYTES = 2 << 20


def batches(things: Iterable, size: int = ASKED) -> Iterator[tuple]:
    """As many at once as are asked for between two writes."""
    pending = iter(things)
    return iter(lambda: tuple(itertools.islice(pending, size)), ())


def upsert(model: type[models.Model], rows: Iterable[models.Model]) -> None:
    """Writes the rows; a row with the same key is overwritten whole.

    A row that is the same but for the collection that saw it is only stamped
    with that: it costs a third, and most are the same.
    """
    for batch in batches(rows, BATCH):
        if _is_mirrored(model):
            batch = _stamped(model, batch)
        _write(model, batch)


def _write(model, rows):
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


def _is_mirrored(model):
    names = [field.name for field in model._meta.concrete_fields]
    return len(model._meta.pk_fields) == 2 and 'seen' in names


def _stamped(model, rows):
    """Stamps those that are as they were; gives back the others."""
    names = [name for name in columns(model) if name != 'seen']
    told = operator.attrgetter(*names)
    new = {getattr(row, names[0]): row for row in rows}
    ours = model.objects.filter(region=rows[0].region)
    there = ours.filter(**{f'{names[0]}__in': list(new)})
    same = {
        values[0]
        for values in there.values_list(*names)
        if tuple(map(_as_read, told(new[values[0]]))) == values
    }
    if same:
        seen = ours.filter(**{f'{names[0]}__in': same})
        seen.update(seen=rows[0].seen)
    return [row for key, row in new.items() if key not in same]


def _as_read(value):
    return list(value) if isinstance(value, tuple) else value


def columns(model: type[models.Model]) -> tuple[str, ...]:
    """All but the region; the key within the region comes first."""
    key = _own_key(model)
    names = [
        field.attname
        for field in model._meta.concrete_fields
        if not field.primary_key and field.name not in ('region', key)
    ]
    return (key, *names)


def _own_key(model):
    """The column that is a row's key within its region."""
    _region, name = (field.name for field in model._meta.pk_fields)
    return name


def replace(
    model: type[models.Model], region: str, rows: Iterable[models.Model]
) -> None:
    """Makes these the region's only rows; writes only what changed.

    To be called in a transaction: a short one, since most stays as it was.
    """
    told = operator.attrgetter(*columns(model))
    with Replacement(model, region, columns(model)) as replacement:
        replacement.compare(map(told, rows))
        replacement.write()


class Replacement(contextlib.AbstractContextManager):
    """Rows for the place of others: compared in pieces, written at once.

    So the whole table is never in memory, and the transaction is short. A
    context, since what is to be written may wait in a file.

    :param names: of the columns that a row has, the key within the region
        first
    """

    def __init__(
        self, model: type[models.Model], region: str, names: Sequence[str]
    ):
        self._model = model
        self._region = region
        self._names = names
        self._there = model.objects.filter(region=region)
        self._changes = tempfile.SpooledTemporaryFile(  # noqa: SIM115
            KEPT_BYTES
        )

    def compare(
        self, rows: Iterable[tuple], piece: models.QuerySet | None = None
    ) -> None:
        """Takes these as the only rows of a piece of the table.

        :param piece: those that are there; without, it is the whole table
        """
        there = self._there if piece is None else piece
        found = there.values_list(*self._names).iterator(PIECE)
        old = {row[0]: row for row in found}
        changed = (row for row in rows if old.pop(row[0], None) != row)
        for batch in batches(changed, BATCH):
            pickle.dump((batch, ()), self._changes)
        for batch in batches(old, BATCH):
            pickle.dump(((), batch), self._changes)

    def write(self) -> None:
        """To be called in a transaction."""
        end = self._changes.tell()
        self._changes.seek(0)
        while self._changes.tell() < end:
            # Nobody else can write to this file.
            changed, gone = pickle.load(self._changes)  # noqa: S301
            upsert(self._model, (self._made(row) for row in changed))
            if gone:
                key = self._names[0]
                self._there.filter(**{f'{key}__in': gone}).delete()

    def __exit__(self, *exc_info):
        self._changes.close()

    def _made(self, row):
        told = dict(zip(self._names, row, strict=True))
        return self._model(region=self._region, **told)


def unseen(model: type[models.Model], region: str, number: int, **only):
    """Rows that only collections before ``number`` saw."""
    return model.objects.filter(region=region, seen__lt=number, **only)
