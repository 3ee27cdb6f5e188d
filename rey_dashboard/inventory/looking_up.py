"""Finds things by a part of their words, in the pages of the directory."""

from collections.abc import Iterable
import contextlib
import dataclasses
import heapq
import ipaddress
import re

from django.db.models import Q

from rey_dashboard.inventory import directory
from rey_dashboard.inventory import models

#: How good a hit is: a whole word, how one begins, a part of one.
EXACT, BEGIN, PART = range(3)
#: With so many times more lines than are wanted, sorting all takes longer.
MANY = 100
_MAC = re.compile(r'([0-9a-f]{2})[:.-]?' * 5 + r'([0-9a-f]{2})')
_UUID = re.compile(r'([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})'
                   r'([0-9a-f]{12})')  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Hit:
    """A line of the directory.

    :param words: that the thing is found by beside its name and id
    """

    kind: str
    id: str
    name: str
    words: tuple[str, ...]
    rank: int


class Hits:
    """What was found of one kind: the best first, then by name.

    :ivar counts: how many of each rank
    """

    def __init__(self, kind: str):
        self.kind = kind
        self._lines = ([], [], [])
        self._sorted = set()

    def add(self, lines: list[str], terms: tuple[str, ...]) -> None:
        """Takes lines that hold one of the terms."""
        begins = _with(lines, [f'\t{term}' for term in terms])
        if begins:
            exact = {*_with(begins, [f'\t{term}\t' for term in terms])}
            taken = {*begins}
            lines = [line for line in lines if line not in taken]
            self._lines[EXACT].extend(exact)
            self._lines[BEGIN].extend(taken - exact)
        self._lines[PART].extend(lines)

    @property
    def counts(self) -> tuple[int, ...]:
        return tuple(map(len, self._lines))

    def __len__(self):
        return sum(self.counts)

    def __getitem__(self, wanted: slice) -> list[Hit]:
        found, begin = [], 0
        for rank, lines in enumerate(self._lines):
            first = max(0, (wanted.start or 0) - begin)
            last = min(len(lines), wanted.stop - begin)
            if first < last:
                some = self._in_order(rank, last)[first:last]
                found += [self._hit(line, rank) for line in some]
            begin += len(lines)
        return found

    def _in_order(self, rank, last):
        """Lines of a rank; a common term has a hundred thousand of them."""
        lines = self._lines[rank]
        if rank not in self._sorted:
            if last * MANY < len(lines):
                return heapq.nsmallest(last, lines)
            lines.sort()
            self._sorted.add(rank)
        return lines

    def _hit(self, line, rank):
        _begin, name, id_, *words, _end = line.split('\t')
        return Hit(self.kind, id_, name, tuple(words), rank)


def terms(asked: str) -> tuple[str, ...]:
    """What is looked for: as it was asked, and as the cloud writes it.

    A MAC address may have other marks between its bytes or none, an id may
    come without them, an IPv6 address in another form.
    """
    asked = directory.fold(asked)
    if not asked:
        return ()
    found = [asked]
    for pattern, mark in ((_MAC, ':'), (_UUID, '-')):
        told = pattern.fullmatch(asked)
        if told:
            found.append(mark.join(told.groups()))
    if ':' in asked:
        with contextlib.suppress(ValueError):
            found.append(str(ipaddress.ip_address(asked)))
    return tuple(dict.fromkeys(found))


def look_up(
    region: str,
    wanted: tuple[str, ...],
    kinds: Iterable[str],
    domain_ids: frozenset[str] | None = None,
) -> dict[str, Hits]:
    """Kind -> what was found.

    :param wanted: as ``terms`` gives them; one of a single character must be
        a whole word
    :param domain_ids: only what is theirs; none for the whole cloud
    """
    found = {kind: Hits(kind) for kind in kinds}
    if not wanted or not found:
        return found
    marks = [term if len(term) > 1 else f'\t{term}\t' for term in wanted]
    holds = Q()
    for mark in marks:
        holds |= Q(text__contains=mark)
    pages = models.DirectoryPage.objects.filter(
        holds, region=region, kind__in=list(found)
    )
    if domain_ids is None:
        pages = ((*page, None) for page in pages.values_list('kind', 'text'))
    else:
        pages = pages.values_list('kind', 'text', 'owners')
    for kind, text, owners in pages:
        lines = text.split('\n')
        if owners is not None:
            lines = _theirs(lines, owners, domain_ids)
        found[kind].add(_with(lines, marks), wanted)
    return found


def _with(lines, marks):
    if len(marks) == 1:
        (mark,) = marks
        return [line for line in lines if mark in line]
    return [line for line in lines if any(mark in line for mark in marks)]


def _theirs(lines, owners, domain_ids):
    found, begin = [], 0
    for owner, count in zip(owners[::2], owners[1::2], strict=True):
        if owner in domain_ids:
            found += lines[begin : begin + count]
        begin += count
    return found
