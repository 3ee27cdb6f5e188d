"""Runs: asked for on the page, worked on by a worker, and kept."""

from collections.abc import Iterator
import datetime
import logging
import threading

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
from rey_dashboard.runs import claims

LOG = logging.getLogger(__name__)

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
    return claims.free(models.ReadinessRun, region)


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
        run = claims.take(waiting(None))
        if run:
            claims.end(run, error)
        raise
    run = claims.take(waiting(region))
    if run:
        _work(run, cloud, settings, stop)


def _work(run, cloud, settings, stop):
    def look():
        found = [
            points.stored(point) for point in _look(run, cloud, settings, stop)
        ]
        results = [point['result'] for point in found]
        return {
            'points': found,
            'passed': results.count(points.PASS),
            'failed': results.count(points.FAIL),
            'unknown': results.count(points.UNKNOWN),
        }

    claims.work(run, look)
    LOG.info('Readiness of %s was looked at: run %s', run.region, run.pk)
    _forget(run.region)


def _look(run, cloud, settings, stop) -> Iterator[points.Point]:
    unread = False
    for stage, part in (
        (STAGE.CATALOG, parts.CATALOG),
        (STAGE.PROBES, parts.PROBES),
    ):
        claims.renew(run, stop, stage=stage)
        why = _read(run, cloud, settings, part, stop)
        if why:
            unread = True
            label = str(parts.LABELS[part])
            yield points.unknown('endpoints', 'answers', label, why)
    asked = installed.Installed(cloud)
    claims.renew(run, stop, stage=STAGE.SERVICES)
    yield from asking.services(asked)
    claims.renew(run, stop, stage=STAGE.RIGHTS)
    yield from asking.rights_of(asked)
    claims.renew(run, stop, stage=STAGE.JUDGING)
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


def _forget(region):
    oldest = timezone.now() - datetime.timedelta(days=conf.current().KEEP_DAYS)
    rows = models.ReadinessRun.objects.filter(region=region)
    rows.filter(ended_at__lt=oldest).delete()
