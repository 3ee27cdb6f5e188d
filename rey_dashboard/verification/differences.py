"""Two snapshots, and what is told of how they differ."""

from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses
import datetime

from rey_dashboard.inventory import parts
from rey_dashboard.verification import points


@dataclasses.dataclass
class Differences:
    """Lines of evidence of one subject, by what they mean."""

    group: str
    subject: str
    found: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    same: int = 0
    kept: list[str] = dataclasses.field(default_factory=list)

    def add(self, change: str, line: str) -> None:
        self.found.setdefault(change, []).append(line)

    def keep(self, line: str, number: int = 1) -> None:
        """Of what is as before; so many things."""
        self.same += number
        self.kept.append(line)

    def points(self) -> Iterator[points.Point]:
        for change, lines in self.found.items():
            yield points.Point(
                self.group, self.subject, change, len(lines), lines
            )
        if self.same or not self.found:
            yield points.Point(
                *(self.group, self.subject),
                *(points.UNCHANGED, self.same, self.kept),
            )


@dataclasses.dataclass(frozen=True)
class Pair:
    """Two snapshots of a region.

    :param taken_at: when the first was begun
    """

    region: str
    before: Mapping
    now: Mapping
    taken_at: datetime.datetime

    def unread(self, *names: str) -> str:
        """Why these parts cannot be compared; nothing when they can."""
        for snapshot, when in ((self.before, 'before'), (self.now, 'now')):
            for name in names:
                if name in snapshot['unread']:
                    label, why = parts.LABELS[name], snapshot['unread'][name]
                    return f'{label} could not be read {when}: {why}'
        return ''

    def differences(
        self, group: str, subject: str, *names: str
    ) -> tuple[Differences, bool]:
        """Empty ones, and whether there is anything to compare."""
        made = Differences(group, str(subject))
        why = self.unread(*names)
        if why:
            made.add(points.UNKNOWN, why)
        return made, not why
