"""Which rows a service no longer has: found, and proven."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from concurrent import futures

#: Things that a listing did not hold and that are asked for one by one; the
#: others wait for the next collections.
MOST_ASKED = 500


def proven(
    ids: Iterable[str], is_gone: Callable[[str], bool], workers: int
) -> list[str]:
    """Those of which the service itself says that they do not exist."""
    ids = list(ids)
    with futures.ThreadPoolExecutor(workers) as pool:
        answers = pool.map(is_gone, ids)
        return [one for one, gone in zip(ids, answers, strict=True) if gone]


def candidates(
    ours: Sequence[str], id_at: Callable[[int], str | None]
) -> Iterator[str]:
    """Ids of ours that the service's listing lacks, from its start to its end.

    Both are in the same order, and the service's holds nothing that ours
    lacks but at its end. Costs about log2(len(ours)) calls for each. What
    comes out is to be proven: the listing may change meanwhile.

    :param id_at: the service's id at a place, None behind its last
    """
    missing, begin = 0, 0
    while True:
        place = _first_difference(ours, id_at, begin, missing)
        if place + missing >= len(ours):
            return
        yield ours[place + missing]
        missing, begin = missing + 1, place


def _first_difference(ours, id_at, begin, missing):
    """The first place of the listing where another id stands than expected.

    Behind it all places differ, since what is missing moves them all.
    """
    end = len(ours) - missing
    while begin < end:
        middle = (begin + end) // 2
        if id_at(middle) == ours[middle + missing]:
            begin = middle + 1
        else:
            end = middle
    return begin
