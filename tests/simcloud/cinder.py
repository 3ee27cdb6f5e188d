"""The simulated Cinder: volumes and their copies, services, pools, quotas."""

import datetime

from tests.simcloud import clock
from tests.simcloud import listed
from tests.simcloud import service

#: Columns that cinder keeps elsewhere: they do not move ``updated_at``.
ELSEWHERE = frozenset({'metadata', 'attachments'})
_NEEDED = {'with_count': (3, 45), 'times': (3, 60), 'user': (3, 56)}
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


class Cinder(service.Service):
    type = 'block-storage'
    name = 'cinder'
    base = '/v3'
    version_name = 'volume'
    open_paths = ()
    paths = {
        '/': 'discover',
        '/<any(volumes, snapshots, backups):kind>': 'brief',
        '/<any(volumes, snapshots, backups):kind>/detail': 'detail',
        '/<any(volumes, snapshots, backups):kind>/<row_id>': 'one',
        '/types': 'types',
        '/os-services': 'services',
        '/scheduler-stats/get_pools': 'pools',
        '/os-quota-sets/<project_id>': 'quotas',
    }

    def discover(self, call):
        low, high = self.cloud.versions[self.type]
        version = {
            'id': 'v3.0',
            'status': 'CURRENT',
            'version': high,
            'min_version': low,
            'updated': '2023-08-31T00:00:00Z',
            'links': [{'rel': 'self', 'href': f'{self.url}/'}],
            'media-types': [],
        }
        return {'versions': [version]}

    def brief(self, call, kind):
        return self._listed(call, kind, self._brief)

    def detail(self, call, kind):
        show = getattr(self, f'_{kind[:-1]}')
        return self._listed(call, kind, lambda row: show(row, call))

    def _listed(self, call, kind, show):
        asked = Asked(self.cloud, call, kind)
        limit = asked.limit
        rows = asked.rows()
        page, link = call.page(rows, limit)
        body = {kind: [show(row) for row in page]}
        if page and (len(page) >= limit if link is None else link):
            href = call.following(page[-1].id)
            body[f'{kind}_links'] = [{'rel': 'next', 'href': href}]
        if asked.counts:
            body['count'] = asked.count()
        return body

    def _brief(self, row):
        return {'id': row.id, 'name': row.name, 'links': []}

    def one(self, call, kind, row_id):
        row = self.cloud.tables[kind].get(row_id)
        if row is None:
            raise _lost(kind, row_id)
        return {kind[:-1]: getattr(self, f'_{kind[:-1]}')(row, call)}

    def _volume(self, row, call):
        attachments = [
            {'id': row.id, 'volume_id': row.id, **attachment}
            for attachment in row['attachments']
        ]
        return {
            **_times(row),
            'id': row.id,
            'name': row.name,
            'description': None,
            'status': row['status'],
            'size': row['size'],
            'availability_zone': 'nova',
            'volume_type': row['volume_type'],
            'snapshot_id': None,
            'source_volid': None,
            'metadata': row['metadata'],
            'links': [],
            'user_id': row['user_id'],
            'bootable': 'true' if row['bootable'] else 'false',
            'encrypted': False,
            'multiattach': False,
            'attachments': attachments,
            'migration_status': None,
            'os-vol-tenant-attr:tenant_id': row.project_id,
            'os-vol-host-attr:host': row['host'],
        }

    def _snapshot(self, row, call):
        return {
            **_times(row),
            'id': row.id,
            'name': row.name,
            'description': None,
            'volume_id': row['volume_id'],
            'status': row['status'],
            'size': row['size'],
            'metadata': row['metadata'],
            'user_id': row['user_id'],
            'os-extended-snapshot-attributes:project_id': row.project_id,
            'os-extended-snapshot-attributes:progress': '100%',
        }

    def _backup(self, row, call):
        told = {
            **_times(row),
            'id': row.id,
            'name': row.name,
            'description': None,
            'status': row['status'],
            'size': row['size'],
            'object_count': row['object_count'],
            'availability_zone': 'nova',
            'container': row['container'],
            'fail_reason': row['fail_reason'],
            'volume_id': row['volume_id'],
            'snapshot_id': row['snapshot_id'],
            'links': [],
            'is_incremental': row['parent_id'] is not None,
            'has_dependent_backups': row['dependents'] > 0,
            'data_timestamp': clock.fraction(row['data_timestamp']),
            'metadata': row['metadata'],
            'os-backup-project-attr:project_id': row.project_id,
        }
        if call.version >= _NEEDED['user']:
            told['user_id'] = row['user_id']
        return told

    def types(self, call):
        """Its link's key is ``volume_type_links``; a wrong marker is none."""
        rows = sorted(
            self.cloud.tables['types'],
            key=lambda row: (row.created, row.id),
            reverse=True,
        )
        marker = call.marker()
        for place, row in enumerate(rows):
            if row.id == marker:
                rows = rows[place + 1 :]
                break
        limit = min(
            int(call.query.get('limit', self.cloud.page)), self.cloud.page
        )
        page, link = call.page(iter(rows), limit)
        body = {'volume_types': [_type(row) for row in page]}
        if page and (len(page) >= limit if link is None else link):
            href = call.following(page[-1].id)
            body['volume_type_links'] = [{'rel': 'next', 'href': href}]
        return body

    def services(self, call):
        rows = self.cloud.tables['volume_services']
        return {
            'services': [
                self._service(row)
                for row in rows
                if call.query.get('binary', row['binary']) == row['binary']
                and call.query.get('host', row['host']) == row['host']
            ]
        }

    def _service(self, row):
        up = row['state'] == 'up'
        seen = self.cloud.clock.told if up else row.updated
        return {
            'binary': row['binary'],
            'host': row['host'],
            'zone': row['zone'],
            'status': row['status'],
            'state': row['state'],
            'updated_at': clock.fraction(seen),
            'cluster': row['cluster'],
            'disabled_reason': row['disabled_reason'],
        }

    def pools(self, call):
        return {
            'pools': [
                {'name': row.name, 'capabilities': row['capabilities']}
                for row in self.cloud.tables['pools']
            ]
        }

    def quotas(self, call, project_id):
        """Of any project: one that nobody knows has the defaults."""
        tables = self.cloud.tables
        used = dict.fromkeys(self.cloud.limits['block-storage'], 0)
        for row in tables['volumes'].of_project(project_id):
            for suffix in ('', f'_{row["volume_type"]}'):
                _add(used, f'volumes{suffix}', 1)
                _add(used, f'gigabytes{suffix}', row['size'])
        for row in tables['snapshots'].of_project(project_id):
            _add(used, 'snapshots', 1)
            _add(used, 'gigabytes', row['size'])
        for row in tables['backups'].of_project(project_id):
            _add(used, 'backups', 1)
            _add(used, 'backup_gigabytes', row['size'])
        quota = self.cloud.quota('block-storage', project_id, used)
        if call.query.get('usage', '').lower() != 'true':
            quota = {name: row['limit'] for name, row in quota.items()}
        return {'quota_set': {**quota, 'id': project_id}}


class Asked:
    """What a listing of volumes, snapshots or backups was asked for."""

    def __init__(self, cloud, call, kind):
        self._call = call
        self._kind = kind
        self._table = cloud.tables[kind]
        query = call.query
        self.limit = _positive(query, 'limit', cloud.page, cloud.page)
        self._offset = _positive(query, 'offset', 0)
        can_count = call.version >= _NEEDED['with_count']
        self.counts = can_count and query.get('with_count') == 'true'
        self._filters = {
            name: value
            for name, value in query.items()
            if name not in _PAGING or (name == 'with_count' and not can_count)
        }
        # A cinder that has 3.60 compares at older microversions, too; one
        # without it looks for the text itself and finds nothing.
        newest = service.numbers(cloud.versions['block-storage'][1])
        self._compares = kind == 'volumes' and newest >= _NEEDED['times']
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
            since=self._since(),
            project_id=self._filters.get('project_id'),
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

    def _since(self):
        """A lower bound of the change that holds for all rows wanted."""
        compared = self._times.get('updated', {})
        if len(compared) == 1 and set(compared) <= {'gt', 'gte', 'eq'}:
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
            raise _lost(self._kind, marker)
        return row

    def count(self):
        """Of all pages, by the same filters."""
        if set(self._filters) - _FILTERS[self._kind]:
            return 0
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


def _times(row):
    return {
        'created_at': clock.fraction(row.created),
        'updated_at': clock.fraction(row.updated),
    }


def _type(row):
    return {
        'id': row.id,
        'name': row.name,
        'is_public': row['is_public'],
        'description': None,
        'extra_specs': {},
    }


def _add(used, name, number):
    if name in used:
        used[name] += number


def _lost(kind, row_id):
    name = kind[:-1].capitalize()
    return service.Refusal(404, f'{name} {row_id} could not be found.')
