"""How long a task takes, from what tasks of its kind took; never a guess."""

import dataclasses

from rey_dashboard.tasks import models

#: That many tasks count, the latest.
TASKS = 20


@dataclasses.dataclass(frozen=True)
class Past:
    """What was measured.

    :ivar paces: of each task: seconds of work, and the size done in them
    :ivar steps: that these are of
    """

    paces: tuple[tuple[float, float], ...]
    steps: int


@dataclasses.dataclass(frozen=True)
class Estimate:
    """Seconds, with those of the fastest and the slowest task.

    :ivar tasks: that it is from; 0 when it is from something else
    :ivar steps: of these, or how many of something else
    """

    seconds: float
    least_s: float
    most_s: float
    tasks: int
    steps: int


def measured(region: str, kind: str, fewest_steps: int) -> Past:
    """What tasks of the kind took; one that runs counts as far as it is.

    :param fewest_steps: that a task must have done to count
    """
    rows = models.Task.objects.filter(
        region=region,
        kind=kind,
        worked_s__gt=0,
        size_done__gt=0,
        done__gte=fewest_steps,
    ).order_by('-started_at')
    told = list(rows.values_list('worked_s', 'size_done', 'done')[:TASKS])
    return Past(
        paces=tuple((seconds, size) for seconds, size, _done in told),
        steps=sum(done for _seconds, _size, done in told),
    )


def by_rate(past: Past, size: float) -> Estimate | None:
    """As fast as those were, for each unit of size."""
    if not past.paces:
        return None
    rates = [seconds / done for seconds, done in past.paces]
    all_s = sum(seconds for seconds, _size in past.paces)
    all_done = sum(done for _seconds, done in past.paces)
    return Estimate(
        seconds=size * all_s / all_done,
        least_s=size * min(rates),
        most_s=size * max(rates),
        tasks=len(rates),
        steps=past.steps,
    )
