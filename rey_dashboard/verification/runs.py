"""Baselines and comparisons: asked for, worked on by a worker, and kept."""

from collections.abc import Callable
from collections.abc import Sequence
import itertools
import logging
import threading

from django.utils import timezone
from django.utils import translation

from rey_dashboard import conf
from rey_dashboard.checks import cycle
from rey_dashboard.checks import models as checks
from rey_dashboard.cloud import faults
from rey_dashboard.cloud import session as cloud_session
from rey_dashboard.inventory import lease
from rey_dashboard.inventory import models as inventory
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import sync
from rey_dashboard.runs import claims
from rey_dashboard.runs import models
from rey_dashboard.verification import comparing
from rey_dashboard.verification import differences
from rey_dashboard.verification import handing
from rey_dashboard.verification import points
from rey_dashboard.verification import snapshots
from rey_dashboard.verification import upgrade_checks

LOG = logging.getLogger(__name__)

KINDS = (models.Baseline, models.Comparison)
STAGE = models.Stage
#: Between two tries to collect while somebody else does.
AGAIN_S = 2
Tell = Callable[[Sequence[checks.Finding]], None]


def ask_baseline(
    region: str, name: str, user_id: str, user_name: str
) -> models.Baseline:
    """Asks for one; while one is not over, that is the one."""
    now = timezone.now()
    return _ask(
        models.Baseline.objects.filter(region=region),
        region,
        (user_id, user_name),
        {'name': name[:255] or f'{now:%Y-%m-%d %H:%M} UTC'},
    )


def ask_comparison(
    baseline: models.Baseline, user_id: str, user_name: str
) -> models.Comparison:
    """Asks for one; while one of the baseline is not over, that is it."""
    return _ask(
        baseline.comparisons.all(),
        baseline.region,
        (user_id, user_name),
        {'baseline': baseline},
    )


def _ask(rows, region, who, columns):
    return rows.filter(ended_at=None).first() or rows.model.objects.create(
        region=region,
        asked_by_id=who[0],
        asked_by_name=who[1][:255],
        asked_at=timezone.now(),
        **columns,
    )


def good_baselines(region: str):
    """Those that one can compare with, the newest first."""
    rows = models.Baseline.objects.filter(region=region, error='')
    return rows.exclude(ended_at=None).order_by('-asked_at', '-pk')


def waiting(region: str | None) -> list:
    """Those that no worker is at; of any region, when that is not known."""
    return list(
        itertools.chain(*(claims.free(kind, region) for kind in KINDS))
    )


def work(stop: threading.Event, tell: Tell) -> None:
    """Signs in as the service user and works on what waits, if anything.

    :param tell: called with findings that were not there before
    :raises faults.ALL: signing in failed; the run tells it as its result
    :raises db.Error: nothing can be written
    """
    settings = conf.current()
    try:
        cloud = cloud_session.Cloud(settings.CLOUD, settings.CALL_TIMEOUT_S)
        region = cloud.region
    except faults.ALL as error:
        run = _take(None)
        if run:
            claims.end(run, error)
        raise
    run = _take(region)
    if run:
        work_on(run, cloud, stop, tell)


def _take(region):
    for kind in KINDS:
        run = claims.take(claims.free(kind, region))
        if run:
            return run
    return None


def work_on(
    run,
    cloud: cloud_session.Cloud,
    stop: threading.Event,
    tell: Tell,
    progress: Callable[[str], None] = lambda words: None,
) -> bool:
    """Whether it came to a result.

    :param run: a Baseline or a Comparison that this worker has
    :param progress: called with a line now and then
    """
    at = _At(run, stop, progress)

    def look():
        _collect(run, cloud, at, stop)
        _check(run, at, stop, tell)
        at(STAGE.KEEPING)
        taken = snapshots.take(run.region, run.started_at)
        if isinstance(run, models.Baseline):
            return {'snapshot': taken}
        return handing.columns(run, _compared(run, taken))

    done = claims.work(run, look)
    LOG.info('%s %s is over', type(run).__name__, run.pk)
    return done


class _At:
    """Tells how far a run is, and renews its claim."""

    def __init__(self, run, stop, progress):
        self._run, self._stop, self._progress = run, stop, progress
        self._told = None

    def __call__(self, stage, done=0, expected=0):
        claims.renew(
            self._run, self._stop, stage=stage, done=done, expected=expected
        )
        counted = f' ({done} of {expected} parts)' if expected else ''
        words = f'{STAGE(stage).label}{counted}'
        if words != self._told:
            self._progress(words)
        self._told = words


def _collect(run, cloud, at, stop):
    """Everything: of changes alone no service tells the limits of quotas."""

    def beat():
        states = inventory.PartState.objects.filter(
            region=run.region, ended_at__gte=run.started_at
        )
        at(STAGE.COLLECTING, states.count(), len(parts.LABELS))

    def collect():
        at(STAGE.COLLECTING, 0, len(parts.LABELS))
        sync.collect(cloud, conf.current(), beat, stop, full=True)

    _when_free(collect, at, stop)


def _check(run, at, stop, tell):
    def look():
        at(STAGE.CHECKS)
        tell(cycle.run(run.region, lambda: at(STAGE.CHECKS), stop))

    _when_free(look, at, stop)


def _when_free(do, at, stop):
    """Somebody else may collect now: he is waited for."""
    while True:
        try:
            return do()
        except lease.Held:
            at(STAGE.HELD)
            stop.wait(AGAIN_S)


def _compared(comparison, taken):
    baseline = comparison.baseline
    pair = differences.Pair(
        comparison.region,
        baseline.snapshot,
        taken,
        baseline.started_at,
    )
    # Whose language the process has is nobody's in particular.
    with translation.override('en'):
        found = [
            *comparing.compare(pair),
            *upgrade_checks.points_of(baseline),
        ]
    order = list(points.GROUPS)
    found.sort(key=lambda point: order.index(point.group))
    return handing.made(comparison, found)
