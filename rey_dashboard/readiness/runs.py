"""Runs: asked for on the page, worked on by a worker, and kept.

A worker takes a run by compare and swap and renews that. When it dies, the
next one begins the run anew: a run changes nothing in the cloud.
"""

from collections.abc import Iterator
import datetime
import logging
import threading

from django.db.models import F
from django.db.models import Q
from django.utils import timezone

from rey_dashboard import conf
from rey_dashboard.cloud import faults
from rey_dashboard.cloud import installed
from rey_dashboard.cloud import session as cloud_session
from rey_dashboard.inventory import models as inventory
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import sync
from rey_dashboard.readiness import asking
from rey_dashboard.readiness import judging
from rey_dashboard.readiness import models
from rey_dashboard.readiness import points

LOG = logging.getLogger(__name__)

#: How long a claim holds that is not renewed: longer than a stage takes.
HOLDS = datetime.timedelta(minutes=10)
#: A collection that begins meanwhile has a part read once more.
TRIES = 3
STAGE = models.ReadinessRun.Stage


def request(region: str, user_id: str, name: str) -> models.ReadinessRun:
    """Asks for a run; while one is not over, that is the one."""
    live = models.ReadinessRun.objects.filter(region=region, ended_at=None)
    return live.first() or models.ReadinessRun.objects.create(
        region=region,
        asked_by_id=user_id,
        asked_by_name=name[:255],
        asked_at=timezone.now(),
    )


def waiting(region: str | None):
    """Those that no worker is at; of any region, when that is not known."""
    free = Q(claimed_until=None) | Q(claimed_until__lt=timezone.now())
    rows = models.ReadinessRun.objects.filter(free, ended_at=None)
    return rows.filter(region=region) if region else rows


def work(stop: threading.Event) -> None:
    """Signs in as the service user and works on a run that waits, if any.

    :raises faults.ALL: signing in failed; the run tells it as its result
    :raises db.Error: nothing can be written
    """
    settings = conf.current()
    try:
        cloud = cloud_session.Cloud(settings.CLOUD, settings.CALL_TIMEOUT_S)
        region = cloud.region
    except faults.ALL as error:
        run = _claim(waiting(None))
        if run:
            _end(run, error=error)
        raise
    run = _claim(waiting(region))
    if run:
        _work(run, cloud, settings, stop)


def _work(run, cloud, settings, stop):
    try:
        found = [
            points.stored(point) for point in _look(run, cloud, settings, stop)
        ]
    except faults.ALL as error:
        _end(run, error=error)
    except (_Lost, _Stopped):
        # Another worker has it, or the next one begins it anew.
        _mine(run).update(claimed_until=None, stage=STAGE.WAITING)
    except Exception as error:  # else it would be begun again and again
        _end(run, error=error)
        raise
    else:
        _end(run, found)


def _look(run, cloud, settings, stop) -> Iterator[points.Point]:
    unread = False
    for stage, part in (
        (STAGE.CATALOG, parts.CATALOG),
        (STAGE.PROBES, parts.PROBES),
    ):
        _at(run, stage, stop)
        why = _read(run, cloud, settings, part, stop)
        if why:
            unread = True
            label = str(parts.LABELS[part])
            yield points.unknown('endpoints', 'answers', label, why)
    asked = installed.Installed(cloud)
    _at(run, STAGE.SERVICES, stop)
    yield from asking.services(asked)
    _at(run, STAGE.RIGHTS, stop)
    yield from asking.rights_of(asked)
    _at(run, STAGE.JUDGING, stop)
    # What was read before is not of now.
    if not unread:
        yield from judging.endpoints(run.region)
    yield judging.hosts(run.region)


def _read(run, cloud, settings, part, stop) -> str:
    """Why it cannot be read; nothing when it was."""
    for _try in range(TRIES):
        sync.collect_part(cloud, settings, part, stop)
        state = inventory.PartState.objects.get(region=run.region, name=part)
        if state.last_good_at and state.last_good_at >= run.started_at:
            return ''
        if state.failing_since or stop.is_set():
            break
    return state.error or 'it was read by nobody'


def _claim(rows):
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


class _Lost(Exception):
    """Another worker took the run: this one stood still for too long."""


class _Stopped(Exception):
    """The worker is told to end."""


def _at(run, stage, stop):
    if stop.is_set():
        raise _Stopped
    until = timezone.now() + HOLDS
    if not _mine(run).update(stage=stage, claimed_until=until):
        raise _Lost


def _mine(run):
    return models.ReadinessRun.objects.filter(
        pk=run.pk, claim=run.claim, ended_at=None
    )


def _end(run, found=(), error=None):
    explained = faults.explain(error) if error else None
    results = [point['result'] for point in found]
    _mine(run).update(
        ended_at=timezone.now(),
        stage=STAGE.ENDED,
        points=list(found),
        passed=results.count(points.PASS),
        failed=results.count(points.FAIL),
        unknown=results.count(points.UNKNOWN),
        error=explained.words if explained else '',
        remedy=explained.remedy if explained else '',
    )
    LOG.info('Readiness of %s was looked at: run %s', run.region, run.pk)
    _forget(run.region)


def _forget(region):
    oldest = timezone.now() - datetime.timedelta(days=conf.current().KEEP_DAYS)
    rows = models.ReadinessRun.objects.filter(region=region)
    rows.filter(ended_at__lt=oldest).delete()
