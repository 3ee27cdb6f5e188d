"""Orders that an index of another table gives.

A subquery that sorts has to be asked for every row; an index leads straight
to those of the page, however many there are.
"""

from collections.abc import Iterable
from collections.abc import Iterator
import dataclasses

from django.db import models
from django.db.models import Exists
from django.db.models import OuterRef
from django.db.models import QuerySet
from django.db.models import Subquery
from django.db.models import Value
from django.db.models.expressions import BaseExpression
from django.db.models.functions import Coalesce

from rey_dashboard.inventory import store

#: So few rows the database sorts at once, and it finds them quicker than it
#: finds them among all that an index names.
FEW = 2000
#: Keys in one query.
KEYS = 500


@dataclasses.dataclass(frozen=True)
class Lead:
    """A column that another table knows, in one row or none for each row.

    :param field: of the other table; its index begins with the region and
        ``where`` and has this and ``key`` next
    :param key: of the other table: names the row
    :param of: the row's field that it names
    :param where: tells apart rows of the other table; as pairs
    :param or_zero: what has no row there counts as 0 and is not unknown
    """

    model: type[models.Model]
    field: str
    key: str = 'project_id'
    of: str = 'project_id'
    where: tuple[tuple[str, object], ...] = ()
    or_zero: bool = False

    def expression(self) -> BaseExpression:
        """To sort few rows by."""
        found = self._rows(OuterRef('region')).filter(
            **{self.key: OuterRef(self.of)}
        )
        value = Subquery(found.values(self.field)[:1])
        return Coalesce(value, Value(0.0)) if self.or_zero else value

    def ordered(
        self, region: str, rows: QuerySet, descending: bool, ties: Iterable
    ) -> list['Led | QuerySet']:
        """Rows with a value, in its order, and those without by ``ties``.

        :param rows: of that region
        """
        known = self._rows(region).exclude(**{self.field: None})
        names = self.field, self.key
        keys = known.filter(
            Exists(rows.filter(**{self.of: OuterRef(self.key)}))
        ).order_by(*(f'-{name}' if descending else name for name in names))
        led = Led(keys.values_list(self.key, flat=True), rows, self.of)
        others = rows.exclude(
            Exists(known.filter(**{self.key: OuterRef(self.of)}))
        ).order_by(*ties)
        if self.or_zero and not descending:
            return [others, led]
        return [led, others]

    def _rows(self, region):
        return self.model.objects.filter(region=region, **dict(self.where))


class Led:
    """Rows in the order of their keys; what pages need of a queryset."""

    def __init__(self, keys: QuerySet, rows: QuerySet, of: str):
        self._keys = keys
        self._rows = rows
        self._of = of

    def __getitem__(self, wanted: slice) -> list:
        return list(self._read(self._keys[wanted]))

    def count(self) -> int:
        return self._keys.count()

    def reverse(self) -> 'Led':
        return Led(self._keys.reverse(), self._rows, self._of)

    def iterator(self, chunk_size: int) -> Iterator:
        return self._read(self._keys.iterator(chunk_size))

    def _read(self, keys):
        for batch in store.batches(keys, KEYS):
            rows = self._rows.filter(**{f'{self._of}__in': batch})
            found = {self._key(row): row for row in rows}
            # One may have gone between the two queries.
            yield from (found[key] for key in batch if key in found)

    def _key(self, row):
        return (
            row[self._of] if isinstance(row, dict) else getattr(row, self._of)
        )
