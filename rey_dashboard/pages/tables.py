"""Tables that the database sorts and pages, over all rows."""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
import dataclasses
import functools
from typing import Any

from django.db.models import F
from django.db.models import QuerySet
from django.db.models.expressions import BaseExpression

from rey_dashboard.pages import leads


@dataclasses.dataclass(frozen=True)
class Column:
    """A column on the page.

    :param name: in the URL's ``sort``
    :param order_by: the model's field, what makes the expression, or what
        leads to the order that it sorts by; nothing for one that does not sort
    :param numeric: right-aligned; the first click sorts the greatest first
    :param kind: for a row template that draws chosen columns
    :param hint: told when the mouse rests on the title
    :param greatest_first: what the first click sorts; of numbers it is so
    """

    name: str
    label: str
    order_by: str | Callable[[], BaseExpression] | leads.Lead = ''
    numeric: bool = False
    kind: str = ''
    hint: str = ''
    greatest_first: bool = False

    @property
    def sorts(self) -> bool:
        return bool(self.order_by)


@dataclasses.dataclass(frozen=True)
class Field:
    """A column of an export; units end the name."""

    name: str
    value: Callable[[Any], Any]


@dataclasses.dataclass(frozen=True)
class Table:
    """What a page shows and exports of one kind of row.

    :param schema: name and version of the export's schema, told in doc/
    :param columns: those on the page; an export has all fields
    :param row_template: renders one row's cells
    :param ties: fields that order rows that are otherwise equal
    """

    schema: str
    noun: str
    columns: Sequence[Column]
    fields: Sequence[Field]
    row_template: str
    sort: str
    ties: Sequence[str]

    def without(self, *names: str) -> 'Table':
        """The same without these columns and fields."""
        columns = [row for row in self.columns if row.name not in names]
        fields = [row for row in self.fields if row.name not in names]
        return dataclasses.replace(self, columns=columns, fields=fields)

    def ordered(
        self, rows: QuerySet | list, sort: str, region: str
    ) -> 'Pages | list':
        """Rows by ``name`` or ``-name`` of a column; unknown values last.

        What is no column's name gives the table's own order.

        :param rows: of that region
        """
        column, descending = self.sorting(sort)
        by = column.order_by
        if isinstance(rows, list):
            return _sorted(rows, by, descending)
        ties = [
            _known_first(rows, tie.removeprefix('-'), tie[0] == '-')
            for tie in self.ties
            if tie.removeprefix('-') != by
        ]
        if _is_field(rows, by, null=True):
            return _known_then_unknown(rows, by, descending, ties)
        if isinstance(by, leads.Lead):
            count = rows.count()
            if count > leads.FEW:
                led = by.ordered(region, rows, descending, ties)
                return Pages(rows, *led, count=count)
            by = by.expression
        first = _known_first(rows, by, descending)
        return Pages(rows, rows.order_by(first, *ties))

    def sorting(self, sort: str) -> tuple[Column, bool]:
        """The column that ``sort`` names, and whether it is descending."""
        columns = {
            column.name: column for column in self.columns if column.order_by
        }
        if sort.removeprefix('-') not in columns:
            sort = self.sort
        return columns[sort.removeprefix('-')], sort.startswith('-')

    def headers(self, sort: str) -> list[dict]:
        """For the template: each column, how it is sorted, the next click."""
        current, descending = self.sorting(sort)
        headers = []
        for column in self.columns:
            is_current = column.name == current.name
            flip = column.numeric or column.greatest_first
            if is_current:
                flip = not descending
            headers.append(
                {
                    'column': column,
                    'next': f'-{column.name}' if flip else column.name,
                    'aria': (
                        ('descending' if descending else 'ascending')
                        if is_current
                        else 'none'
                    ),
                }
            )
        return headers


class Pages:
    """Ordered rows of which a page is taken; the last as quick as the first.

    Of two querysets the second's rows come behind the first's.

    :param count: of all rows, where it is known
    """

    def __init__(
        self,
        rows: QuerySet,
        *ordered: QuerySet | leads.Led,
        count: int | None = None,
    ):
        self._rows = rows
        self._ordered = ordered
        if count is not None:
            self._count = count

    @functools.cached_property
    def _counts(self):
        counts = [part.count() for part in self._ordered[:-1]]
        return [*counts, self.count() - sum(counts)]

    @functools.cached_property
    def _count(self):
        return self._rows.count()

    def count(self) -> int:
        return self._count

    def __len__(self):
        return self._count

    def __getitem__(self, wanted: slice) -> list:
        if wanted.stop <= self._count / 2:
            page = list(self._ordered[0][wanted])
            if len(page) == wanted.stop - wanted.start:
                return page
        page, begin = [], 0
        for rows, count in zip(self._ordered, self._counts, strict=True):
            first = max(0, wanted.start - begin)
            last = min(count, wanted.stop - begin)
            if first < last:
                page += _some(rows, count, first, last)
            begin += count
        return page

    def iterator(self, chunk_size: int) -> Iterator:
        for rows in self._ordered:
            yield from rows.iterator(chunk_size)


def _some(rows, count, first, last):
    """From the nearer end: the database walks over all rows before."""
    if first <= count / 2:
        return list(rows[first:last])
    return list(rows.reverse()[count - last : count - first])[::-1]


def _known_then_unknown(rows, name, descending, ties):
    """Rows by a column, those without a value behind.

    As two queries an index serves it; with NULLS LAST hardly any database
    uses one, and MariaDB never.
    """
    first = F(name).desc() if descending else F(name).asc()
    known = rows.filter(**{f'{name}__isnull': False})
    unknown = rows.filter(**{f'{name}__isnull': True})
    return Pages(rows, known.order_by(first, *ties), unknown.order_by(*ties))


def _known_first(rows, field, descending):
    # No index serves an order that names where NULL belongs.
    last = None if _is_field(rows, field, null=False) else True
    field = F(field) if isinstance(field, str) else field()
    if descending:
        return field.desc(nulls_last=last)
    return field.asc(nulls_last=last)


def _is_field(rows, name, null):
    """Whether it is a column of the rows' table that may (not) be NULL."""
    return isinstance(name, str) and any(
        field.name == name and field.null is null
        for field in rows.model._meta.concrete_fields
        if name not in rows.query.annotations
    )


def _sorted(rows, name, descending):
    """A short list, by an attribute; equal rows stay in their order."""

    def key(row):
        value = getattr(row, name)
        return value.casefold() if isinstance(value, str) else value

    known = [row for row in rows if getattr(row, name) not in (None, '')]
    unknown = [row for row in rows if getattr(row, name) in (None, '')]
    return [*sorted(known, key=key, reverse=descending), *unknown]


def attribute(name: str) -> Field:
    """A field that is the row's attribute of that name."""
    return Field(name, lambda row: getattr(row, name))
