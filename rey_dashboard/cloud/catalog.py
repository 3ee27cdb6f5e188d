"""The catalog of all regions, as Keystone's administrators see it.

Not the catalog of a token: that has one project's addresses, and leaves out
what is disabled. Keystone 30 pages neither list.
"""

import dataclasses
import ipaddress
import re
from urllib import parse

from rey_dashboard.cloud import identity

#: Where a catalog's URL goes on with what depends on the project. Both ways
#: to write it are in use: ``%(project_id)s`` and ``$(tenant_id)s``.
_TEMPLATE = re.compile(r'[%$]\(')
_HOST = re.compile(r'[0-9a-z_]([0-9a-z_.-]{0,252})', re.IGNORECASE)
_PORTS = {'http': 80, 'https': 443}
_SECRET = re.compile(r'(?<=://)[^/@\s]*@')


@dataclasses.dataclass(frozen=True)
class Service:
    id: str
    type: str
    name: str
    enabled: bool


@dataclasses.dataclass(frozen=True)
class Endpoint:
    """``url`` as it stands in the catalog, but for a password in it."""

    id: str
    service_id: str
    interface: str
    in_region: str
    url: str
    enabled: bool


class Catalog(identity.Identity):
    """Through keystoneclient's adapter, as the rest of Keystone."""

    def services(self) -> list[Service]:
        return [
            Service(
                id=row['id'],
                type=identity.plain(row.get('type'), 255),
                name=identity.plain(row.get('name'), 255),
                enabled=row.get('enabled') is not False,
            )
            for row in self._whole('/services', 'services')
        ]

    def endpoints(self) -> list[Endpoint]:
        return [
            Endpoint(
                id=row['id'],
                service_id=row['service_id'],
                interface=identity.plain(row.get('interface'), 16),
                in_region=identity.plain(
                    row.get('region_id') or row.get('region'), 255
                ),
                url=_SECRET.sub('', identity.plain(row.get('url'), 4096)),
                enabled=row.get('enabled') is not False,
            )
            for row in self._whole('/endpoints', 'endpoints')
        ]


def address_of(url: str) -> str:
    """What of a catalog's URL is the same for all projects.

    Nothing when no service can be there: it is no address of HTTP.
    """
    head = _TEMPLATE.split(url, maxsplit=1)[0]
    if head != url:
        head = head[: head.rfind('/')]
    try:
        split = parse.urlsplit(head)
        host, port = split.hostname or '', split.port
    except ValueError:
        return ''
    if split.scheme not in _PORTS or not _is_host(host):
        return ''
    host = f'[{host}]' if ':' in host else host
    port = '' if port in (None, _PORTS[split.scheme]) else f':{port}'
    path = parse.quote(split.path, safe="/%:@!$&'()*+,;=~-._").rstrip('/')
    return f'{split.scheme}://{host}{port}{path}'


def place_of(address: str) -> str:
    """Host and port, which have one clock and one certificate."""
    split = parse.urlsplit(address)
    host = f'[{split.hostname}]' if ':' in split.hostname else split.hostname
    return f'{host}:{split.port or _PORTS[split.scheme]}'


def _is_host(host):
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(_HOST.fullmatch(host))
    return True
