"""What the other lists must show: sums, hours and tiles, of the bare APIs."""

import collections
import datetime
import math

from tests.e2e import expected

MEASURES = ('server_hours', 'vcpu_hours', 'ram_mib_hours', 'disk_gib_hours')
#: An upper bound only: floating point adds in another order.
SLIP = 1e-6


class Hours:
    """Nova's hours of a period that an export tells of.

    The running day was read up to a moment that the export tells in whole
    seconds: what it shows lies between nova's hours then and a second later.
    """

    def __init__(self, facts, about):
        self._facts = facts
        start = f'{about["first_day"]}T00:00:00'
        last = datetime.date.fromisoformat(about['last_day'])
        end = datetime.datetime.combine(
            last + datetime.timedelta(days=1), datetime.time()
        )
        ends = [end]
        if about['running_until']:
            read = datetime.datetime.fromisoformat(about['running_until'])
            read = read.replace(tzinfo=None)
            ends = [read, read + datetime.timedelta(seconds=1)]
        self._windows = [(start, end.isoformat()) for end in ends]

    def by_project(self):
        """Project id -> measure -> (least, most)."""
        return _bounds([self._totals(*window) for window in self._windows])

    def by_user(self, project_id=None):
        """User id -> measure -> (least, most), and of how many projects."""
        makers = {
            server['id']: server['user_id']
            for server in (
                *self._facts.servers,
                *self._facts.cloud.servers(deleted=True),
            )
        }
        sums, projects = [], collections.defaultdict(set)
        for window in self._windows:
            found = collections.defaultdict(collections.Counter)
            for server in self._servers(*window, project_id):
                maker = makers.get(server['instance_id'], '')
                found[maker].update(_of_server(server))
                projects[maker].add(server['tenant_id'])
            sums.append(found)
        return _bounds(sums), {key: len(ids) for key, ids in projects.items()}

    def _totals(self, start, end):
        """From nova's own sums, which page by servers."""
        found = collections.defaultdict(collections.Counter)
        for row in self._facts.cloud.usage(start, end):
            if row['tenant_id'] not in self._facts.left_out:
                found[row['tenant_id']].update(
                    server_hours=row['total_hours'],
                    vcpu_hours=row['total_vcpus_usage'],
                    ram_mib_hours=row['total_memory_mb_usage'],
                    disk_gib_hours=row['total_local_gb_usage'],
                )
        return found

    def _servers(self, start, end, project_id):
        cloud = self._facts.cloud
        if project_id:
            servers = cloud.servers_usage(start, end, project_id)
        else:
            rows = cloud.usage(start, end, detailed=1)
            servers = [one for row in rows for one in row['server_usages']]
        for server in servers:
            left_out = server['tenant_id'] in self._facts.left_out
            if server['hours'] and not left_out:
                yield server


def _of_server(row):
    hours = row['hours']
    return {
        'server_hours': hours,
        'vcpu_hours': hours * row['vcpus'],
        'ram_mib_hours': hours * row['memory_mb'],
        'disk_gib_hours': hours * row['local_gb'],
    }


def _bounds(sums):
    least, most = sums[0], sums[-1]
    return {
        key: {name: (least[key][name], row[name]) for name in MEASURES}
        for key, row in most.items()
        if row['server_hours']
    }


def together(bounds, groups) -> dict:
    """Adds up bounds by the group of each key; without one they are lost."""
    found = {}
    for key, measures in bounds.items():
        if key in groups:
            total = found.setdefault(
                groups[key], dict.fromkeys(MEASURES, (0.0, 0.0))
            )
            for name, pair in measures.items():
                total[name] = tuple(
                    map(sum, zip(total[name], pair, strict=True))
                )
    return found


def wrong_hours(row, bounds) -> dict:
    """Those of an export's row that do not lie within the bounds."""
    wrong = {}
    for name in MEASURES:
        least, most = bounds[name] if bounds else (0, 0)
        if not least * (1 - SLIP) <= row[name] <= most * (1 + SLIP):
            wrong[name] = (row[name], (least, most))
    return wrong


def by_domain(facts, rows, gone) -> dict[str, dict]:
    """The export of the domains, but for hours.

    :param rows: the projects' expected rows, with a domain's id each
    :param gone: the export's rows of projects that are no more; their domain
        may be no more either
    """
    names = {row['domain_id']: row['domain_name'] or '' for row in gone}
    names |= facts.domains
    found = {
        domain_id: _empty(domain_id, name) for domain_id, name in names.items()
    }
    for row in rows:
        domain_id = row['domain_id']
        total = found.setdefault(domain_id, _empty(domain_id, ''))
        total['projects'] += 1
        total['projects_nearly_full'] += (
            row['fullest_quota_percent'] or 0
        ) > 90
        total['servers_in_error'] += row['servers_in_error']
        for used, limit in _SUMMED:
            total[used] += row[used] or 0
            if row[limit] is not None:
                so_far = total[limit] or 0
                unlimited = -1 in (row[limit], so_far)
                total[limit] = -1 if unlimited else so_far + row[limit]
    return found


_SUMMED = tuple(
    (f'{name}_used{unit}', f'{name}_limit{unit}')
    for names in (expected.COMPUTE, expected.VOLUME)
    for name, (_resource, unit) in names.items()
    if name in ('servers', 'vcpus', 'ram', 'volumes', 'storage')
)


def _empty(domain_id, name):
    return {
        'domain_id': domain_id,
        'name': name,
        'projects': 0,
        'projects_nearly_full': 0,
        'servers_in_error': 0,
        **{used: 0 for used, _limit in _SUMMED},
        **{limit: None for _used, limit in _SUMMED},
    }


def quotas(facts) -> list[tuple]:
    """(project, service, resource, percent) in use, the fullest first."""
    found = [
        (project_id, service, resource, percent)
        for project_id in facts.projects
        for percent, service, resource in expected.quotas(facts, project_id)
    ]
    return sorted(found, key=lambda row: (-row[3], *row[:3]))


def use(facts, row) -> tuple[int, int]:
    """(used, limit) of the quota that a row of an export names."""
    told = getattr(facts, row['service'])[row['project_id']][row['resource']]
    return told.get('in_use', told.get('used')), told['limit']


def tiles(facts, rows) -> list[str]:
    """The six figures above the Projects page."""
    domains = {row['domain_id'] for row in rows} - {''}
    full = sum((row['fullest_quota_percent'] or 0) > 90 for row in rows)
    errors = sum(row['servers_in_error'] for row in rows)
    vcpus, ram = _hosts(facts.cloud, 'VCPU', 'PCPU', 'MEMORY_MB')
    return [
        f'{len(rows):,} projects in {len(domains)} domains',
        f'{vcpus[0]:,} / {vcpus[1]:,} vCPUs used of what the hosts can hold'
        + (f' {vcpus[2]:,} {_CLOSED}' if vcpus[2] else ''),
        f'{gib(ram[0] / 1024)} / {gib(ram[1] / 1024)}'
        ' RAM used of what the hosts can hold'
        + (f' {gib(ram[2] / 1024)} {_CLOSED}' if ram[2] else ''),
        _pools(facts.cloud) + ' volumes of what the pools can hold',
        f'{full:,} {_things("project", full)} over 90 % of a quota',
        f'{errors:,} {_things("server", errors)} in ERROR',
    ]


def _things(noun, number):
    return noun if number == 1 else f'{noun}s'


_CLOSED = 'of it on hosts that are down or disabled'


def _hosts(cloud, *classes):
    """(used, can hold, of that on closed hosts) of CPUs and of RAM."""
    closed = {
        row['id']
        for row in cloud.hosts()
        if (row['state'], row['status']) != ('up', 'enabled')
    }
    totals = {name: [0, 0.0, 0.0] for name in classes}
    for provider in cloud.providers():
        # Counted from what each server takes: not the call that we make.
        for consumer in cloud.allocations(provider['uuid']).values():
            for name, amount in consumer['resources'].items():
                if name in totals:
                    totals[name][0] += amount
        for name, row in cloud.inventories(provider['uuid']).items():
            if name in totals:
                holds = row['total'] - row['reserved']
                holds *= row['allocation_ratio']
                totals[name][1] += holds
                if provider['root_provider_uuid'] in closed:
                    totals[name][2] += holds
    *cpus, ram = totals.values()
    vcpus = map(sum, zip(*cpus, strict=True))
    return tuple(map(math.floor, vcpus)), tuple(map(math.floor, ram))


def _pools(cloud):
    used = holds = 0.0
    for pool in cloud.pools():
        told = pool['capabilities']
        assert told['thin_provisioning_support'], 'the demo has thin pools'
        free = 1 - told['reserved_percentage'] / 100
        ratio = float(told['max_over_subscription_ratio'])
        holds += told['total_capacity_gb'] * free * ratio
        used += told['provisioned_capacity_gb']
    return f'{gib(used)} / {gib(math.floor(holds))}'


def gib(amount):
    return (
        f'{amount / 1024:,.1f} TiB'
        if amount >= 1024
        else f'{round(amount):,} GiB'
    )
