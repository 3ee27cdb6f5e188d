"""What people say of a finding; each is one transaction with its record."""

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import datetime

from django.db import transaction
from django.utils import timezone

from rey_dashboard.checks import models
from rey_dashboard.checks import records
from rey_dashboard.tasks import records as task_records

Actor = task_records.Actor
WHAT = models.FindingRecord.What
#: All that people may change; the rest is the cycle's.
_COLUMNS = (
    'acknowledged_at',
    'acknowledged_by_id',
    'acknowledged_by_name',
    'snoozed_until',
    'snooze_reason',
    'snoozed_by_id',
    'snoozed_by_name',
    'assignee_id',
    'assignee_name',
)


class NotNow(Exception):
    """The finding is not in a state in which this makes sense."""


def possible(finding: models.Finding) -> list[Callable]:
    """Those of this module's functions that make sense now."""
    return [order for order, may in _MAY.items() if may(finding)]


def acknowledge(finding: models.Finding, actor: Actor) -> None:
    """Somebody knows of it; ends when it is resolved.

    :raises NotNow: it is resolved, or somebody did before
    """
    with _asking(finding, acknowledge) as row:
        row.acknowledged_at = timezone.now()
        row.acknowledged_by_id = actor.id
        row.acknowledged_by_name = actor.name
        records.add(row, actor, WHAT.ACKNOWLEDGED)


def unacknowledge(finding: models.Finding, actor: Actor) -> None:
    """:raises NotNow: nobody has acknowledged it"""
    with _asking(finding, unacknowledge) as row:
        row.acknowledged_at = None
        row.acknowledged_by_id = row.acknowledged_by_name = ''
        records.add(row, actor, WHAT.UNACKNOWLEDGED)


def snooze(
    finding: models.Finding,
    actor: Actor,
    until: datetime.datetime,
    reason: str,
) -> None:
    """Nobody has to look at it before then; another time replaces the first.

    :raises NotNow: it is resolved, or the time is over
    """
    with _asking(finding, snooze) as row:
        if until <= timezone.now():
            raise NotNow
        row.snoozed_until, row.snooze_reason = until, reason
        row.snoozed_by_id, row.snoozed_by_name = actor.id, actor.name
        records.add(
            row, actor, WHAT.SNOOZED, until=until.isoformat(), reason=reason
        )


def wake(finding: models.Finding, actor: Actor) -> None:
    """:raises NotNow: it is not asleep"""
    with _asking(finding, wake) as row:
        row.snoozed_until = None
        row.snooze_reason = row.snoozed_by_id = row.snoozed_by_name = ''
        records.add(row, actor, WHAT.WOKEN)


def assign(
    finding: models.Finding, actor: Actor, assignee_id: str, name: str
) -> None:
    """Nobody, with an empty id.

    :raises NotNow: it is resolved
    """
    with _asking(finding, assign) as row:
        row.assignee_id, row.assignee_name = assignee_id, name
        records.add(
            row, actor, WHAT.ASSIGNED, assignee_id=assignee_id, name=name
        )


def comment(finding: models.Finding, actor: Actor, text: str) -> None:
    with _asking(finding, comment) as row:
        records.add(row, actor, WHAT.COMMENTED, text=text)


@contextlib.contextmanager
def _asking(finding, order) -> Iterator[models.Finding]:
    """The finding's row, locked; what people may change is stored at the end.

    The cycle may be at work on the same row: it waits for us, or we for it.
    """
    with transaction.atomic():
        rows = models.Finding.objects.select_for_update()
        row = rows.get(pk=finding.pk)
        if not _MAY[order](row):
            raise NotNow
        yield row
        row.save(update_fields=_COLUMNS)
    finding.refresh_from_db()


def _is_open(finding):
    return finding.resolved_at is None


_MAY = {
    acknowledge: lambda row: _is_open(row) and not row.acknowledged_at,
    unacknowledge: lambda row: bool(row.acknowledged_at),
    snooze: _is_open,
    wake: lambda row: row.is_snoozed,
    assign: _is_open,
    comment: lambda row: True,
}
