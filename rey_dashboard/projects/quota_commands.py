"""The same by hand: quotas set with python-openstackclient."""

from collections.abc import Iterable
from collections.abc import Mapping
import itertools
import shlex

from rey_dashboard.inventory import resources

#: Options of ``openstack quota set`` that are not the resource's own name
#: (python-openstackclient 7.4, ``common/quota.py``).
_OPTIONS = {
    'metadata_items': 'properties',
    'injected_file_content_bytes': 'injected-file-size',
    'injected_file_path_bytes': 'injected-path-size',
    'network': 'networks',
    'subnet': 'subnets',
    'subnetpool': 'subnetpools',
    'port': 'ports',
    'router': 'routers',
    'floatingip': 'floating-ips',
    'security_group': 'secgroups',
    'security_group_rule': 'secgroup-rules',
    'rbac_policy': 'rbac-policies',
}
#: What Keystone calls Nova's resources (code of nova 34, ``limit/utils.py``).
_REGISTERED = {
    'cores': 'class:VCPU',
    'ram': 'class:MEMORY_MB',
    'instances': 'servers',
    'key_pairs': 'server_key_pairs',
    'metadata_items': 'server_metadata_items',
}


def of(service: str, project_id: str, limits: Mapping[str, int]) -> list[str]:
    """One command, and one more for each volume type."""
    begin = ['openstack', 'quota', 'set']
    return [
        shlex.join([*begin, *_of_type(type_name), *options, project_id])
        for type_name, options in _by_type(service, limits)
    ]


def in_keystone(step, names: Iterable[str]) -> list[str]:
    """For a service that takes its limits from there."""
    return [
        shlex.join(
            [
                'openstack',
                'limit',
                'create',
                f'--project={step.target}',
                f'--service={step.service}',
                f'--resource-limit={step.after[name]}',
                _REGISTERED.get(name, name),
            ]
        )
        for name in sorted(names)
    ]


def _by_type(service, limits):
    told = []
    for name, limit in limits.items():
        type_name = ''
        if service == resources.VOLUME:
            found = resources.of_volume_type(name)
            if found:
                name, _, type_name = name.partition('_')
        option = _OPTIONS.get(name, name.replace('_', '-'))
        told.append((type_name, f'--{option}={limit}'))
    told.sort(key=lambda pair: pair[0])
    for type_name, pairs in itertools.groupby(told, lambda pair: pair[0]):
        yield type_name, [option for _type, option in pairs]


def _of_type(name):
    return [f'--volume-type={name}'] if name else []
