"""Reading a whole listing, page by page, without losing or repeating rows.

Keystone 2025.1 and later returns at most 1,000 rows without a word when no
``limit`` is sent; with one it pages and tells ``links.next``. Nova and cinder
tell ``<key>_links``. A page may be shorter than ``limit`` (the service has a
smaller limit of its own) and still not be the last. Only the link counts.
(Tried on keystone 30, nova 34, cinder 29, neutron 29.)
"""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
import operator
from urllib import parse

from keystoneauth1 import adapter
import requests

from rey_dashboard.cloud import faults

#: Half of what the services allow as they are delivered: a page of servers
#: takes nova seconds, and others wait meanwhile.
LIMIT = 500


def pages(
    get: Callable[[str], dict],
    path: str,
    key: str,
    *,
    key_of: Callable[[dict], str] = operator.itemgetter('id'),
    repeat_ends: bool = False,
    ask_on: bool = False,
    limit: int | None = None,
    **query: str | Sequence[str],
) -> Iterator[dict]:
    """Yields the body of each page; each holds a list under ``key``.

    :param get: answers a path with a decoded body
    :param key_of: what a row is known by; a page whose first row came first
        before goes in a circle
    :param repeat_ends: a page that comes again is the end of the listing (an
        older Keystone ignores ``marker``), not a fault
    :param limit: rows of a page, ``LIMIT`` by default; the service may give
        fewer
    :param ask_on: only an empty page is the end; the service may leave out
        the link to more rows
    :raises faults.CutListing: a page is no page, or pages go in a circle
    """
    marker, seen = None, set()
    while True:
        asked = {**query, 'limit': limit or LIMIT}
        if marker is not None:
            asked['marker'] = marker
        body = get(f'{path}?{parse.urlencode(asked, doseq=True)}')
        rows = _held(body, path, key, list)
        first = key_of(rows[0]) if rows else None
        if first in seen:
            if repeat_ends:
                return
            raise faults.CutListing(
                f'The pages of {path} go in a circle at {first}.',
                'Look for a proxy that ignores the marker parameter.',
            )
        seen.add(first)
        yield body
        following = _next(body, key)
        if not rows or not (following or ask_on):
            return
        marker = (following and _marker(following)) or key_of(rows[-1])


def whole(
    get: Callable[[str], dict], path: str, key: str, kind: type = list
) -> list | dict:
    """What an answer that has no pages holds under ``key``.

    :raises faults.CutListing: it holds nothing of that kind
    """
    return _held(get(path), path, key, kind)


def held(
    answer: requests.Response, key: str, kind: type = dict
) -> dict | list:
    """What a service says under ``key``, by default of one thing.

    :raises faults.CutListing: the answer is another's, with a good status
    """
    path = parse.urlsplit(answer.url).path
    return _held(_body(answer), path, key, kind)


def through(service: adapter.Adapter) -> Callable[[str], dict | None]:
    """Asks a service that we have no client of.

    As with the clients, a body that is no JSON is None.
    """
    return lambda path: _body(service.get(path))


def _body(answer):
    try:
        return answer.json()
    except ValueError:
        return None


def _held(body, path, key, kind):
    if not isinstance(body, dict) or not isinstance(body.get(key), kind):
        told = 'is no JSON' if body is None else f'tells no {key}'
        raise faults.CutListing(
            f'The answer to {path} {told}.',
            'Something between the worker and the service answers in '
            'its place (a proxy or a login page?).',
        )
    return body[key]


def _next(body, key):
    links = body.get('links')
    if isinstance(links, dict):
        return links.get('next')
    # Cinder's volume_types have volume_type_links.
    told = body.get(f'{key}_links') or body.get(f'{key.rstrip("s")}_links')
    for link in told or ():
        if link.get('rel') == 'next':
            return link.get('href')
    return None


def _marker(href):
    # The link's host may be one that only the service knows: keep ours.
    found = parse.parse_qs(parse.urlsplit(href).query).get('marker')
    return found[0] if found else None
