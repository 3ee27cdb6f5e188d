"""Points of what the catalog has and what its addresses answered."""

from collections.abc import Iterator

from django.utils import translation

from rey_dashboard.checks import registry
from rey_dashboard.inventory import models as inventory
from rey_dashboard.inventory import parts
from rey_dashboard.readiness import catalog_checks
from rey_dashboard.readiness import certificate_checks
from rey_dashboard.readiness import endpoint_checks
from rey_dashboard.readiness import known as known_
from rey_dashboard.readiness import points

_OF_CATALOG = {
    'quick': endpoint_checks.EndpointSlow,
    'gaps': catalog_checks.CatalogGap,
    'doubles': catalog_checks.CatalogDouble,
    'addresses': catalog_checks.CatalogAddress,
}
_WELL = 'up', 'enabled'
_OF_CERTIFICATES = (
    certificate_checks.CertificateExpiry,
    certificate_checks.CertificateTrust,
    certificate_checks.CertificateName,
)


def endpoints(region: str) -> Iterator[points.Point]:
    """To be asked when the catalog and its addresses were read just now."""
    known = known_.Known(region)
    yield from _answers(known)
    for key, check in _OF_CATALOG.items():
        group = 'endpoints' if key == 'quick' else 'catalog'
        yield _of_check(group, key, check(), region)
    yield _clocks(known, region)
    yield from _certificates(known, region)
    yield from _plain(known)
    yield from _versions(known)


def hosts(region: str) -> points.Point:
    """As they were collected last."""
    part = inventory.PartState.objects.filter(
        region=region, name=parts.HOSTS
    ).first()
    if not part or not part.last_good_at or part.failing_since:
        why = (part and part.error) or 'they were not collected yet'
        return points.unknown('hosts', 'hosts', 'Hypervisors', why)
    found = inventory.Host.objects.filter(region=region).order_by('name')
    bad = [host for host in found if (host.state, host.status) != _WELL]
    return points.Point(
        'hosts',
        'hosts',
        points.FAIL if bad or not found else points.PASS,
        args={'number': len(found), 'bad': len(bad)},
        evidence=[
            *(f'{row.name}: {row.state}, {row.status}' for row in bad),
            f'as of {part.last_good_at:%Y-%m-%d %H:%M} UTC',
        ],
    )


def _answers(known):
    """One point for each service of each region."""
    found = {}
    for row in known.endpoints:
        if row.probe_id:
            found.setdefault((row.service_type, row.in_region), []).append(row)
    if not found:
        yield points.Point('endpoints', 'none', points.FAIL)
    for (type_, region), rows in found.items():
        subject = f'{type_}, {region}' if region else type_
        silent = [row for row in rows if row.probe_id not in known.probes]
        if silent:
            why = 'the worker has not asked it yet'
            yield points.unknown('endpoints', 'answers', subject, why)
            continue
        probes = [(row, known.probes[row.probe_id]) for row in rows]
        bad = sum(not probe.is_good for _row, probe in probes)
        yield points.Point(
            'endpoints',
            'answers',
            points.FAIL if bad else points.PASS,
            subject,
            {'number': len(rows), 'bad': bad},
            [_line(row, probe) for row, probe in probes],
        )


def _line(endpoint, probe):
    place = f'{endpoint.interface} {probe.address}'
    if probe.status is None:
        return f'{place}: {probe.error}'
    return f'{place}: {probe.status}, {1000 * probe.seconds:.0f} ms'


def _of_check(group, key, check, region):
    """A note is no failure, but stands there."""
    found = list(check.find(region))
    failed = any(one.severity != registry.SEVERITY.NOTE for one in found)
    result = points.FAIL if failed else points.PASS
    return points.Point(group, key, result, evidence=_titles(check, found))


def _titles(check, found):
    # The language of the process is nobody's in particular.
    with translation.override('en'):
        return [str(check.title(one)) for one in found]


def _clocks(known, region):
    skews = endpoint_checks.skews_of(known)
    if not skews:
        return points.Point('catalog', 'clocks', points.UNKNOWN)
    found = _of_check('catalog', 'clocks', endpoint_checks.ClockSkew(), region)
    lines = found.evidence or [
        f'{place}: {skew:+.0f} s' for place, skew in sorted(skews.items())
    ]
    return points.Point('catalog', 'clocks', found.result, evidence=lines)


def _certificates(known, region):
    """One point for each host and port that has one."""
    wrong = {}
    for kind in _OF_CERTIFICATES:
        check = kind()
        for one in check.find(region):
            wrong.setdefault(one.subject_name, []).append((check, one))
    for place, probes in sorted(known.by_place.items()):
        seen = [row for row in probes if row.cert_not_after]
        if not seen:
            continue
        probe = min(seen, key=lambda row: row.cert_not_after)
        found = wrong.get(place[:255], [])
        bad = [
            one
            for _check, one in found
            if one.severity != registry.SEVERITY.NOTE
        ]
        result = points.FAIL if bad else points.PASS
        if not bad and probe.cert_verifies is None:
            result = points.UNKNOWN
        yield points.Point(
            'certificates',
            'certificate',
            result,
            place,
            {
                'ends': f'{probe.cert_not_after:%Y-%m-%d}',
                'days': probe.cert_days,
            },
            [
                f'{probe.cert_subject}, by {probe.cert_issuer}',
                *(
                    title
                    for check, one in found
                    for title in _titles(check, [one])
                ),
            ],
        )


def _plain(known):
    """What everybody reaches is to be encrypted; not on one machine alone."""
    plain = {
        probe.address: any(
            row.interface == 'public' for row in known.by_probe[probe.id]
        )
        and not catalog_checks.is_local(probe.place.rpartition(':')[0])
        for probe in known.probes.values()
        if probe.address.startswith('http:')
    }
    public = sorted(address for address, is_open in plain.items() if is_open)
    others = sorted(set(plain) - set(public))
    for result, addresses in (
        (points.FAIL, public),
        (points.UNKNOWN, others),
    ):
        if addresses:
            yield points.Point(
                'certificates',
                'plain',
                result,
                args={'number': len(addresses)},
                evidence=addresses,
            )


def _versions(known):
    """What each service tells anybody, one point for each type."""
    found = {}
    for row in known.endpoints:
        probe = known.probes.get(row.probe_id)
        if probe:
            told = ' '.join(
                filter(None, (probe.version, probe.most_microversion))
            )
            found.setdefault(row.service_type, set()).add(told)
    for type_, told in found.items():
        told = sorted(told - {''})
        yield points.Point(
            'versions',
            'version',
            points.PASS if told else points.UNKNOWN,
            type_,
            {'version': ', '.join(told)},
        )
