"""What the Projects page must show, worked out from the bare APIs alone."""

import collections

LEFT_OUT = 'heat_user_domain'


def rows(cloud) -> dict[str, dict]:
    """Project id -> the page's cells and the export's columns."""
    domains = cloud.domains()
    projects = {
        row['id']: row
        for row in cloud.projects()
        if domains[row['domain_id']] != LEFT_OUT
    }
    compute = cloud.each(cloud.compute_quota, projects)
    volume = cloud.each(cloud.volume_quota, projects)
    expected = {
        project_id: {
            'project_id': project_id,
            'name': row['name'],
            'domain_id': row['domain_id'],
            'domain_name': domains[row['domain_id']],
            'state': 'enabled' if row['enabled'] else 'disabled',
            **_quota(compute[project_id], 'instances', 'servers'),
            **_quota(compute[project_id], 'cores', 'vcpus'),
            **_quota(compute[project_id], 'ram', 'ram', '_mib'),
            **_quota(volume[project_id], 'volumes', 'volumes'),
            **_quota(volume[project_id], 'gigabytes', 'storage', '_gib'),
        }
        for project_id, row in projects.items()
    }
    for project_id, used in _orphans(cloud, projects).items():
        expected[project_id] = {'project_id': project_id, **used}
    return expected


def _quota(quota, resource, name, unit=''):
    row = quota[resource]
    return {
        f'{name}_used{unit}': row['in_use'],
        f'{name}_limit{unit}': row['limit'],
    }


def _orphans(cloud, projects):
    """What belongs to projects that Keystone does not have (any more)."""
    left = collections.defaultdict(collections.Counter)
    for server in cloud.servers():
        if server['tenant_id'] not in projects:
            flavor = server['flavor']
            left[server['tenant_id']].update(
                servers_used=1,
                vcpus_used=flavor['vcpus'],
                ram_used_mib=flavor['ram'],
            )
    for volume in cloud.volumes():
        if volume['os-vol-tenant-attr:tenant_id'] not in projects:
            left[volume['os-vol-tenant-attr:tenant_id']].update(
                volumes_used=1, storage_used_gib=volume['size']
            )
    return left


def cells(row) -> list[str]:
    """The words of the page for the five columns of use and limit."""
    return [
        _cell(row, 'servers'),
        _cell(row, 'vcpus'),
        _cell(row, 'ram', '_mib', 1024),
        _cell(row, 'volumes'),
        _cell(row, 'storage', '_gib'),
    ]


def _cell(row, name, unit='', divisor=1):
    used = row.get(f'{name}_used{unit}')
    limit = row.get(f'{name}_limit{unit}')
    if used is None:
        return '–'
    if limit is None:
        return f'{_number(used, divisor)} no quota'
    if limit == -1:
        return f'{_number(used, divisor)} unlimited'
    return f'{_number(used, divisor)} / {_number(limit, divisor)}'


def _number(value, divisor):
    if value % divisor:
        return f'{value / divisor:,.1f}'
    return f'{value // divisor:,}'
