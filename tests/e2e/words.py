"""How the Projects page must write what its export tells."""

import math

from tests.e2e import expected

#: Titles of the page's columns that show a quota.
TITLES = {
    'servers': 'Servers',
    'vcpus': 'vCPUs',
    'ram': 'RAM (GiB)',
    'server_groups': 'Server groups',
    'volumes': 'Volumes',
    'storage': 'Storage (GiB)',
    'snapshots': 'Snapshots',
    'backups': 'Backups',
    'backup_storage': 'Backup storage (GiB)',
    'volume_groups': 'Volume groups',
    'networks': 'Networks',
    'subnets': 'Subnets',
    'ports': 'Ports',
    'routers': 'Routers',
    'floating_ips': 'Floating IPs',
    'security_groups': 'Security groups',
}
_OF_TYPE = {
    'volumes': 'Volumes of type {}',
    'snapshots': 'Snapshots of type {}',
    'gigabytes': 'Storage of type {} (GiB)',
}


def title(service, resource):
    """What the page calls a quota of a service."""
    names = {
        'compute': expected.COMPUTE,
        'volume': expected.VOLUME,
        'network': expected.NETWORK,
    }[service]
    for name, (known, _unit) in names.items():
        if known == resource:
            return TITLES[name]
    kind, _, type_name = resource.partition('_')
    return _OF_TYPE[kind].format(type_name) if type_name else resource


def cells(row) -> dict[str, str]:
    """Title -> cell of every column but those of volume types.

    :param row: all of the export's columns
    """
    fullest = '–'
    if row['fullest_quota']:
        percent = math.floor(row['fullest_quota_percent'])
        words = title(*row['fullest_quota'].split('.', 1))
        fullest = f'{percent:,} % {words}'
    state = '' if row['state'] == 'enabled' else row['state']
    name = ' '.join(row['name'].split()) or row['project_id']
    return {
        'Project': ' '.join(f'{name} {state} {row["domain_name"]}'.split()),
        **{title: _of_quota(row, name) for name, title in TITLES.items()},
        'Key pairs of each user': _limit(row['key_pairs_limit']),
        'Fullest quota': fullest,
        'Server hours': hours(row['server_hours']),
        'vCPU hours': hours(row['vcpu_hours']),
        'RAM GiB hours': hours(row['ram_mib_hours'] / 1024),
        'Disk GiB hours': hours(row['disk_gib_hours']),
        'vCPUs, 30 days': _change(row['vcpus_change_in_a_week']),
        'Backup': _backup(row),
        'In error': f'{row["servers_in_error"]:,}',
        'Domain': row['domain_name'] or '–',
        'Contact': row['contact'] or '–',
        'State': row['state'],
    }


def of_types(volume_quota) -> dict[str, str]:
    """The same of the columns of volume types; Cinder's answer tells them."""
    return {
        title('volume', resource): quota(
            row['in_use'], row['limit'], row['reserved']
        )
        for resource, row in volume_quota.items()
        if resource.partition('_')[0] in _OF_TYPE and '_' in resource
    }


def _of_quota(row, name):
    unit = {**expected.COMPUTE, **expected.VOLUME, **expected.NETWORK}[name][1]
    return quota(
        row[f'{name}_used{unit}'],
        row[f'{name}_limit{unit}'],
        row.get(f'{name}_reserved{unit}'),
        1024 if unit == '_mib' else 1,
    )


def quota(used, limit, reserved=None, divisor=1):
    if used is None:
        return '–'
    text = number(used, divisor)
    if limit is None:
        return f'{text} no quota'
    if limit == -1:
        text = f'{text} unlimited'
    else:
        text = f'{text} / {number(limit, divisor)}'
    return f'{text} {reserved:,} reserved' if reserved else text


def number(value, divisor=1):
    if value % divisor:
        return f'{value / divisor:,.1f}'
    return f'{value // divisor:,}'


def hours(value):
    return f'{value:,.1f}' if 0 < value < 10 else f'{round(value):,}'


def _backup(row):
    percent = row['backup_within_percent']
    share = '–' if percent is None else f'{math.floor(percent)} %'
    if not row['backup_at_risk']:
        return share
    return f'{share} {row["backup_at_risk"]:,} at risk'


def _limit(limit):
    if limit is None:
        return '–'
    return 'unlimited' if limit == -1 else f'{limit:,}'


def _change(change):
    if change is None:
        return ''
    shown = round(change, 1)
    sign = '+' if shown > 0 else '−'
    return f'{sign}{abs(shown):,.1f} in a week' if shown else '±0 in a week'


def of_domain(row) -> dict[str, str]:
    """The row of the Domains page, of what its export tells."""
    return {
        'Domain': row['name'] or row['domain_id'] or 'no known domain',
        'Projects': f'{row["projects"]:,}',
        'Over 90 %': f'{row["projects_nearly_full"]:,}',
        'In error': f'{row["servers_in_error"]:,}',
        **{
            TITLES[name]: _of_quota(row, name)
            for name in ('servers', 'vcpus', 'ram', 'volumes', 'storage')
        },
        'vCPU hours': hours(row['vcpu_hours']),
    }


def of_user(row) -> dict[str, str]:
    """The row of the Users page, of what its export tells."""
    user = 'not known any more Nova has purged the deleted servers'
    if row['user_id']:
        user = f'{row["name"] or ""} {row["user_id"]}'.strip()
    return {
        'User': user,
        'Projects': f'{row["projects"]:,}',
        'Server hours': hours(row['server_hours']),
        'vCPU hours': hours(row['vcpu_hours']),
        'RAM GiB hours': hours(row['ram_mib_hours'] / 1024),
        'Disk GiB hours': hours(row['disk_gib_hours']),
    }


def of_quota(row) -> str:
    """The row of the Quotas page in one line, of what its export tells."""
    divisor = 1024 if row['resource'] == 'ram' else 1
    reserved = '–' if row['reserved'] is None else f'{row["reserved"]:,}'
    parts = (
        row['project_name'],
        row['domain_name'],
        row['service'],
        title(row['service'], row['resource']),
        row['resource'],
        quota(row['in_use'], row['limit'], None, divisor),
        reserved,
        f'{math.floor(row["percent"]):,} %',
    )
    return ' '.join(' '.join(parts).split())
