"""How long backups take on each back end, from those that were made."""

import collections
from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses
import math

from django.db.models import Count
from django.db.models import Sum
from django.utils import formats
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from rey_dashboard.inventory import models
from rey_dashboard.tasks import estimates
from rey_dashboard.tasks import models as tasks
from rey_dashboard.templatetags import rey

#: That many count, the latest.
SAMPLE = 50
FULL, INCREMENTAL = 'full', 'incremental'
#: Begins the name of the lane in which a back end's backups stand.
LANE = 'backup '


@dataclasses.dataclass(frozen=True)
class Rate:
    """What was measured: backups, their volumes' GiB, and seconds."""

    backups: int
    gib: int
    seconds: float

    @property
    def gib_per_s(self) -> float:
        return self.gib / self.seconds if self.seconds else 0.0

    def seconds_for(self, gib: float) -> float:
        return gib * self.seconds / self.gib


def of(
    region: str, keys: Iterable[tuple[str, str]]
) -> Mapping[tuple[str, str], Rate]:
    """By back end and method; without those of which none was measured.

    Cinder tells the times of whole backups alone, so an incremental one is
    measured by its volume's size, too.
    """
    found = {key: _of_one(region, *key) for key in sorted(set(keys))}
    return {key: rate for key, rate in found.items() if rate}


def _of_one(region, back_end, method):
    there = models.VolumeCoverage.objects.filter(
        region=region, back_end=back_end
    )
    rows = models.Backup.objects.filter(
        region=region,
        took__isnull=False,
        size_gib__gt=0,
        is_incremental=method == INCREMENTAL,
        volume_id__in=there.values('volume_id'),
    ).order_by('-created_at')
    told = list(rows.values_list('size_gib', 'took')[:SAMPLE])
    seconds = sum(took.total_seconds() for _gib, took in told)
    if not seconds:
        return None
    return Rate(len(told), sum(gib for gib, _took in told), seconds)


def forecast(task: tasks.Task) -> estimates.Estimate | None:
    """How long what is left of a task takes; back ends work side by side.

    None when nothing was measured on one of them.
    """
    rows = task.steps.filter(state__in=tasks.Step.OPEN).order_by()
    left = rows.values_list('lane', 'lane_limit', 'after__backup').annotate(
        Count('pk'), Sum('size')
    )
    told = [
        ((lane.removeprefix(LANE), method), limit, steps, gib)
        for lane, limit, method, steps, gib in left
    ]
    known = of(task.region, (key for key, *_told in told))
    if not told or any(key not in known for key, *_told in told):
        return None
    seconds = side_by_side(
        (key[0], known[key].seconds_for(gib), steps, limit)
        for key, limit, steps, gib in told
    )
    return estimates.Estimate(
        seconds=seconds,
        least_s=seconds,
        most_s=seconds,
        tasks=0,
        steps=sum(rate.backups for rate in known.values()),
    )


def side_by_side(
    told: Iterable[tuple[str, float, int, int]],
) -> float | None:
    """Seconds until the last of the back ends is ready; none without any.

    :param told: back end, seconds one after the other, of how many backups,
        and how many there are at once
    """
    seconds, backups, most = collections.Counter(), collections.Counter(), {}
    for back_end, alone_s, number, at_once in told:
        seconds[back_end] += alone_s
        backups[back_end] += number
        most[back_end] = max(at_once, 1)
    return max(
        (
            # The last turn takes as long with fewer.
            alone_s
            * math.ceil(backups[back_end] / most[back_end])
            / max(backups[back_end], 1)
            for back_end, alone_s in seconds.items()
        ),
        default=None,
    )


def words(rate: Rate | None, gib: float) -> str:
    """How long so many GiB take, and from how many that is known."""
    if rate is None:
        return _t('no history yet')
    return ngettext(
        'about %(time)s, by %(number)d backup at %(pace)s GiB/s',
        'about %(time)s, by %(number)d backups at %(pace)s GiB/s',
        rate.backups,
    ) % {
        'time': rey.lasting(rate.seconds_for(gib)),
        'number': rate.backups,
        'pace': formats.number_format(rate.gib_per_s, 2),
    }
