"""What a step makes in the project that owns it, and how it is found again."""

from collections.abc import Iterable
import datetime

from django.utils import timezone

from rey_dashboard.cloud import backups
from rey_dashboard.cloud import times
from rey_dashboard.cloud import volume
from rey_dashboard.inventory import chains
from rey_dashboard.tasks import kinds

#: Bounds of when something under way is looked at again.
LOOK_S, LONGEST_LOOK_S = 2, 60


def of(context: kinds.Context, project_id: str) -> backups.Owner:
    """One for all threads; made twice it is made in vain, no more."""
    key = 'owner', project_id
    if key not in context.kept:
        made = backups.Owner(context.cloud, context.session, project_id)
        context.kept.setdefault(key, made)
    return context.kept[key]


def name_of(step) -> str:
    """Of what the step makes; others may have the same."""
    return f'rey-{step.task_id}-{step.pk}'


def look_again_s(step) -> float:
    """After a tenth of what it took so far: Cinder tells nothing meanwhile."""
    if not step.started_at:
        return LOOK_S
    took_s = (timezone.now() - step.started_at).total_seconds()
    return min(LONGEST_LOOK_S, max(LOOK_S, took_s / 10))


def marked(step) -> dict[str, str]:
    """The metadata by which it is told from theirs."""
    return {volume.MARK: step.request_id}


def ours(owner: backups.Owner, step) -> list[dict]:
    """Backups that the step has made of its target, the first first.

    There should be one at most; more when an answer was lost.
    """
    found = [
        row
        for row in owner.backups(step.target, name_of(step))
        if backups.mark_of(row) == step.request_id
        and row['status'] not in ('deleting', 'deleted')
    ]
    return sorted(found, key=lambda row: (row['created_at'], row['id']))


def with_base(owner: backups.Owner, row: dict) -> list[dict]:
    """Cinder's rows of a backup, and of the one that it builds or built on.

    As the inventory keeps them. That one tells whether others build on it,
    which changes when the backup is made and when it is deleted.
    """
    return [kept(row), *base_of(owner, row)]


def base_of(owner: backups.Owner, row: dict) -> list[dict]:
    """What an incremental backup builds or built on, as it is now."""
    if not row['is_incremental']:
        return []
    return base_among(owner.backups(row['volume_id']), row)


def base_among(rows: Iterable[dict], row: dict) -> list[dict]:
    """The same, of these of one project."""
    before = [
        other
        for other in rows
        if row['is_incremental']
        and data_at(other) < data_at(row)
        and other['status'] in chains.READABLE
    ]
    return [kept(other) for other in sorted(before, key=data_at)[-1:]]


def later_good(rows: Iterable[dict], row: dict) -> bool:
    """Whether one of a project's is younger, and can be restored."""
    age = data_at(row), row['id']
    return any(
        link.is_good and (link.data_at, link.id) > age for link in _links(rows)
    )


def is_built_on(rows: Iterable[dict], row: dict) -> bool:
    """Whether others of a project need it, also such as are being made."""
    return row['has_dependent_backups'] or any(
        link.parent and link.parent.id == row['id'] for link in _links(rows)
    )


def _links(rows):
    return chains.linked(
        chains.Link(
            row['id'],
            '',
            row['status'],
            row['is_incremental'],
            row['has_dependent_backups'],
            row['size'],
            '',
            times.parse(row['created_at']),
            data_at(row),
        )
        for row in rows
    )


def data_at(row: dict) -> datetime.datetime:
    """The time that its data are of."""
    return times.parse(row['data_timestamp'] or row['created_at'])


def kept(row: dict) -> dict:
    """What the inventory keeps of a row of Cinder."""
    return {name: told for name, told in row.items() if name != 'links'}
