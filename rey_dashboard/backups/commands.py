"""The same by hand: what the OpenStack client calls it."""

import shlex


def create(
    volume_id: str,
    name: str,
    project_id: str,
    *,
    incremental: bool,
    container: str = '',
) -> list[str]:
    """In the project that owns the volume: the backup is the token's."""
    words = ['openstack', 'volume', 'backup', 'create', '--force']
    if incremental:
        words.append('--incremental')
    if container:
        words += ['--container', container]
    return [
        f'export OS_PROJECT_ID={shlex.quote(project_id)}',
        shlex.join([*words, '--name', name, volume_id]),
    ]


def delete(backup_id: str) -> str:
    return shlex.join(['openstack', 'volume', 'backup', 'delete', backup_id])


def restore(
    backup_id: str, name: str, gib: int, type_: str, project_id: str
) -> list[str]:
    """To a new volume of the project."""
    words = ['openstack', '--os-volume-api-version', '3.47']
    words += ['volume', 'create', '--backup', backup_id, '--size', str(gib)]
    if type_:
        words += ['--type', type_]
    return [
        f'export OS_PROJECT_ID={shlex.quote(project_id)}',
        shlex.join([*words, name]),
    ]


def restore_over(backup_id: str, volume_id: str, project_id: str) -> list[str]:
    """``--force`` says that what is there is to be lost."""
    words = ['openstack', 'volume', 'backup', 'restore', '--force']
    return [
        f'export OS_PROJECT_ID={shlex.quote(project_id)}',
        shlex.join([*words, backup_id, volume_id]),
    ]


def delete_volume(volume_id: str) -> str:
    return shlex.join(['openstack', 'volume', 'delete', volume_id])


def make_available(volume_id: str) -> str:
    """Whatever stands on it; for an administrator."""
    words = ['openstack', 'volume', 'set', '--state', 'available']
    return shlex.join([*words, volume_id])


def force_delete(backup_id: str) -> str:
    """For an administrator."""
    words = ['openstack', 'volume', 'backup', 'delete', '--force']
    return shlex.join([*words, backup_id])


def set_status(kind: str, thing_id: str, status: str) -> str:
    """For an administrator.

    :param kind: ``backup``, ``volume`` or ``snapshot``
    """
    noun = kind if kind == 'volume' else f'volume {kind}'
    words = ['openstack', *noun.split(), 'set', '--state', status]
    return shlex.join([*words, thing_id])
