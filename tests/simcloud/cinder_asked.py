"""What a listing of the simulated Cinder was asked for."""

import datetime

from tests.simcloud import listed
from tests.simcloud import service

#: Microversions that count rows and compare times.
COUNTS, COMPARES = (3, 45), (3, 60)
_OPERATORS = {
    'gt': lambda time, than: time > than,
    'gte': lambda time, than: time >= than,
    'eq': lambda time, than: time == than,
    'neq': lambda time, than: time != than,
    'lt': lambda time, than: time < than,
    'lte': lambda time, than: time <= than,
}
_SORTS = {'created_at': 'created', 'updated_at': 'updated'}
_PAGING = frozenset(
    {'all_tenants', 'limit', 'marker', 'offset', 'sort', 'sort_dir'}
    | {'sort_key', 'with_count'}
)
#: Columns of each kind that a listing can be filtered by; by any other one
#: finds nothing at all.
_FILTERS = {
    'volumes': {'id', 'name', 'project_id', 'size', 'status', 'user_id'},
    'snapshots': {'id', 'name', 'project_id', 'status', 'volume_id'},
    'backups': {'id', 'name', 'project_id', 'status', 'volume_id'},
}


class Asked:
    """What a listing of volumes, snapshots or backups was asked for."""

    def __init__(self, cloud, call, kind):
        self._call = call
        self._kind = kind
        self._table = cloud.tables[kind]
        query = call.query
        self.limit = _positive(query, 'limit', cloud.page, cloud.page)
        self._offset = _positive(query, 'offset', 0)
        can_count = call.version >= COUNTS
        self.counts = can_count and query.get('with_count') == 'true'
        self._filters = {
            name: value
            for name, value in query.items()
            if name not in _PAGING or (name == 'with_count' and not can_count)
        }
        everywhere = query.get('all_tenants', '').lower() in ('1', 'true')
        #: All that is told belongs to it, if it is any.
        self._own = None
        if not everywhere or call.token in cloud.keystone.plain:
            self._own = cloud.keystone.project_of(call.token)
        # A cinder that has 3.60 compares at older microversions, too; one
        # without it looks for the text itself and finds nothing.
        newest = service.numbers(cloud.versions['block-storage'][1])
        self._compares = kind == 'volumes' and newest >= COMPARES
        self._times = self._time_filters()
        self._order, self._down = self._sort()

    def _time_filters(self):
        found = {}
        for name in _SORTS:
            if name in self._filters and self._compares:
                found[_SORTS[name]] = _comparison(self._filters.pop(name))
        return found

    def _sort(self):
        text = self._call.query.get('sort', 'created_at:desc')
        key, _, direction = text.partition(',')[0].partition(':')
        if key not in _SORTS or direction not in ('', 'asc', 'desc'):
            raise service.Refusal(
                400, 'Invalid input received: Invalid sort key'
            )
        return _SORTS[key], direction != 'asc'

    def rows(self):
        if set(self._filters) - _FILTERS[self._kind]:
            return iter(())
        rows, chosen = listed.rows(
            self._table,
            self._wanted,
            order=self._order,
            down=self._down,
            marker=self._marker(),
            since=self._bound('updated', {'gt', 'gte', 'eq'}),
            before=self._bound('created', {'lt'}),
            project_id=self._own or self._filters.get('project_id'),
        )
        return self._skipped(rows, chosen)

    def _skipped(self, rows, chosen):
        if not self._offset:
            return rows
        if not (self._filters or self._times or self._call.marker()):
            every = chosen.rows
            place = len(every) - 1 - self._offset
            if self._down:
                return (every[i] for i in range(place, -1, -1))
            return (every[i] for i in range(self._offset, len(every)))
        for _ in range(self._offset):
            next(rows, None)
        return rows

    def _bound(self, name, operators):
        """The time that the one operator on a column, if any, tells."""
        compared = self._times.get(name, {})
        if len(compared) == 1 and set(compared) <= operators:
            return next(iter(compared.values()))
        return None

    def _wanted(self, row):
        return all(
            getattr(row, name) is not None
            and any(
                _OPERATORS[operator](getattr(row, name), time)
                for operator, time in compared.items()
            )
            for name, compared in self._times.items()
        ) and all(
            str(_column(row, name)) == value
            for name, value in self._filters.items()
        )

    def _marker(self):
        marker = self._call.marker()
        if marker is None:
            return None
        row = self._table.get(marker)
        if row is None:
            raise lost(self._kind, marker)
        return row

    def count(self):
        """Of all pages, by the same filters."""
        if set(self._filters) - _FILTERS[self._kind]:
            return 0
        if self._own is not None:
            return sum(map(self._wanted, self._table.of_project(self._own)))
        if not self._filters:
            if not self._times:
                return len(self._table)
            if list(self._times) == ['created']:
                return self._count_created(self._times['created'])
        return sum(map(self._wanted, self._table))

    def _count_created(self, compared):
        order = self._table.created
        if len(compared) == 1:
            ((operator, time),) = compared.items()
            before = order.at_least((time,))
            if operator == 'lt':
                return before
            if operator == 'gte':
                return len(order.rows) - before
        return sum(map(self._wanted, self._table))


def _column(row, name):
    if name in ('id', 'name', 'project_id'):
        return getattr(row, name)
    return row.get(name)


def _comparison(text):
    """Several operators; a row needs to meet but one of them."""
    found = {}
    for part in text.split(','):
        operator, colon, time = part.partition(':')
        if not colon or operator not in _OPERATORS:
            raise service.Refusal(400, f'Invalid {operator} operator')
        try:
            parsed = datetime.datetime.fromisoformat(time)
        except ValueError:
            raise service.Refusal(400, f'Invalid {time} value') from None
        if not parsed.tzinfo:
            parsed = parsed.replace(tzinfo=datetime.UTC)
        found[operator] = parsed
    return found


def _positive(query, name, default, most=None):
    text = query.get(name)
    if text is None:
        return default
    if not text.isdigit():
        raise service.Refusal(400, f'{name} param must be positive')
    return int(text) if most is None else min(int(text), most)


def lost(kind, row_id):
    name = kind[:-1].capitalize()
    return service.Refusal(404, f'{name} {row_id} could not be found.')
