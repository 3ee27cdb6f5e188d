"""The simulated Nova's ``os-simple-tenant-usage``."""

import datetime
import itertools

from tests.simcloud import clock
from tests.simcloud import service


def launched(row):
    """None for a server that never started."""
    return row.get('launched_at', row.created)


def answer(cloud, call):
    """All projects; pages count servers."""
    table = cloud.tables['servers']
    last = table.get(call.marker())
    rows = itertools.chain.from_iterable(
        sorted(table.of_project(project_id), key=lambda row: row.id)
        for project_id in sorted(table.projects)
        if last is None or project_id >= last.project_id
    )
    return _answer(cloud, call, rows, 'tenant_usages')


def answer_of(cloud, call, project_id):
    rows = cloud.tables['servers'].of_project(project_id)
    rows = sorted(rows, key=lambda row: row.id)
    body = _answer(cloud, call, iter(rows), 'tenant_usage', detailed=True)
    body['tenant_usage'] = next(iter(body['tenant_usage']), {})
    return body


def _answer(cloud, call, rows, key, detailed=False):
    now = cloud.clock.told
    begin = _time(call.query.get('start')) or now
    end = min(_time(call.query.get('end')) or now, now)
    if begin >= end:
        raise service.Refusal(
            400, 'Invalid start time. The start time cannot occur after it.'
        )
    marker = call.marker()
    if marker is not None:
        last = cloud.tables['servers'].get(marker)
        if last is None:
            raise service.Refusal(400, f'Marker {marker} could not be found.')
        place = (last.project_id, last.id)
        rows = (row for row in rows if (row.project_id, row.id) > place)
    rows = (
        row
        for row in rows
        if launched(row)
        and launched(row) < end
        and (row.get('terminated_at') or now) > begin
        and row.get('cell') not in cloud.down_cells
    )
    limit = min(int(call.query.get('limit', cloud.page)), cloud.page)
    page, link = call.page(rows, limit)
    detailed = detailed or call.query.get('detailed') == '1'
    groups = itertools.groupby(page, key=lambda row: row.project_id)
    body = {
        key: [
            _project(project_id, list(share), begin, end, detailed, now)
            for project_id, share in groups
        ]
    }
    if page and (len(page) == limit if link is None else link):
        href = call.following(page[-1].id)
        body[f'{key}_links'] = [{'rel': 'next', 'href': href}]
    return body


def _project(project_id, rows, begin, end, detailed, now):
    servers = [_server(row, begin, end, now) for row in rows]
    told = {
        'tenant_id': project_id,
        'total_hours': sum(server['hours'] for server in servers),
        'total_vcpus_usage': _sum(servers, 'vcpus'),
        'total_memory_mb_usage': _sum(servers, 'memory_mb'),
        'total_local_gb_usage': _sum(servers, 'local_gb'),
        'start': clock.fraction(begin),
        'stop': clock.fraction(end),
    }
    if detailed:
        told['server_usages'] = servers
    return told


def _sum(servers, name):
    return float(sum(server['hours'] * server[name] for server in servers))


def _server(row, begin, end, now):
    ended = row.get('terminated_at')
    lasted = min(ended or end, end) - max(launched(row), begin)
    return {
        'hours': max(0.0, lasted / datetime.timedelta(hours=1)),
        'flavor': row['flavor'],
        'instance_id': row.id,
        'name': row.name,
        'tenant_id': row.project_id,
        'memory_mb': row['ram'],
        'local_gb': row['disk'],
        'vcpus': row['vcpus'],
        'started_at': clock.fraction(launched(row)),
        'ended_at': clock.fraction(ended),
        'state': 'terminated' if ended else row['status'].lower(),
        'uptime': int(((ended or now) - launched(row)).total_seconds()),
    }


def _time(text):
    if text is None:
        return None
    try:
        time = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise service.Refusal(400, 'Datetime is in invalid format') from None
    return time if time.tzinfo else time.replace(tzinfo=datetime.UTC)
