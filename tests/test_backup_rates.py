"""How long backups take side by side."""

import pytest

from rey_dashboard.backups import rates


@pytest.mark.parametrize(
    'told, seconds',
    [
        ([], None),
        # One is not quicker as there is room for two.
        ([('a', 68, 1, 2)], 68),
        ([('a', 60, 3, 2)], 40),
        ([('a', 60, 3, 1)], 60),
        ([('a', 60, 3, 0)], 60),
        # Full and incremental ones share the places of their back end.
        ([('a', 20, 1, 2), ('a', 10, 1, 2)], 15),
        ([('a', 20, 1, 2), ('b', 70, 1, 2)], 70),
        ([('a', 0, 0, 2)], 0),
    ],
)
def test_the_last_back_end_tells(told, seconds):
    assert rates.side_by_side(told) == seconds
