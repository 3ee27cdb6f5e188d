"""Finding the few that are gone without reading all."""

import math

import hypothesis
from hypothesis import strategies as st

from rey_dashboard.inventory import gone


def found(ours, theirs):
    """The candidates, and the places that were asked for."""
    asked = []

    def id_at(place):
        asked.append(place)
        return theirs[place] if place < len(theirs) else None

    return list(gone.candidates(ours, id_at)), asked


@hypothesis.given(
    kept=st.lists(st.booleans(), max_size=60), new=st.integers(0, 5)
)
def test_all_that_are_gone_are_found_and_no_other(kept, new):
    ours = [f'v{number:03}' for number in range(len(kept))]
    theirs = [
        one for one, is_there in zip(ours, kept, strict=True) if is_there
    ]
    theirs += [f'w{number}' for number in range(new)]

    candidates, asked = found(ours, theirs)

    missing = [one for one in ours if one not in theirs]
    assert candidates == missing
    most = math.ceil(math.log2(len(ours) + 1)) + 1
    assert len(asked) <= (len(missing) + 1) * most


def test_one_of_many_costs_few_calls():
    ours = [f'v{number:06}' for number in range(100_000)]
    theirs = [one for one in ours if one != 'v031415']
    candidates, asked = found(ours, theirs)
    assert candidates == ['v031415']
    assert len(asked) < 40


def test_only_what_is_proven_is_gone():
    there = {'a': False, 'b': True, 'c': False, 'd': True}
    assert gone.proven(there, there.__getitem__, 2) == ['b', 'd']
