"""What the quotas of all services have in common: shape and reading."""

from collections.abc import Mapping
import dataclasses

#: How the services write "no limit".
UNLIMITED = -1


@dataclasses.dataclass(frozen=True)
class Quota:
    """One resource of one project, in the service's units.

    ``ram`` is in MiB, ``gigabytes`` in GiB, all else is a number of things.

    :param limit: -1 for unlimited
    """

    resource: str
    limit: int
    in_use: int
    reserved: int


def limits(told: Mapping) -> dict[str, int]:
    """The limits in a service's answer to new ones; not the project's id."""
    return {name: n for name, n in told.items() if isinstance(n, int)}


def read(rows: dict) -> list[Quota]:
    """Quotas from an answer like ``{'ram': {'limit': 1, 'in_use': 0, ...}}``.

    What is not a dict with a limit (the project's id) is passed over.
    """
    return [
        Quota(
            name,
            row['limit'],
            max(0, row.get('in_use', 0)),
            max(0, row.get('reserved', 0)),
        )
        for name, row in sorted(rows.items())
        if isinstance(row, dict) and 'limit' in row
    ]
