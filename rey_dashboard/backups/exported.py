"""Exports of backups' records that were made, and what is left of them."""

from collections.abc import Iterator
import dataclasses

from django.db.models import Exists
from django.db.models import OuterRef
from django.db.models import QuerySet
from django.utils.translation import gettext as _t

from rey_dashboard.backups import record_files
from rey_dashboard.backups import record_kinds
from rey_dashboard.tasks import models
from rey_dashboard.tasks import orders
from rey_dashboard.tasks import records

_DONE = models.Step.State.DONE
#: Records that are opened together.
_BATCH = 500


class Dropped(Exception):
    """Somebody has deleted the sealed records."""


@dataclasses.dataclass(frozen=True)
class Left:
    """What an export holds.

    :param without: names of backups whose parent's record is not among them
    :param refused: steps that were left out before the start
    """

    without: list[str]
    refused: int


def of(region: str) -> QuerySet[models.Task]:
    """Those that were started; ``sealed`` are those that still hold records.

    A retry after they were dropped may have sealed some anew.
    """
    rows = models.Task.objects.filter(region=region, kind=record_kinds.EXPORT)
    steps = models.Step.objects.filter(task=OuterRef('pk'), state=_DONE)
    held = Exists(steps.filter(work__has_key='sealed'))
    return rows.exclude(started_at=None).annotate(sealed=held)


def left(task: models.Task) -> Left:
    done = task.steps.filter(state=_DONE)
    names, parents = {}, {}
    for target, name, after in done.values_list(
        'target', 'target_name', 'after'
    ).iterator(_BATCH):
        names[target] = name or target
        parents[target] = after.get('builds on')
    refused = task.steps.filter(state=models.Step.State.REFUSED)
    return Left(
        without=[
            names[target]
            for target, parent_id in parents.items()
            if parent_id and parent_id not in parents
        ],
        refused=refused.count(),
    )


def file(task: models.Task, keys: record_files.Keys) -> bytes:
    """All that it sealed, as a file.

    :raises Dropped: there is nothing any more
    :raises record_files.WrongPassphrase: it was sealed to other keys
    """
    records = [keys.open_one(sealed) for sealed in _sealed(task)]
    if not records:
        raise Dropped
    return record_files.write(
        records,
        task.region,
        task.ended_at,
        record_files.Lock.told(task.parameters['lock']),
        keys,
    )


def drop(task: models.Task, actor: records.Actor) -> None:
    """Its records; that it was made stays known.

    :raises orders.NotNow: it has not ended
    """
    if task.state not in models.Task.ENDED:
        raise orders.NotNow
    task.steps.filter(state=_DONE).update(work={})
    orders.comment(task, actor, _t('The sealed records were deleted.'))


def _sealed(task) -> Iterator[str]:
    done = task.steps.filter(state=_DONE).order_by('number')
    works = done.values_list('work', flat=True).iterator(_BATCH)
    return (work['sealed'] for work in works if 'sealed' in work)
