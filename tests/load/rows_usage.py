"""Quotas, and a month of hours and history.

Each ``of`` gives model, columns, rows of these, and what is the same in all.
"""

import json

from rey_dashboard.inventory import models
from rey_dashboard.inventory import resources
from tests.load import company
from tests.load import rows_owned

#: Of hours and history, the running one included.
DAYS = 31
SAMPLES = 288
#: Service and resource -> what a small project's limit is.
LIMITS = {
    'compute': {
        'cores': 64, 'instances': 40, 'ram': 204_800, 'key_pairs': 100,
        'metadata_items': 128, 'server_groups': 10,
        'server_group_members': 10,
    },
    'network': {
        'floatingip': 10, 'network': 10, 'port': 100, 'rbac_policy': 10,
        'router': 10, 'security_group': 10, 'security_group_rule': 100,
        'subnet': 10, 'subnetpool': -1, 'router_route': 30,
    },
    'volume': {
        'backup_gigabytes': 2000, 'backups': 50, 'gigabytes': 4000,
        'groups': 10, 'per_volume_gigabytes': -1, 'snapshots': 20,
        'volumes': 40,
        **{
            f'{kind}_{type_}': -1
            for kind in ('gigabytes', 'snapshots', 'volumes')
            for type_ in company.TYPES
        },
    },
}  # fmt: skip


def of(whole):
    yield (
        models.Quota,
        (
            'project_id',
            'service',
            'resource',
            'limit',
            'in_use',
            'reserved',
            'percent',
        ),
        _quotas(whole),
        {},
    )
    days = [whole.day(back) for back in range(DAYS)]
    yield (
        models.UsageDayState,
        ('day', 'read_until', 'is_over'),
        (
            (
                str(day),
                whole.ago() if not back else f'{days[back - 1]} 00:00:00',
                back > 0,
            )
            for back, day in enumerate(days)
        ),
        {},
    )
    yield (
        models.UsageDay,
        (
            'day',
            'project_id',
            'user_id',
            'servers',
            'server_hours',
            'vcpu_hours',
            'ram_mib_hours',
            'disk_gib_hours',
        ),
        _hours(whole, days),
        {},
    )
    yield (
        models.ProjectDay,
        ('day', 'project_id', 'readings'),
        _readings(whole, days),
        {},
    )
    yield (
        models.CoverageDay,
        ('day', 'project_id', 'counted', 'within'),
        _covered(whole, days[1:]),
        {'samples': SAMPLES},
    )


def used(project):
    """``service.resource`` -> what a project uses of it."""
    servers = company.size(project)
    volumes = company.size(project, 7)
    flavors = [company.FLAVORS[(project + n) % 3] for n in range(servers)]
    sizes = [rows_owned.gib(project, n) for n in range(volumes)]
    return {
        'compute.instances': servers,
        'compute.cores': sum(flavor[1] for flavor in flavors),
        'compute.ram': sum(flavor[2] for flavor in flavors),
        'network.network': 1 + project % 3,
        'network.subnet': 1 + project % 3,
        'network.router': 1,
        'network.port': servers + 3,
        'network.floatingip': servers // 4,
        'network.security_group': 1 + project % 7,
        'volume.volumes': volumes,
        'volume.gigabytes': sum(sizes),
        'volume.snapshots': volumes // 5,
        'volume.backups': volumes,
        'volume.backup_gigabytes': sum(sizes),
        'volume.groups': 0,
        'volume.volumes_fast': volumes // 2,
        'volume.gigabytes_fast': sum(sizes[1::2]),
        'volume.snapshots_fast': 0,
        'volume.volumes___DEFAULT__': volumes - volumes // 2,
        'volume.gigabytes___DEFAULT__': sum(sizes[::2]),
        'volume.snapshots___DEFAULT__': volumes // 5,
        'compute.server_groups': 0,
    }


def _quotas(whole):
    for project, id_ in enumerate(whole.ids):
        if company.gone(project):
            continue
        found = used(project)
        factor = (1, 1, 1, 2, 5)[project % 5]
        for service, limits in LIMITS.items():
            for resource, limit in limits.items():
                limit = -1 if project % 41 == 0 else limit * factor
                in_use = found.get(f'{service}.{resource}')
                yield (
                    id_,
                    service,
                    resource,
                    max(limit, -1),
                    in_use,
                    None if in_use is None else 0,
                    resources.percent(in_use, limit),
                )


def _hours(whole, days):
    for back, day in enumerate(map(str, days)):
        for project, id_ in enumerate(whole.ids):
            servers = company.size(project)
            if not servers or (company.gone(project) and back < 20):
                continue
            makers = whole.makers(project)
            hours = 24.0 * servers / len(makers) - (project + back) % 20
            for user_id in makers:
                yield (
                    day,
                    id_,
                    user_id,
                    servers,
                    hours,
                    3 * hours,
                    7000 * hours,
                    25 * hours,
                )


def _readings(whole, days):
    known = {}
    for back, day in enumerate(map(str, days)):
        for project, id_ in enumerate(whole.ids):
            if company.gone(project) and back < 20:
                continue
            # What a project uses repeats itself after so many.
            kind = project % 420, (project + back) % 3
            if kind not in known:
                known[kind] = _day(*kind)
            yield day, id_, known[kind]


def _day(project, less):
    readings = {'compute': SAMPLES, 'network': SAMPLES, 'volume': SAMPLES}
    for name, in_use in used(project).items():
        if in_use:
            low = max(0, in_use - less)
            readings[name] = [SAMPLES, low, SAMPLES * in_use, in_use]
    return json.dumps(readings)


def _covered(whole, days):
    for day in map(str, days):
        for project, id_ in enumerate(whole.ids):
            volumes = company.size(project, 7)
            if volumes:
                counted = SAMPLES * volumes
                yield day, id_, counted, counted * (60 + project % 41) // 100
