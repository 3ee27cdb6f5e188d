"""What can be found, and by which words: made anew with each collection.

``models.DirectoryPage`` tells how it is kept.
"""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from contextlib import AbstractContextManager
import itertools
import operator
import typing
import unicodedata

from django.db import transaction

from rey_dashboard.inventory import directory_kinds
from rey_dashboard.inventory import models
from rey_dashboard.inventory import store

#: Most lines of a page, about; it has a sixteenth at least. A changed thing
#: has its page written anew, and few long pages are looked through quicker
#: than many short ones.
LINES = 2000
#: Pages that are compared, and written, at a time: with the longest names
#: they are still less than MariaDB takes at once (16 MiB).
COMPARED = 4
_DIGITS = frozenset('0123456789abcdefghijklmnopqrstuvwxyz')


class Page(typing.NamedTuple):
    """A row of ``DirectoryPage``; see there."""

    place: str
    kind: str
    text: str
    owners: list


def record(
    region: str,
    writing: Callable[[], AbstractContextManager] = transaction.atomic,
) -> None:
    """Writes the pages that changed; to be called at the end of a collection.

    Never more than some pages are in memory, and the transaction is short.
    """
    domains = _domains(region)
    with store.Replacement(
        models.DirectoryPage, region, Page._fields
    ) as replacement:
        for kind in directory_kinds.ALL:
            _compare(replacement, region, kind, domains)
        with writing():
            replacement.write()


def fold(text: str) -> str:
    """In the case, the form and with the blanks in which words are kept."""
    text = unicodedata.normalize('NFC', text.replace('\0', '')).casefold()
    return ' '.join(text.split())


def _domains(region):
    """Project id -> domain id, also of projects that are gone."""
    rows = models.Project.objects.filter(region=region)
    return dict(rows.values_list('id', 'domain_id').iterator())


def _compare(replacement, region, kind, domains):
    there = models.DirectoryPage.objects.filter(region=region, kind=kind.name)
    gone = set(there.values_list('place', flat=True))
    for batch in store.batches(_pages(region, kind, domains), COMPARED):
        places = [page.place for page in batch]
        replacement.compare(batch, there.filter(place__in=places))
        gone.difference_update(places)
    for batch in store.batches(gone):
        replacement.compare((), there.filter(place__in=batch))


def _pages(region, kind, domains) -> Iterator[Page]:
    length = _length(kind.count(region))
    # Databases differ in which ids stand together.
    seen = {}

    def place(thing):
        begin = thing.id[:length].lower()
        return ''.join(one if one in _DIGITS else '_' for one in begin)

    for begin, things in itertools.groupby(kind.things(region), key=place):
        number = seen[begin] = seen.get(begin, 0) + 1
        more = f'~{number}' if number > 1 else ''
        yield _page(f'{kind.name}:{begin}{more}', kind.name, things, domains)


def _length(things):
    """How much of the ids, which mostly are hexadecimal, makes a page."""
    length = 0
    while things > LINES * 16**length:
        length += 1
    return length


def _page(place, kind, things: Iterable, domains):
    by_owner = operator.itemgetter(0)
    lines = sorted(
        (_owner(thing, domains), thing.id, _line(thing)) for thing in things
    )
    owners = []
    for owner, of_owner in itertools.groupby(lines, key=by_owner):
        owners += [owner, sum(1 for _line in of_owner)]
    return Page(place, kind, '\n'.join(line for *_, line in lines), owners)


def _owner(thing, domains):
    if thing.project_id:
        return domains.get(thing.project_id, '')
    return thing.domain_id


def _line(thing):
    """The id as it is, for a look-up; folded where that is not the same."""
    words = dict.fromkeys(fold(word) for word in (thing.id, *thing.words))
    more = [word for word in words if word and word != thing.id]
    return '\t'.join(['', fold(thing.name) or thing.id, thing.id, *more, ''])
