"""Rows of the simulated cloud, kept in the orders that listings want."""

import bisect
import collections
from collections.abc import Callable
from collections.abc import Iterator
import datetime
import operator

#: Before any time that a row tells.
NEVER = datetime.datetime.min.replace(tzinfo=datetime.UTC)
_id = operator.attrgetter('id')


class Row:
    """One thing; most of a hundred thousand of them share their columns.

    Columns are never changed in place: a row that changes gets its own.
    """

    __slots__ = (
        'columns',
        'created',
        'id',
        'number',
        'project_id',
        'updated',
    )

    def __init__(self, row_id, number, project_id, created, columns):
        self.id = row_id
        self.number = number
        self.project_id = project_id
        self.created = created
        self.updated = created
        self.columns = columns

    def __getitem__(self, name):
        return self.columns[name]

    def get(self, name, default=None):
        return self.columns.get(name, default)

    @property
    def name(self) -> str:
        name = self.columns.get('name')
        return f'thing-{self.number}' if name is None else name


class Order:
    """Rows sorted by a key; a row's key must not change while it is in."""

    def __init__(self, key: Callable[[Row], tuple], rows=()):
        self.key = key
        self.rows = sorted(rows, key=key)

    def add(self, row: Row) -> None:
        bisect.insort(self.rows, row, key=self.key)

    def remove(self, row: Row) -> None:
        del self.rows[self._place(row)]

    def _place(self, row):
        return bisect.bisect_left(self.rows, self.key(row), key=self.key)

    def at_least(self, start) -> int:
        """How many rows come before the first whose key is ``start``."""
        return bisect.bisect_left(self.rows, start, key=self.key)

    def walk(self, down: bool, after: tuple | None = None) -> Iterator[Row]:
        """The rows, from behind the key ``after`` on; none need have it."""
        rows = self.rows
        if after is None:
            yield from reversed(rows) if down else iter(rows)
        elif down:
            place = bisect.bisect_left(rows, after, key=self.key)
            for number in range(place - 1, -1, -1):
                yield rows[number]
        else:
            place = bisect.bisect_right(rows, after, key=self.key)
            for number in range(place, len(rows)):
                yield rows[number]


class Table:
    """Things of one kind by id, by project, by creation and by change."""

    def __init__(self, tie: str = 'id'):
        breaks = operator.attrgetter(tie)
        self.by_created = lambda row: (row.created, breaks(row))
        self.by_updated = lambda row: (
            row.updated or NEVER,
            row.created,
            breaks(row),
        )
        self.rows = {}
        self.created = Order(self.by_created)
        self.updated = Order(self.by_updated)
        self._by_id = None
        self.projects = collections.defaultdict(lambda: Order(self.by_created))

    def __len__(self):
        return len(self.rows)

    def __iter__(self):
        return iter(self.created.rows)

    def get(self, row_id: str) -> Row | None:
        return self.rows.get(row_id)

    def by_id(self) -> list[Row]:
        """Sorted again only after rows came or went."""
        if self._by_id is None:
            self._by_id = sorted(self.rows.values(), key=_id)
        return self._by_id

    def of_project(self, project_id: str) -> list[Row]:
        order = self.projects.get(project_id)
        return order.rows if order else []

    def add(self, row: Row) -> Row:
        self.rows[row.id] = row
        self._by_id = None
        for order in self._orders(row):
            order.add(row)
        return row

    def extend(self, rows: list[Row]) -> None:
        """Many at once: sorted once."""
        self._by_id = None
        self.rows.update((row.id, row) for row in rows)
        every = list(self.rows.values())
        self.created = Order(self.by_created, every)
        self.updated = Order(self.by_updated, every)
        shares = collections.defaultdict(list)
        for row in every:
            shares[row.project_id].append(row)
        for project_id, share in shares.items():
            self.projects[project_id] = Order(self.by_created, share)

    def remove(self, row: Row) -> None:
        for order in self._orders(row):
            order.remove(row)
        del self.rows[row.id]
        self._by_id = None

    def change(self, row: Row, columns: dict, updated=None) -> None:
        """New columns; ``updated`` moves the row in its order as well."""
        row.columns = {**row.columns, **columns}
        if updated is not None:
            self.updated.remove(row)
            row.updated = updated
            self.updated.add(row)

    def _orders(self, row):
        return (self.created, self.updated, self.projects[row.project_id])
