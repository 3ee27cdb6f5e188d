"""The same by hand: what the OpenStack client calls it."""

import shlex


def create(
    volume_id: str, name: str, *, incremental: bool, container: str = ''
) -> str:
    """To be said with a token of the project that owns the volume."""
    words = ['openstack', 'volume', 'backup', 'create', '--force']
    if incremental:
        words.append('--incremental')
    if container:
        words += ['--container', container]
    return shlex.join([*words, '--name', name, volume_id])


def delete(backup_id: str) -> str:
    return shlex.join(['openstack', 'volume', 'backup', 'delete', backup_id])
