"""Hosts by the type and the version of their hypervisor."""

from collections.abc import Sequence
import dataclasses

from rey_dashboard.inventory import models

#: Of each group so many are named on the page.
MOST_NAMED = 5
_STEP = 1000


@dataclasses.dataclass(frozen=True)
class Group:
    """Hosts that run the same.

    :param version: as Nova tells it; None where it tells none
    """

    type: str
    version: int | None
    hosts: Sequence[models.Host]

    @property
    def version_told(self) -> str:
        return text(self.version)

    @property
    def number(self) -> int:
        return len(self.hosts)

    @property
    def up(self) -> int:
        return sum(row.state == 'up' for row in self.hosts)

    @property
    def enabled(self) -> int:
        return sum(row.status == 'enabled' for row in self.hosts)

    @property
    def names(self) -> list[str]:
        return [row.name for row in self.hosts]

    @property
    def some(self) -> Sequence[models.Host]:
        return self.hosts[:MOST_NAMED]

    @property
    def more(self) -> int:
        return max(0, self.number - MOST_NAMED)


def hosts(region: str) -> list[models.Host]:
    rows = models.Host.objects.filter(region=region)
    return list(rows.order_by('name', 'id'))


def of(region: str) -> list[Group]:
    """By type, the oldest version first; one query."""
    found = {}
    for row in hosts(region):
        found.setdefault((row.type, row.version), []).append(row)
    return [
        Group(type_, version, rows)
        for (type_, version), rows in sorted(
            found.items(), key=lambda item: (item[0][0], item[0][1] or 0)
        )
    ]


def text(version: int | None) -> str:
    """``6.2.0`` of 6002000, as oslo's versionutils makes it."""
    parts = []
    while version:
        version, part = divmod(version, _STEP)
        parts.insert(0, str(part))
    return '.'.join(parts)


def number(text_: str) -> int:
    """Back again."""
    told = 0
    for part in text_.split('.'):
        told = told * _STEP + int(part)
    return told
