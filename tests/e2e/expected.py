"""What the Projects page must show, worked out from the bare APIs alone."""

import collections
import dataclasses

LEFT_OUT = 'heat_user_domain'
#: Names in the export: those of the services, and the unit.
COMPUTE = {
    'servers': ('instances', ''),
    'vcpus': ('cores', ''),
    'ram': ('ram', '_mib'),
    'server_groups': ('server_groups', ''),
}
VOLUME = {
    'volumes': ('volumes', ''),
    'storage': ('gigabytes', '_gib'),
    'snapshots': ('snapshots', ''),
    'backups': ('backups', ''),
    'backup_storage': ('backup_gigabytes', '_gib'),
    'volume_groups': ('groups', ''),
}
NETWORK = {
    'networks': ('network', ''),
    'subnets': ('subnet', ''),
    'ports': ('port', ''),
    'routers': ('router', ''),
    'floating_ips': ('floatingip', ''),
    'security_groups': ('security_group', ''),
}
#: Of Neutron's listings, by the names in the export.
LISTINGS = {
    'networks': 'networks',
    'subnets': 'subnets',
    'ports': 'ports',
    'routers': 'routers',
    'floating_ips': 'floatingips',
    'security_groups': 'security-groups',
}
#: Nova and Cinder count these for no project, but for a user or a volume.
PER_THING = {'key_pairs', 'server_group_members', 'per_volume_gigabytes'}


@dataclasses.dataclass(frozen=True)
class Facts:
    """What the bare APIs said, all of it asked after one collection.

    :param projects: those that Keystone has, by id, but for those left out
    :param orphans: project id -> use of what belongs to no such project
    """

    cloud: object
    domains: dict
    projects: dict
    left_out: frozenset
    compute: dict
    volume: dict
    network: dict
    servers: list
    orphans: dict


def read(cloud) -> Facts:
    domains = cloud.domains()
    listed = {row['id']: row for row in cloud.projects()}
    left_out = frozenset(
        project_id
        for project_id, row in listed.items()
        if domains[row['domain_id']] == LEFT_OUT
    )
    projects = {
        project_id: row
        for project_id, row in listed.items()
        if project_id not in left_out
    }
    servers = cloud.servers()
    return Facts(
        cloud=cloud,
        domains={
            key: name for key, name in domains.items() if name != LEFT_OUT
        },
        projects=projects,
        left_out=left_out,
        compute=cloud.each(cloud.compute_quota, projects),
        volume=cloud.each(cloud.volume_quota, projects),
        network=cloud.each(cloud.network_quota, projects),
        servers=servers,
        orphans=_orphans(cloud, servers, {'', *listed}),
    )


def rows(facts) -> dict[str, dict]:
    """Project id -> the export's columns, but for hours and their change."""
    errors = collections.Counter(
        server['tenant_id']
        for server in facts.servers
        if server['status'] == 'ERROR'
    )
    found = {
        project_id: _living(facts, row)
        for project_id, row in facts.projects.items()
    }
    for project_id, used in facts.orphans.items():
        found[project_id] = {
            **dict.fromkeys(_columns()),
            **used,
            'state': 'deleted',
            'fullest_quota': None,
            'fullest_quota_percent': None,
        }
    for project_id, row in found.items():
        row['project_id'] = project_id
        row['servers_in_error'] = errors[project_id]
    return found


def _living(facts, project):
    project_id = project['id']
    fullest = max(quotas(facts, project_id), default=(None, None, None))
    return {
        'name': project['name'],
        'domain_id': project['domain_id'],
        'domain_name': facts.domains[project['domain_id']],
        'state': 'enabled' if project['enabled'] else 'disabled',
        'contact': contact(project),
        **_told(facts.compute[project_id], COMPUTE, 'in_use'),
        **_told(facts.volume[project_id], VOLUME, 'in_use'),
        **_told(facts.network[project_id], NETWORK, 'used'),
        'key_pairs_limit': facts.compute[project_id]['key_pairs']['limit'],
        'fullest_quota_percent': fullest[0],
        'fullest_quota': fullest[0] and f'{fullest[1]}.{fullest[2]}',
    }


def _told(quota, names, in_use):
    told = {}
    for name, (resource, unit) in names.items():
        row = quota[resource]
        told[f'{name}_used{unit}'] = row[in_use]
        told[f'{name}_limit{unit}'] = row['limit']
        if names is not NETWORK:
            told[f'{name}_reserved{unit}'] = row['reserved']
    return told


def _columns():
    """Of resources, as the export names them."""
    for names in (COMPUTE, VOLUME, NETWORK):
        for name, (_resource, unit) in names.items():
            yield f'{name}_used{unit}'
            yield f'{name}_limit{unit}'
            if names is not NETWORK:
                yield f'{name}_reserved{unit}'
    yield 'key_pairs_limit'


def quotas(facts, project_id) -> list[tuple]:
    """(percent, service, resource) of each quota that is in use."""
    counted = {resource for resource, _unit in NETWORK.values()}
    found = []
    for service, told, in_use in (
        ('compute', facts.compute, 'in_use'),
        ('volume', facts.volume, 'in_use'),
        ('network', facts.network, 'used'),
    ):
        for resource, row in told[project_id].items():
            if not isinstance(row, dict) or resource in PER_THING:
                continue
            if service == 'network' and resource not in counted:
                continue
            used, limit = row[in_use], row['limit']
            if used > 0 and limit >= 0:
                percent = used * 100 / limit if limit else 100.0 * used
                found.append((percent, service, resource))
    return found


def contact(project):
    """The property or tag ``contact``, else ``owner``."""
    told = {key.casefold(): value for key, value in project.items()}
    tags = [tag.replace('=', ':', 1).split(':', 1) for tag in project['tags']]
    said = {tag[0].casefold(): tag[1] for tag in tags if len(tag) == 2}
    for name in ('contact', 'owner'):
        text = told.get(name) or said.get(name)
        if text:
            return ' '.join(text.split())
    return ''


def _orphans(cloud, servers, listed):
    """What belongs to projects that Keystone does not have (any more)."""
    left = collections.defaultdict(collections.Counter)
    for server in servers:
        flavor = server['flavor']
        left[server['tenant_id']].update(
            servers_used=1,
            vcpus_used=flavor['vcpus'],
            ram_used_mib=flavor['ram'],
        )
    for volume in cloud.volumes():
        left[volume['os-vol-tenant-attr:tenant_id']].update(
            volumes_used=1, storage_used_gib=volume['size']
        )
    for snapshot in cloud.snapshots():
        left[snapshot['os-extended-snapshot-attributes:project_id']].update(
            snapshots_used=1, storage_used_gib=snapshot['size']
        )
    for backup in cloud.backups():
        left[backup['os-backup-project-attr:project_id']].update(
            backups_used=1, backup_storage_used_gib=backup['size']
        )
    for name, kind in LISTINGS.items():
        for row in cloud.listed(kind):
            left[row['project_id']][f'{name}_used'] += 1
    # A default security group alone is what Neutron forgot.
    return {
        project_id: dict(used)
        for project_id, used in left.items()
        if project_id not in listed and set(used) != {'security_groups_used'}
    }
