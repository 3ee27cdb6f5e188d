"""A smoke test by hand; its last lines delete what one has left."""

import shlex

_DELETES = (
    ('server', 'delete', '--wait', 'server'),
    ('volume', 'delete', 'restored'),
    ('volume', 'backup', 'delete', 'backup'),
    ('volume', 'delete', 'volume'),
    ('network', 'delete', 'network'),
)


def of(step) -> list[str]:
    names = f'rey-smoke-{step.task_id}-{step.pk}'
    told = step.work
    project = shlex.quote(step.target)
    image = shlex.quote(told.get('image_id') or 'IMAGE')
    flavor = shlex.quote(told.get('flavor_id') or 'FLAVOR')
    return [
        f'export OS_PROJECT_ID={project}',
        f'openstack network create {names}-network',
        f'openstack subnet create --network {names}-network'
        f' --subnet-range 192.0.2.0/28 {names}-subnet',
        f'openstack server create --wait --image {image} --flavor {flavor}'
        f' --network {names}-network {names}-server',
        f'openstack volume create --size 1 {names}-volume',
        f'openstack server add volume {names}-server {names}-volume',
        f'openstack volume backup create --force --name {names}-backup'
        f' {names}-volume',
        f'openstack volume create --size 1 --backup {names}-backup'
        f' {names}-restored',
        *(
            shlex.join(['openstack', *words, f'{names}-{what}'])
            for *words, what in _DELETES
        ),
    ]
