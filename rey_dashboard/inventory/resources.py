"""The resources that quotas limit: our names of them, stable in exports."""

from collections.abc import Iterable
import dataclasses
import re

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

COMPUTE, VOLUME, NETWORK = 'compute', 'volume', 'network'
SERVICES = {
    COMPUTE: _('Compute'),
    VOLUME: _('Block storage'),
    NETWORK: _('Network'),
}


@dataclasses.dataclass(frozen=True)
class Resource:
    """One resource of one service.

    :param name: ours, in addresses and exports
    :param service: ``compute``, ``volume`` or ``network``
    :param resource: the service's own name
    :param unit: of the numbers: nothing for things, ``mib`` or ``gib``
    """

    name: str
    service: str
    resource: str
    label: str
    unit: str = ''

    @property
    def key(self) -> str:
        """As ``Quota`` has it: ``service.resource``."""
        return f'{self.service}.{self.resource}'


ALL = (
    Resource('servers', COMPUTE, 'instances', _('Servers')),
    Resource('vcpus', COMPUTE, 'cores', _('vCPUs')),
    Resource('ram', COMPUTE, 'ram', _('RAM (GiB)'), 'mib'),
    Resource('server_groups', COMPUTE, 'server_groups', _('Server groups')),
    Resource('key_pairs', COMPUTE, 'key_pairs', _('Key pairs of each user')),
    Resource('volumes', VOLUME, 'volumes', _('Volumes')),
    Resource('storage', VOLUME, 'gigabytes', _('Storage (GiB)'), 'gib'),
    Resource('snapshots', VOLUME, 'snapshots', _('Snapshots')),
    Resource('backups', VOLUME, 'backups', _('Backups')),
    Resource(
        'backup_storage',
        VOLUME,
        'backup_gigabytes',
        _('Backup storage (GiB)'),
        'gib',
    ),
    Resource('volume_groups', VOLUME, 'groups', _('Volume groups')),
    Resource('networks', NETWORK, 'network', _('Networks')),
    Resource('subnets', NETWORK, 'subnet', _('Subnets')),
    Resource('ports', NETWORK, 'port', _('Ports')),
    Resource('routers', NETWORK, 'router', _('Routers')),
    Resource('floating_ips', NETWORK, 'floatingip', _('Floating IPs')),
    Resource(
        'security_groups', NETWORK, 'security_group', _('Security groups')
    ),
)
BY_KEY = {resource.key: resource for resource in ALL}

#: Limits on one thing (the key pairs of one user, the size of one volume):
#: the services write 0 as the use in a project, which says nothing. (Code of
#: nova 34: ``key_pairs`` and ``server_group_members`` are never counted.)
PER_THING = frozenset(
    {
        'compute.injected_file_content_bytes',
        'compute.injected_file_path_bytes',
        'compute.injected_files',
        'compute.key_pairs',
        'compute.metadata_items',
        'compute.server_group_members',
        'volume.per_volume_gigabytes',
    }
)

_OF_TYPE = re.compile('(volumes|snapshots|gigabytes)_(.+)', re.DOTALL)


def of_volume_type(resource: str) -> Resource | None:
    """Cinder's quota of one volume type: ``gigabytes_<type>`` and so on."""
    found = _OF_TYPE.fullmatch(resource)
    if not found:
        return None
    kind, type_name = found.groups()
    labels = {
        'volumes': _t('Volumes of type %(type)s'),
        'snapshots': _t('Snapshots of type %(type)s'),
        'gigabytes': _t('Storage of type %(type)s (GiB)'),
    }
    return Resource(
        name=f'type:{resource}',
        service=VOLUME,
        resource=resource,
        label=labels[kind] % {'type': type_name},
        unit='gib' if kind == 'gigabytes' else '',
    )


def find(service: str, resource: str) -> Resource:
    """Ours of that name, or one made of the service's own words."""
    known = BY_KEY.get(f'{service}.{resource}')
    if known is None and service == VOLUME:
        known = of_volume_type(resource)
    return known or Resource(
        f'{service}:{resource}', service, resource, resource
    )


def percent(used: int | None, limit: int | None) -> float | None:
    """Use of a limit; None without a limit or without a use that is known.

    What uses a limit of 0 is over it by all it uses.
    """
    if used is None or limit is None or limit < 0:
        return None
    if limit:
        return used * 100 / limit
    return 100.0 * used if used else None


def fullest(quotas: Iterable[tuple[str, str, float | None]]):
    """The (service, resource, percent) that is used most; None without any."""
    known = [quota for quota in quotas if quota[2] is not None]
    return max(known, key=lambda quota: quota[2], default=None)
