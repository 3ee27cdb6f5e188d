"""Points that the services are asked for at once: nothing of it is kept."""

from collections.abc import Callable
from collections.abc import Iterator

from rey_dashboard.cloud import faults
from rey_dashboard.cloud import installed
from rey_dashboard.cloud import rights
from rey_dashboard.readiness import points

_BACKUP = 'cinder-backup'
_COMPUTE = 'nova-compute'
#: Something answers in the place of the service.
_UNCLEAR = (KeyError, TypeError, AttributeError)
_NO_SENSE = 'its answer cannot be understood'
#: What a new project must have at least one of.
_NEEDED = {
    'compute': ('instances', 'cores', 'ram'),
    'block-storage': ('volumes', 'gigabytes'),
    'network': ('network', 'subnet', 'port'),
}


def services(asked: installed.Installed) -> Iterator[points.Point]:
    """Services, zones, and what is needed to make a server."""
    yield from _services(asked)
    yield from _resources(asked)
    for service_type in _NEEDED:
        yield _told(
            'resources',
            'default_quota',
            f'quotas of {service_type}',
            lambda kind=service_type: _quota(asked, kind),
        )


def rights_of(asked: installed.Installed) -> Iterator[points.Point]:
    """What the service user may do, and with which version."""
    for service_type in rights.MICROVERSIONS:
        yield _version(asked, service_type)
    for service_type, paths in rights.READS.items():
        calls = [
            (path, lambda kind=service_type, path=path: asked.read(kind, path))
            for path in paths
        ]
        yield _allowed('reads', service_type, calls)
    for service_type, changes in rights.CHANGES.items():
        calls = [
            (
                path,
                lambda kind=service_type, path=path, body=body: asked.change(
                    kind, path, body
                ),
            )
            for path, body in changes
        ]
        yield _allowed('changes', service_type, calls)


def _services(asked):
    for subject, make in (
        ('Nova', lambda: _of_nova(asked.compute_services())),
        ('Cinder', lambda: _of_cinder(asked.volume_services())),
        ('Neutron', lambda: [_agents(asked.network_agents())]),
    ):
        try:
            yield from make()
        except faults.ALL as error:
            yield _failed('services', 'up', subject, error)
        except _UNCLEAR:
            yield points.unknown('services', 'up', subject, _NO_SENSE)


def _of_nova(found):
    return [_up('Nova', found), _zones(found)]


def _of_cinder(found):
    return [_up('Cinder', found), _backup(found)]


def _up(subject, found):
    if not found:
        return points.unknown('services', 'up', subject, 'it lists none')
    bad = [one for one in found if not (one.is_up and one.is_on)]
    return points.Point(
        'services',
        'up',
        points.FAIL if bad else points.PASS,
        subject,
        {'number': len(found), 'bad': len(bad)},
        [str(one) for one in bad],
    )


def _agents(found):
    if not found:
        return points.unknown(
            'services', 'up', 'Neutron', 'its driver has no agents'
        )
    return _up('Neutron', found)


def _backup(services):
    found = [one for one in services if one.name == _BACKUP]
    good = any(one.is_up and one.is_on for one in found)
    return points.Point(
        'services',
        'backup_service',
        points.PASS if good else points.FAIL,
        evidence=[str(one) for one in found],
    )


def _zones(services):
    zones = {}
    for one in services:
        if one.name == _COMPUTE:
            good = one.is_up and one.is_on
            zones[one.zone] = zones.get(one.zone, 0) + good
    if not zones:
        return points.unknown(
            'hosts', 'zones', 'Zones', 'Nova lists no nova-compute'
        )
    return points.Point(
        'hosts',
        'zones',
        points.PASS if all(zones.values()) else points.FAIL,
        args={'number': len(zones)},
        evidence=[
            f'{zone}: {number} hosts up and enabled'
            for zone, number in sorted(zones.items())
        ],
    )


def _resources(asked):
    for subject, count in (
        ('Flavors', asked.flavors),
        ('Public images', asked.images),
        ('Networks', asked.networks),
        ('External networks', asked.external_networks),
        ('Volume types', asked.volume_types),
    ):
        yield _told(
            'resources',
            'some',
            subject,
            lambda subject=subject, count=count: _some(subject, count()),
        )
    yield _told(
        'resources',
        'default_type',
        'Default volume type',
        lambda: _default_type(asked.default_type()),
    )


def _some(subject, number):
    most = installed.MOST
    told = f'{most:,} or more' if number >= most else f'{number:,}'
    return points.Point(
        'resources',
        'some',
        points.PASS if number else points.FAIL,
        subject,
        {'number': told},
    )


def _default_type(name):
    return points.Point(
        'resources',
        'default_type',
        points.PASS if name else points.FAIL,
        args={'type': name},
    )


def _quota(asked, service_type):
    limits = asked.default_quotas(service_type)
    told = {name: limits.get(name) for name in _NEEDED[service_type]}
    return points.Point(
        'resources',
        'default_quota',
        points.FAIL if 0 in told.values() else points.PASS,
        service_type,
        evidence=[f'{name}: {limit}' for name, limit in told.items()],
    )


def _version(asked, service_type):
    try:
        version = asked.version(service_type)
    except faults.TooOld as error:
        return points.Point(
            'versions',
            'used_version',
            points.FAIL,
            service_type,
            evidence=[str(error)],
        )
    except faults.ALL as error:
        return _failed('versions', 'used_version', service_type, error)
    return points.Point(
        'versions',
        'used_version',
        points.PASS,
        service_type,
        {'version': version},
    )


def _allowed(key, service_type, calls):
    wrong = []
    for path, call in calls:
        try:
            call()
        except faults.ALL as error:
            path = path.partition('?')[0]
            wrong.append(f'{path}: {faults.explain(error).words}')
    return points.Point(
        'rights',
        key,
        points.FAIL if wrong else points.PASS,
        service_type,
        evidence=wrong,
    )


def _told(
    group: str, key: str, subject: str, ask: Callable[[], points.Point]
) -> points.Point:
    try:
        return ask()
    except faults.ALL as error:
        return _failed(group, key, subject, error)
    except _UNCLEAR:
        return points.unknown(group, key, subject, _NO_SENSE)


def _failed(group, key, subject, error):
    return points.unknown(group, key, subject, faults.explain(error).words)
