"""Whether a worker is alive, and what it read is fresh."""

from collections.abc import Iterator
import datetime

from django.utils import timezone

from rey_dashboard import conf
from rey_dashboard.inventory import freshness
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.setup import verdict as verdict_
from rey_dashboard.tasks import notices

_START = (
    'Start it: systemctl start rey-dashboard-worker after rey-dashboard setup '
    '--systemd, else in your own way: rey-dashboard worker. When it runs, '
    'look into its log, and whether it has the same database.'
)
_TRY = 'rey-dashboard notify --email YOUR@ADDRESS'
_LOOK = (
    'Look whether the worker runs, and what this tells: rey-dashboard collect'
)


def verdicts(region: str | None = None) -> Iterator[verdict_.Verdict]:
    """The worker's region is what counts, where that is known.

    :param region: none for all that were ever read
    """
    yield worker()
    settings = conf.current()
    if settings.NOTIFY:
        yield told_elsewhere(settings)
    regions = [region] if region else _regions()
    if not regions:
        yield verdict_.not_well('Data', 'Nothing was read yet.', _LOOK)
    for each in regions:
        yield data(each)


def worker() -> verdict_.Verdict:
    """Whether one showed a sign of life just now, and can work."""
    name = 'Worker'
    seen = models.Worker.objects.order_by('-seen_at').first()
    if seen is None:
        return verdict_.not_well(name, 'No worker was ever seen.', _START)
    if timezone.now() - seen.seen_at > freshness.WORKER_AWAY:
        return verdict_.not_well(
            name,
            f'None is alive. The last was seen on {seen.host} at '
            f'{_time(seen.seen_at)}.',
            _START,
        )
    if seen.problem:
        return verdict_.not_well(
            name,
            f'The one on {seen.host} cannot work: {seen.problem}',
            seen.remedy or _LOOK,
        )
    return verdict_.well(name, f'Alive on {seen.host}.')


def data(region: str) -> verdict_.Verdict:
    """Whether all parts of a region were read, well and lately."""
    name = f'Data of {region}'
    fresh = freshness.of(region, tuple(parts.LABELS))
    if fresh.nothing:
        return verdict_.not_well(name, 'Nothing was read yet.', _LOOK)
    if fresh.faults:
        return verdict_.not_well(
            name,
            ' '.join(
                f'{", ".join(part.name for part in failed)}: '
                f'{failed[0].error}'
                for failed in fresh.faults
            ),
            ' '.join({
                failed[0].remedy or _LOOK: None for failed in fresh.faults
            }),
        )  # fmt: skip
    never = [
        *fresh.missing,
        *(part.name for part in fresh.parts if not part.last_good_at),
    ]
    if never:
        return verdict_.not_well(
            name, f'Never read: {", ".join(never)}.', _LOOK
        )
    if fresh.old:
        return verdict_.not_well(
            name, f'It is old: of {_time(fresh.as_of)}.', _LOOK
        )
    return verdict_.well(
        name,
        f'All {len(fresh.parts)} parts, of {_time(fresh.as_of)} or later.',
    )


def told_elsewhere(settings: conf.Settings) -> verdict_.Verdict:
    """Whether the addresses to tell of tasks are understood; none is tried."""
    name = 'Notices'
    wrong = ' '.join(notices.problems(settings))
    if wrong:
        return verdict_.not_well(
            name, wrong, 'Mend NOTIFY in REY_DASHBOARD, then: ' + _TRY
        )
    count = len(settings.NOTIFY)
    return verdict_.well(name, f'{count} to tell. To try: {_TRY}')


def _regions():
    return models.Collector.objects.order_by('region').values_list(
        'region', flat=True
    )


def _time(moment):
    return f'{moment.astimezone(datetime.UTC):%Y-%m-%d %H:%M:%S} UTC'
