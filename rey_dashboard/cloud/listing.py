"""Reading a whole listing, page by page, without losing or repeating rows.

Keystone 2025.1 and later returns at most 1,000 rows without a word when no
``limit`` is sent; with one it pages and tells ``links.next``. Nova and cinder
tell ``<key>_links``. A page may be shorter than ``limit`` (the service has a
smaller limit of its own) and still not be the last. Only the link counts.
(Tried on keystone 30, nova 34, cinder 29.)
"""

from collections.abc import Callable
from collections.abc import Iterator
from urllib import parse

from rey_dashboard.cloud import faults

#: Half of what the services allow as they are delivered: a page of servers
#: takes nova seconds, and others wait meanwhile.
LIMIT = 500


def pages(
    get: Callable[[str], dict],
    path: str,
    key: str,
    *,
    repeat_ends: bool = False,
    **query: str,
) -> Iterator[dict]:
    """Yields the body of each page; each holds a list under ``key``.

    :param get: answers a path with a decoded body
    :param repeat_ends: a page that comes again is the end of the listing (an
        older Keystone ignores ``marker``), not a fault
    :raises faults.CutListing: a page is no page, or pages go in a circle
    """
    marker, seen = None, set()
    while True:
        asked = {**query, 'limit': LIMIT}
        if marker is not None:
            asked['marker'] = marker
        body = get(f'{path}?{parse.urlencode(asked)}')
        if not isinstance(body, dict) or not isinstance(body.get(key), list):
            raise faults.CutListing(
                f'The answer to {path} holds no list of {key}.',
                'Something between the worker and the service answers in '
                'its place (a proxy or a login page?).',
            )
        rows = body[key]
        first = rows[0]['id'] if rows else None
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
        if not following or not rows:
            return
        marker = _marker(following) or rows[-1]['id']


def _next(body, key):
    links = body.get('links')
    if isinstance(links, dict):
        return links.get('next')
    for link in body.get(f'{key}_links') or ():
        if link.get('rel') == 'next':
            return link.get('href')
    return None


def _marker(href):
    # The link's host may be one that only the service knows: keep ours.
    found = parse.parse_qs(parse.urlsplit(href).query).get('marker')
    return found[0] if found else None
