"""Runs are worked on by one worker at a time.

A worker takes a run by compare and swap and renews that. When it dies, the
next one begins the run anew: a run changes nothing in the cloud.
"""

from collections.abc import Callable
import datetime
import threading

from django.db.models import F
from django.db.models import Q
from django.utils import timezone

from rey_dashboard.cloud import faults
from rey_dashboard.runs import models

#: How long a claim holds that is not renewed: longer than a stage takes.
HOLDS = datetime.timedelta(minutes=10)
WAITING, ENDED = 'waiting', 'ended'


class Lost(Exception):
    """Another worker took the run: this one stood still for too long."""


class Stopped(Exception):
    """The worker is told to end."""


def free(kind: type[models.Run], region: str | None):
    """Those that no worker is at; of any region, when that is not known."""
    unclaimed = Q(claimed_until=None) | Q(claimed_until__lt=timezone.now())
    rows = kind.objects.filter(unclaimed, ended_at=None)
    return rows.filter(region=region) if region else rows


def take(rows) -> models.Run | None:
    """The first of those that are free that nobody else takes first."""
    for run in rows.order_by('asked_at', 'pk'):
        taken = rows.filter(pk=run.pk, claim=run.claim).update(
            claim=F('claim') + 1,
            claimed_until=timezone.now() + HOLDS,
            started_at=timezone.now(),
        )
        if taken:
            run.refresh_from_db()
            return run
    return None


def mine(run: models.Run):
    """Its row, while this worker has it."""
    return type(run).objects.filter(pk=run.pk, claim=run.claim, ended_at=None)


def renew(run: models.Run, stop: threading.Event, **columns) -> None:
    """Writes how far it is.

    :raises Lost: another worker has it
    :raises Stopped: the worker is to end
    """
    if stop.is_set():
        raise Stopped
    until = timezone.now() + HOLDS
    if not mine(run).update(claimed_until=until, **columns):
        raise Lost


def end(run: models.Run, error: Exception | None = None, **columns) -> None:
    explained = faults.explain(error) if error else None
    mine(run).update(
        ended_at=timezone.now(),
        stage=ENDED,
        error=explained.words if explained else '',
        remedy=explained.remedy if explained else '',
        **columns,
    )


def work(run: models.Run, look: Callable[[], dict]) -> bool:
    """Whether it came to a result.

    :param look: does the work, and returns the columns of its result
    """
    try:
        result = look()
    except faults.ALL as error:
        end(run, error)
    except (Lost, Stopped):
        # Another worker has it, or the next one begins it anew.
        mine(run).update(claimed_until=None, stage=WAITING)
    except Exception as error:  # else it would be begun again and again
        end(run, error)
        raise
    else:
        end(run, **result)
        return True
    return False
