"""Which of a table's columns a user wants to see, kept for each user."""

from collections.abc import Sequence

from rey_dashboard.pages import models


def chosen(user_id: str, table: str, usual: Sequence[str]) -> Sequence[str]:
    """Names of columns; names that no table has (any more) may be among."""
    choice = models.ColumnChoice.objects.filter(user_id=user_id, table=table)
    return choice.values_list('columns', flat=True).first() or usual


def choose(user_id: str, table: str, columns: Sequence[str]) -> None:
    models.ColumnChoice.objects.update_or_create(
        user_id=user_id, table=table, defaults={'columns': list(columns)}
    )


def forget(user_id: str, table: str) -> None:
    """Back to the usual columns."""
    models.ColumnChoice.objects.filter(user_id=user_id, table=table).delete()
