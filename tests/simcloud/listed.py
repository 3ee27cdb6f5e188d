"""The rows that a listing of nova or cinder wants, in its order."""

from collections.abc import Callable
from collections.abc import Iterator

from tests.simcloud import rows as simrows


def rows(
    table: simrows.Table,
    wanted: Callable[[simrows.Row], bool],
    *,
    order: str = 'created',
    down: bool = True,
    marker: simrows.Row | None = None,
    since=None,
    project_id: str | None = None,
) -> tuple[Iterator[simrows.Row], bool]:
    """Lazily: a page of a hundred thousand rows looks at a page of them.

    :param since: only those that changed since then
    :return: the rows, and whether each of the order is wanted
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

    return filter(good, chosen.walk(down, marker)), chosen
