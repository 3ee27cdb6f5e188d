"""The rows of what was found, with all that a page tells of them."""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
import dataclasses
import itertools

from django.urls import reverse

from rey_dashboard.find import kinds as kinds_
from rey_dashboard.find import told as told_
from rey_dashboard.inventory import directory
from rey_dashboard.inventory import looking_up

#: A text and whether it is what was looked for.
Piece = tuple[str, bool]


@dataclasses.dataclass
class Row:
    """One thing that was found.

    :ivar told: none when it is gone since
    :ivar words: those by which it was found, beside its name and id
    """

    hit: looking_up.Hit
    kind: kinds_.Kind
    told: told_.Told | None = None
    words: Sequence[str] = ()
    page: str = ''
    horizon: str = ''
    name_pieces: Sequence[Piece] = ()
    id_pieces: Sequence[Piece] = ()
    word_pieces: Sequence[Sequence[Piece]] = ()

    @property
    def name(self) -> str:
        return self.told.name if self.told else self.hit.name


class Found:
    """Rows of all kinds, one kind after the other, made when asked for."""

    def __init__(self, found: Iterable[tuple[kinds_.Kind, Sequence]]):
        self._found = [(kind, hits) for kind, hits in found if len(hits)]

    def __len__(self):
        return sum(len(hits) for _kind, hits in self._found)

    def __getitem__(self, wanted: slice) -> list[Row]:
        rows, begin = [], 0
        for kind, hits in self._found:
            first = max(0, (wanted.start or 0) - begin)
            last = max(0, wanted.stop - begin)
            if last and first < len(hits):
                rows += [Row(hit, kind) for hit in hits[first:last]]
            begin += len(hits)
        return rows

    def iterator(self, chunk_size: int) -> Iterator[Row]:
        for first in itertools.count(0, chunk_size):
            some = self[first : first + chunk_size]
            yield from some
            if len(some) < chunk_size:
                return


def load(
    request, rows: Iterable[Row], terms: Sequence[str], may_admin: bool
) -> None:
    """Fetches what is told of the rows, a few queries for each kind."""
    by_kind = {}
    for row in rows:
        by_kind.setdefault(row.kind.name, []).append(row)
    for name, some in by_kind.items():
        kind = kinds_.BY_NAME[name]
        told = kind.told(kind.scope(request), {row.hit.id for row in some})
        for row in some:
            row.told = told.get(row.hit.id)
            _describe(row, terms, may_admin)


def _describe(row, terms, may_admin):
    id_ = row.hit.id
    row.words = [
        word
        for word in row.hit.words
        if any(term in word.casefold() for term in terms)
        and word != directory.fold(id_)
    ]
    row.name_pieces = pieces(row.name or id_, terms)
    row.id_pieces = pieces(id_, terms)
    row.word_pieces = [pieces(word, terms) for word in row.words]
    if not row.told:
        return
    row.page = row.kind.page(id_, row.told)
    if may_admin and row.kind.horizon:
        row.horizon = reverse(row.kind.horizon, args=[id_])


def pieces(text: str, terms: Sequence[str]) -> list[Piece]:
    """A text cut where it holds one of the terms, for a template to mark."""
    folded = text.casefold()
    if len(folded) != len(text):
        # Places in the one are not those in the other.
        return [(text, False)]
    for term in terms:
        found, begin = [], 0
        while term and (place := folded.find(term, begin)) >= 0:
            end = place + len(term)
            found += [(text[begin:place], False), (text[place:end], True)]
            begin = end
        if found:
            return [
                piece for piece in (*found, (text[begin:], False)) if piece[0]
            ]
    return [(text, False)]
