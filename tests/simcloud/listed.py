"""The rows that a listing of nova or cinder wants, in its order."""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
import datetime

from tests.simcloud import rows as simrows
from tests.simcloud import service


def rows(
    table: simrows.Table,
    wanted: Callable[[simrows.Row], bool],
    *,
    order: str = 'created',
    down: bool = True,
    marker: simrows.Row | None = None,
    since: datetime.datetime | None = None,
    before: datetime.datetime | None = None,
    project_id: str | None = None,
) -> tuple[Iterator[simrows.Row], simrows.Order]:
    """Lazily: a page of a hundred thousand rows looks at a page of them.

    :param since: only those that changed since then
    :param before: where to begin in the order of creation, downwards
    :return: the rows, and the order that they are chosen from
    """
    chosen = getattr(table, order)
    if project_id is not None:
        share = table.of_project(project_id)
        chosen = simrows.Order(chosen.key, share)
    if since is not None:
        changed = table.updated
        first = changed.at_least((since,))
        if len(changed.rows) - first < len(chosen.rows) // 8:
            share = [
                row
                for row in changed.rows[first:]
                if project_id in (None, row.project_id)
            ]
            chosen = simrows.Order(chosen.key, share)

    def good(row):
        return (
            since is None or (row.updated or simrows.NEVER) >= since
        ) and wanted(row)

    starts = [chosen.key(marker)] if marker else []
    if before and down and order == 'created':
        starts.append((before,))
    return filter(good, chosen.walk(down, min(starts, default=None))), chosen


def time(query: Mapping[str, str], name: str) -> datetime.datetime | None:
    """A filter's time; without a zone it is UTC."""
    text = query.get(name)
    if text is None:
        return None
    try:
        time = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise service.Refusal(
            400, f"Invalid input for query parameters {name}. '{text}'"
        ) from None
    return time if time.tzinfo else time.replace(tzinfo=datetime.UTC)
