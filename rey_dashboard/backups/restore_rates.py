"""How long restores take onto each back end, from those that were made.

Cinder keeps no time of a restore, so only those of our own tasks count: to a
new volume, over one, and in drills.
"""

from collections.abc import Iterable
from collections.abc import Mapping

from django.db.models import Sum
from django.utils import formats
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from rey_dashboard.backups import rates
from rey_dashboard.tasks import estimates
from rey_dashboard.tasks import models as tasks
from rey_dashboard.templatetags import rey

#: Names of the kinds of task whose steps restore a backup.
NEW, OVER, DRILL = 'restore_backup', 'restore_over', 'prove_backups'
KINDS = (NEW, OVER, DRILL)
#: That many are looked at, the latest.
SAMPLE = 200
#: In ``work`` of a step that has restored: seconds, and onto which back end.
TOOK, BACK_END = 'took_s', 'back_end'


class Measured:
    """Rates by back end, and of all together under ``''``."""

    def __init__(self, region: str):
        rows = tasks.Step.objects.filter(
            task__region=region,
            task__kind__in=KINDS,
            state=tasks.Step.State.DONE,
        ).order_by('-ended_at', '-pk')
        self._rates: dict[str, rates.Rate] = {}
        for size, work in rows.values_list('size', 'work')[:SAMPLE]:
            if work.get(TOOK):
                for back_end in {'', work.get(BACK_END) or ''}:
                    self._add(back_end, size, work[TOOK])

    def _add(self, back_end, gib, seconds):
        was = self._rates.get(back_end, rates.Rate(0, 0, 0))
        self._rates[back_end] = rates.Rate(
            was.backups + 1, was.gib + gib, was.seconds + seconds
        )

    def of(self, back_end: str) -> rates.Rate | None:
        """Of this back end; where it has none, of all together."""
        return self._rates.get(back_end) or self._rates.get('')

    def words(self, gib: float, back_end: str = '') -> str:
        """How long so many GiB take, and from how many that is known."""
        rate = self.of(back_end)
        if rate is None:
            return _t('no history yet')
        told = {
            'time': rey.lasting(rate.seconds_for(gib)),
            'number': rate.backups,
            'pace': formats.number_format(rate.seconds / rate.gib, 1),
        }
        if back_end and back_end in self._rates:
            return (
                ngettext(
                    'about %(time)s, by %(number)d restore onto the same '
                    'back end at %(pace)s s a GiB',
                    'about %(time)s, by %(number)d restores onto the same '
                    'back end at %(pace)s s a GiB',
                    rate.backups,
                )
                % told
            )
        return (
            ngettext(
                'about %(time)s, by %(number)d restore at %(pace)s s a GiB',
                'about %(time)s, by %(number)d restores at %(pace)s s a GiB',
                rate.backups,
            )
            % told
        )


def forecast(task: tasks.Task) -> estimates.Estimate | None:
    """How long what is left of a task takes; none without a history."""
    rows = task.steps.filter(state__in=tasks.Step.OPEN).order_by()
    left = list(rows.values_list('lane_limit').annotate(Sum('size')))
    rate = Measured(task.region).of('')
    if rate is None or not left:
        return None
    seconds = sum(
        rate.seconds_for(gib) / max(at_once, 1) for at_once, gib in left
    )
    return estimates.Estimate(
        seconds=seconds,
        least_s=seconds,
        most_s=seconds,
        tasks=0,
        steps=rate.backups,
    )


def remarks(
    region: str, steps: Iterable[tasks.Step], name: str
) -> Mapping[int, Mapping[str, str]]:
    """The time of each that has not ended, beside what ``name`` tells."""
    measured = Measured(region)
    return {
        step.pk: {name: measured.words(step.size, step.work.get(BACK_END, ''))}
        for step in steps
        if step.state in (*tasks.Step.OPEN, tasks.Step.State.REFUSED)
        and step.size
    }
