"""Points of reports: passed, failed or not known, in groups, with evidence."""

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses

from django.utils.translation import gettext_lazy as _

PASS, FAIL, NOTE, UNKNOWN = 'pass', 'fail', 'note', 'unknown'
#: Lines of evidence of one point.
MOST_LINES = 20
RESULTS = {
    PASS: _('PASS'),
    FAIL: _('FAIL'),
    NOTE: _('note'),
    UNKNOWN: _('not known'),
}
COLOURS = {PASS: 'success', FAIL: 'danger', NOTE: 'info', UNKNOWN: 'default'}
#: What needs somebody comes first.
_ORDER = (FAIL, UNKNOWN, NOTE, PASS)


def lines(evidence: Iterable[str], most: int = MOST_LINES) -> list[str]:
    """Those that are stored: no more than can be read."""
    told = list(evidence)
    if len(told) <= most:
        return told
    return [*told[:most], f'… {len(told) - most} more']


@dataclasses.dataclass(frozen=True)
class Shown:
    """A point in the reader's language."""

    run_id: int
    run_ended_at: object
    group: str
    key: str
    subject: str
    result: str
    words: str
    evidence: Sequence[str]

    @property
    def label(self) -> str:
        return RESULTS[self.result]

    @property
    def colour(self) -> str:
        return COLOURS[self.result]


@dataclasses.dataclass(frozen=True)
class Group:
    """Of a report, those that failed first."""

    name: str
    label: str
    points: Sequence[Shown]

    def number(self, result: str) -> int:
        return sum(point.result == result for point in self.points)

    @property
    def passed(self) -> int:
        return self.number(PASS)

    @property
    def failed(self) -> int:
        return self.number(FAIL)

    @property
    def noted(self) -> int:
        return self.number(NOTE)

    @property
    def unknown(self) -> int:
        return self.number(UNKNOWN)


def grouped(shown: Iterable[Shown], labels: Mapping[str, str]) -> list[Group]:
    """In the order of the labels; those of an older version of us last."""
    by_group = {}
    for point in shown:
        by_group.setdefault(point.group, []).append(point)
    return [
        Group(
            name,
            labels.get(name, name),
            sorted(
                by_group[name], key=lambda point: _ORDER.index(point.result)
            ),
        )
        for name in (*labels, *sorted(set(by_group) - set(labels)))
        if name in by_group
    ]
