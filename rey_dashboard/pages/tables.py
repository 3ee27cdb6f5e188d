"""Tables that the database sorts and pages, over all rows."""

from collections.abc import Callable
from collections.abc import Sequence
import dataclasses
from typing import Any

from django.db.models import F
from django.db.models import QuerySet


@dataclasses.dataclass(frozen=True)
class Column:
    """A column on the page.

    :param name: in the URL's ``sort``
    :param order_by: the model's field that it sorts by
    :param numeric: right-aligned; the first click sorts the greatest first
    """

    name: str
    label: str
    order_by: str
    numeric: bool = False


@dataclasses.dataclass(frozen=True)
class Field:
    """A column of an export; units end the name."""

    name: str
    value: Callable[[Any], Any]


@dataclasses.dataclass(frozen=True)
class Table:
    """What a page shows and exports of one kind of row.

    :param schema: name and version of the export's schema, told in doc/
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

    def ordered(self, rows: QuerySet, sort: str) -> QuerySet:
        """Rows by ``name`` or ``-name`` of a column; unknown values last.

        What is no column's name gives the table's own order.
        """
        column, descending = self.sorting(sort)
        field = F(column.order_by)
        first = (
            field.desc(nulls_last=True)
            if descending
            else field.asc(nulls_last=True)
        )
        return rows.order_by(first, *self.ties)

    def sorting(self, sort: str) -> tuple[Column, bool]:
        """The column that ``sort`` names, and whether it is descending."""
        columns = {column.name: column for column in self.columns}
        if sort.removeprefix('-') not in columns:
            sort = self.sort
        return columns[sort.removeprefix('-')], sort.startswith('-')

    def headers(self, sort: str) -> list[dict]:
        """For the template: each column, how it is sorted, the next click."""
        current, descending = self.sorting(sort)
        headers = []
        for column in self.columns:
            is_current = column == current
            flip = not descending if is_current else column.numeric
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


def attribute(name: str) -> Field:
    """A field that is the row's attribute of that name."""
    return Field(name, lambda row: getattr(row, name))
