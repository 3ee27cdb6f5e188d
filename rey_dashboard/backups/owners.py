"""What a step makes in the project that owns it, and how it is found again."""

from rey_dashboard.cloud import backups
from rey_dashboard.cloud import volume
from rey_dashboard.tasks import kinds


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
        and row['status'] != 'deleted'
    ]
    return sorted(found, key=lambda row: (row['created_at'], row['id']))


def kept(row: dict) -> dict:
    """Of Cinder's row what the inventory keeps."""
    return {name: told for name, told in row.items() if name != 'links'}
