"""Whether one volume is backed up as it should be: a rule without a database.

What the words mean stands with ``models.VolumeCoverage.State``.
"""

import array
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import datetime
import statistics
import typing

from rey_dashboard.inventory import chains
from rey_dashboard.inventory import models
from rey_dashboard.inventory import targets

STATES = models.VolumeCoverage.State
#: Statuses of a backup that is being made, and of one that failed at it.
MAKING, FAILED = 'creating', 'error'
WEEK = datetime.timedelta(days=7)
#: So many times the usual is stuck; but nothing is before a quarter of an
#: hour, since small backups take seconds and services have pauses.
STUCK_TIMES, STUCK_LEAST_S = 2, 900
#: Fewer finished backups of a back end tell nothing of the next.
LEAST_SAMPLE = 3


class Verdict(typing.NamedTuple):
    """The columns of ``VolumeCoverage`` that are found out; see there."""

    state: str
    within: bool
    last_good_at: datetime.datetime | None
    last_good_id: str
    last_try_at: datetime.datetime | None
    failing_since: datetime.datetime | None
    fail_reason: str
    stuck_after_s: int | None
    backups: int
    held_gib: int
    failures_7d: int


class Pace:
    """How long backups of each back end took, in seconds for each GiB."""

    def __init__(self):
        self._samples = {}
        self._usual = {}

    def learn(self, back_end: str, s_per_gib: float) -> None:
        """Takes a finished backup into account."""
        self._samples.setdefault(back_end, array.array('d')).append(s_per_gib)
        self._usual.pop(back_end, None)

    def stuck_after_s(self, back_end: str, size_gib: int) -> int | None:
        """Twice the usual time; None with too few samples."""
        rates = self._samples.get(back_end, ())
        if len(rates) < LEAST_SAMPLE:
            return None
        if back_end not in self._usual:
            self._usual[back_end] = statistics.median(rates)
        usual = self._usual[back_end] * size_gib
        return max(STUCK_LEAST_S, round(STUCK_TIMES * usual))


def judge(
    volume: Mapping,
    links: Sequence[chains.Link],
    target: targets.Target,
    stuck_after_s: int | None,
    now: datetime.datetime,
) -> Verdict:
    """What is so at ``now``.

    :param volume: its ``created_at``
    :param links: all its backups, as ``chains.linked`` gives them
    """
    good = [link for link in links if link.is_good]
    tries = sorted(
        (
            link
            for link in links
            if link.status in (MAKING, FAILED, *chains.READABLE)
        ),
        key=lambda link: (link.created_at, link.id),
    )
    longest = datetime.timedelta(hours=target.hours)
    patience = datetime.timedelta(
        seconds=stuck_after_s or longest.total_seconds()
    )
    last_good = good[-1] if good else None
    within = bool(last_good) and now - last_good.data_at <= longest
    failed = _failed_since(tries, last_good)
    if target.excluded:
        state = STATES.EXCLUDED
    elif any(_is_stuck(link, now, patience) for link in tries):
        state = STATES.STUCK
    elif tries and tries[-1].status == MAKING:
        state = STATES.IN_PROGRESS
    elif failed and failed[-1] is tries[-1]:
        state = STATES.FAILING
    elif last_good:
        state = STATES.PROTECTED if within else STATES.STALE
    else:
        is_new = now - volume['created_at'] <= longest
        state = STATES.NEW if is_new else STATES.NEVER
    return Verdict(
        state=state,
        within=within,
        last_good_at=last_good.data_at if last_good else None,
        last_good_id=last_good.id if last_good else '',
        last_try_at=tries[-1].created_at if tries else None,
        failing_since=failed[0].created_at if failed else None,
        fail_reason=failed[-1].fail_reason if failed else '',
        stuck_after_s=stuck_after_s,
        backups=len(links),
        held_gib=sum(link.size_gib for link in links),
        failures_7d=sum(
            _is_failed(link) for link in _since(tries, now - WEEK)
        ),
    )


def _is_stuck(link, now, patience):
    return link.status == MAKING and now - link.created_at > patience


def _is_failed(link):
    """Failed at once, or is there but cannot be restored from."""
    return link.status == FAILED or bool(link.problem)


def _failed_since(tries, last_good) -> list[chains.Link]:
    """The failed tries after the last good backup."""
    return [
        link
        for link in tries
        if _is_failed(link)
        and (not last_good or link.created_at > last_good.created_at)
    ]


def _since(tries: Iterable[chains.Link], begin):
    return (link for link in tries if link.created_at >= begin)
