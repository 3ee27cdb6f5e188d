"""What the catalog lacks, has twice, or has in the wrong place."""

import collections
import ipaddress
import re
from urllib import parse

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rey_dashboard.checks import registry
from rey_dashboard.inventory import parts
from rey_dashboard.readiness import endpoint_checks
from rey_dashboard.readiness import known as known_

#: One service has all regions, and most clouds have it in one only.
SHARED = 'identity'
#: A region with fewer than this share of the services of the largest is odd.
ODD = 0.5
#: In a cloud of so few services no region is odd.
FEW = 3
_SEVERITY = registry.SEVERITY


class _OfCatalog(endpoint_checks.OfEndpoints):
    rests_on = (parts.CATALOG,)
    whole = (parts.CATALOG,)

    def commands(self, finding):
        return (
            registry.command(
                _t('The whole catalog'), *('openstack', 'catalog', 'list')
            ),
            *endpoint_checks.of_catalog(finding),
        )


class CatalogGap(_OfCatalog):
    label = _('What the catalog lacks')
    titles = {
        'none': _('%(services)s (%(name)s) has no endpoint'),
        'interface': _(
            '%(services)s has no %(interface)s endpoint in %(of_region)s; '
            'most services there have one'
        ),
        'region': _(
            '%(services)s has no endpoint in %(of_region)s, but elsewhere'
        ),
        'odd_region': _(
            'Only %(number)d of %(most)d services have an endpoint in '
            '%(of_region)s: %(services)s'
        ),
    }

    def find(self, region):
        known = known_.Known(region)
        used = {endpoint.service_id for endpoint in known.endpoints}
        for service in known.services:
            if service.id not in used:
                yield _gap('none', [service.type], '', name=service.name)
        by_region = services_of(known)
        odd = odd_regions(by_region)
        most = max(map(len, by_region.values()), default=0)
        for name in odd:
            yield _gap('odd_region', sorted(by_region[name]), name, most=most)
        usual = {
            name: types
            for name, types in by_region.items()
            if name not in odd and set(types) != {SHARED}
        }
        yield from _of_regions(usual)
        yield from _of_interfaces(usual)

    def runbook(self, finding):
        return registry.Runbook(
            meaning=_t(
                'Whoever asks the catalog for it, a person, a service or '
                'Horizon, is told that there is none.'
            ),
            causes=(
                _t('It was forgotten when the service was installed.'),
                _t('The region was mistyped: capitals count.'),
                _t('The service was taken away, and its entry was not.'),
            ),
            commands=self.commands(finding),
            mended=_t('The catalog has it, or has the service no more.'),
            documentation='keystone/{release}/contributor/service-catalog.html',
        )


class CatalogDouble(_OfCatalog):
    label = _('What the catalog has twice')
    titles = {
        '': _(
            'The catalog has %(number)d %(interface)s endpoints of '
            '%(services)s in %(of_region)s'
        )
    }

    def find(self, region):
        found = collections.defaultdict(list)
        for row in known_.Known(region).endpoints:
            key = row.service_type, row.interface, row.in_region
            found[key].append(row)
        for (type_, interface, in_region), rows in found.items():
            if len(rows) > 1:
                yield registry.Found(
                    subject=known_.subject(type_, interface, in_region),
                    subject_name=type_,
                    severity=_SEVERITY.WARNING,
                    evidence={
                        'services': type_,
                        'interface': interface,
                        'of_region': in_region or _nowhere(),
                        'number': len(rows),
                        'urls': [row.url for row in rows],
                        'endpoint_ids': [row.id for row in rows],
                    },
                )

    def runbook(self, finding):
        return registry.Runbook(
            meaning=_t(
                'Which of them a client takes is chance. Where they differ, '
                'half of the requests may go astray.'
            ),
            causes=(
                _t('An installer ran twice, or was run after another.'),
                _t('The address changed, and the old one was left.'),
            ),
            commands=(
                *self.commands(finding),
                *(
                    registry.command(
                        _t('Delete it, if it is the wrong one: %s') % url,
                        *('openstack', 'endpoint', 'delete', '--', id_),
                    )
                    for id_, url in zip(
                        finding.evidence['endpoint_ids'],
                        finding.evidence['urls'],
                        strict=True,
                    )
                ),
            ),
            mended=_t('There is one.'),
        )


class CatalogAddress(_OfCatalog):
    label = _('Wrong addresses in the catalog')
    titles = {
        'none': _('The address of %(name)s is none: %(url)s'),
        'localhost': _('The address of %(name)s is this very host: %(url)s'),
        'other_region': _(
            'The address of %(name)s names the region %(other)s: %(url)s'
        ),
    }

    def find(self, region):
        known = known_.Known(region)
        for endpoint, word, other in wrong_addresses(known):
            yield registry.Found(
                subject=endpoint.id,
                subject_name=str(endpoint)[:255],
                severity=_of_address(endpoint, word),
                word=word,
                evidence={
                    'services': endpoint.service_type,
                    'url': endpoint.url,
                    'other': other,
                },
            )

    def runbook(self, finding):
        change = registry.command(
            _t('Put the right address in its place'),
            *('openstack', 'endpoint', 'set', '--url', 'https://…'),
            *('--', finding.subject),
        )
        return registry.Runbook(
            meaning=_t(
                'Clients are led to the wrong place: to themselves, to '
                'another region, or nowhere.'
            ),
            causes=(
                _t('An installer’s default was never changed.'),
                _t('The entry was copied from another region.'),
            ),
            commands=(*self.commands(finding), change),
            mended=_t('The catalog has the right address.'),
        )


def services_of(known: known_.Known) -> dict[str, dict[str, set[str]]]:
    """Region -> type of service -> its interfaces."""
    found = {}
    for row in known.endpoints:
        types = found.setdefault(row.in_region, {})
        types.setdefault(row.service_type, set()).add(row.interface)
    return found


def odd_regions(by_region: dict) -> set[str]:
    """Those with so few services that they are mistyped, most likely."""
    most = max(map(len, by_region.values()), default=0)
    if most < FEW:
        return set()
    return {
        name
        for name, types in by_region.items()
        if len(types) < ODD * most and set(types) != {SHARED}
    }


def wrong_addresses(known: known_.Known):
    """Endpoint, word and the other region's name of each."""
    regions = {row.in_region for row in known.endpoints} - {''}
    hosts = {row.id: _host(row.url) for row in known.endpoints}
    local = {id_ for id_, host in hosts.items() if is_local(host)}
    # All on one machine, as for a trial: nobody else uses it.
    alone = len(local) >= len(hosts) / 2
    for row in known.endpoints:
        other = _other_region(row, regions)
        if not row.probe_id:
            yield row, 'none', ''
        elif row.id in local and not alone:
            yield row, 'localhost', ''
        elif other:
            yield row, 'other_region', other


def is_local(host: str) -> bool:
    if host == 'localhost' or host.endswith('.localhost'):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _host(url):
    try:
        return (parse.urlsplit(url).hostname or '').rstrip('.')
    except ValueError:
        return ''


def _other_region(row, regions):
    """A region that the address names, when it does not name its own."""
    if row.service_type == SHARED or _names(row.url, row.in_region):
        return ''
    others = sorted(regions - {row.in_region}, key=len, reverse=True)
    return next((name for name in others if _names(row.url, name)), '')


def _names(url, region):
    """As a word of its own: two does not name two-b."""
    if not region:
        return False
    word = rf'(?<![\w-]){re.escape(region)}(?![\w-])'
    return bool(re.search(word, url, re.IGNORECASE))


def _of_address(endpoint, word):
    if word != 'localhost' or endpoint.interface == 'public':
        return _SEVERITY.ERROR
    return _SEVERITY.WARNING


def _of_regions(by_region):
    everywhere = set().union(*by_region.values()) if by_region else set()
    for region, types in by_region.items():
        for type_ in sorted(everywhere - set(types) - {SHARED}):
            yield _gap('region', [type_], region)


def _of_interfaces(by_region):
    for region, types in by_region.items():
        counts = collections.Counter(
            interface for found in types.values() for interface in found
        )
        usual = {
            interface
            for interface, number in counts.items()
            if number > len(types) / 2
        }
        for type_, found in sorted(types.items()):
            for interface in sorted(usual - found):
                yield _gap('interface', [type_], region, interface=interface)


def _gap(word, types, region, name='', interface='', most=0):
    mild = word == 'region'
    return registry.Found(
        subject=known_.subject(
            word, region, *types[: word != 'odd_region'], name, interface
        ),
        subject_name=name[:255] or types[0],
        severity=_SEVERITY.NOTE if mild else _SEVERITY.WARNING,
        word=word,
        evidence={
            'services': ', '.join(types[: known_.MOST_NAMED]),
            'of_region': region or _nowhere(),
            'interface': interface,
            'number': len(types),
            'most': most,
        },
    )


def _nowhere():
    return '–'
