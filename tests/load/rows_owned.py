"""Servers, volumes, their copies and floating IPs, as the services list them.

Each ``of`` gives model, columns, rows of these, and what is the same in all.
"""

import json

from rey_dashboard.inventory import models
from tests.load import company


def of(whole):
    yield (
        models.Server,
        (
            'id',
            'name',
            'project_id',
            'user_id',
            'status',
            'host',
            'flavor',
            'vcpus',
            'ram_mib',
            'disk_gib',
            'addresses',
            'macs',
            'created_at',
        ),
        _servers(whole),
        {'zone': 'nova'},
    )
    yield (
        models.Volume,
        (
            'id',
            'name',
            'project_id',
            'user_id',
            'status',
            'size_gib',
            'type',
            'host',
            'server_ids',
            'created_at',
        ),
        _volumes(whole),
        {'bootable': False, 'metadata': '{}'},
    )
    yield (
        models.Snapshot,
        (
            'id',
            'name',
            'project_id',
            'user_id',
            'volume_id',
            'size_gib',
            'created_at',
        ),
        _snapshots(whole),
        {'status': 'available'},
    )
    yield (
        models.Backup,
        (
            'id',
            'name',
            'project_id',
            'user_id',
            'volume_id',
            'status',
            'fail_reason',
            'size_gib',
            'is_incremental',
            'has_dependent_backups',
            'data_timestamp',
            'created_at',
            'updated_at',
            'mark',
        ),
        _backups(whole),
        {'container': 'volumebackups', 'zone': 'nova'},
    )
    yield (
        models.FloatingIp,
        ('id', 'project_id', 'address', 'server_id', 'created_at'),
        _floating_ips(whole),
        {'status': 'ACTIVE'},
    )


def server_id(project, place):
    return company.key('server', project, place)


def volume_id(project, place):
    return company.key('volume', project, place)


def gib(project, place):
    return (1, 10, 20, 50, 100, 500)[(project + place) % 6]


def _servers(whole):
    hosts = len(whole.hosts)
    for number, (project, place) in enumerate(whole.servers()):
        makers = whole.makers(project)
        yield (
            server_id(project, place),
            company.name('server', number),
            whole.ids[project],
            makers[place % len(makers)],
            'ERROR' if number % 131 == 0 else 'ACTIVE',
            f'compute-{number % hosts}',
            *company.FLAVORS[(project + place) % 3],
            *_ports(number),
            whole.ago(hours=number % 20_000),
        )


def _ports(number):
    high, low = divmod(number, 250)
    high, middle = divmod(high, 250)
    mac = company.key('port', number)
    return (
        json.dumps([f'10.{high}.{middle}.{low}']),
        json.dumps([f'fa:16:3e:{mac[:2]}:{mac[2:4]}:{mac[4:6]}']),
    )


def _volumes(whole):
    for number, (project, place) in enumerate(whole.volumes()):
        makers = whole.makers(project)
        type_ = company.TYPES[place % 2]
        attached = place < company.size(project)
        yield (
            volume_id(project, place),
            company.name('volume', number) if number % 7 else '',
            whole.ids[project],
            makers[place % len(makers)],
            'in-use' if attached else 'available',
            gib(project, place),
            type_,
            f'control@{type_}#{number % 8}',
            json.dumps([server_id(project, place)] if attached else []),
            whole.ago(hours=number % 20_000),
        )


def _snapshots(whole):
    for number, (project, place) in enumerate(whole.volumes()):
        if number % 5 == 0:
            yield (
                company.key('snapshot', number),
                company.name('snapshot', number),
                whole.ids[project],
                whole.makers(project)[0],
                volume_id(project, place),
                gib(project, place),
                whole.ago(hours=number % 2000),
            )


def backups(whole):
    """Number of the volume, project, place, and step of each backup of it.

    Of six volumes in ten: a full one and incremental ones upon it; with how
    many there are.
    """
    for number, (project, place) in enumerate(whole.volumes()):
        count = (0, 0, 0, 0, 1, 1, 2, 2, 3, 4)[number * 7 % 10]
        for step in range(count):
            yield number, project, place, step, count


def backup_id(number, step):
    return company.key('backup', number, step)


def mark(number, step):
    return f'req-{company.key("mark", number, step)}'


def _backups(whole):
    for number, project, place, step, count in backups(whole):
        last = step == count - 1
        late = 0 if number % 9 else 3
        back = 24 * (count - 1 - step + late) + number % 20 + 1
        failed = last and number % 23 == 0
        yield (
            backup_id(number, step),
            f'{company.name("backup", number)}-{step}',
            whole.ids[project],
            whole.makers(project)[0],
            volume_id(project, place),
            'error' if failed else 'available',
            'Connection to backup back end refused' if failed else '',
            gib(project, place),
            step > 0,
            not last,
            whole.ago(hours=back),
            whole.ago(hours=back),
            whole.ago(hours=back, minutes=-1 - number % 50),
            mark(number, step),
        )


def _floating_ips(whole):
    for number, (project, place) in enumerate(whole.servers()):
        if number % 10 == 0:
            high, low = divmod(number, 250)
            yield (
                company.key('floatingip', number),
                whole.ids[project],
                f'203.{high // 250}.{high % 250}.{low}',
                server_id(project, place),
                whole.ago(hours=number % 2000),
            )
