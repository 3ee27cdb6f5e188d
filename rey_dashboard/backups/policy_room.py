"""Projects whose quota has no room for all that the coming week would make.

Reckoned from what quotas count now: what a run makes comes to it, and what
need not be kept is taken off before the next run, not before its own: nothing
is deleted before a run has ended.
"""

import bisect
from collections.abc import Iterator
import dataclasses
import datetime
import itertools

from rey_dashboard.backups import forecast
from rey_dashboard.backups import room
from rey_dashboard.inventory import models
from rey_dashboard.inventory import store

#: That are named.
NAMED = 5


@dataclasses.dataclass(frozen=True)
class Named:
    """A project that runs out.

    :ivar at: of the first run that does not fit; none where none is due
    :ivar is_known: it can be opened, and its quotas can be set
    """

    project_id: str
    name: str
    at: datetime.datetime | None
    why: str
    is_known: bool


@dataclasses.dataclass(frozen=True)
class Short:
    """What runs would leave out.

    :ivar projects: how many run out
    :ivar at_once: those of them that have no room for the next run already
    :ivar named: those that run out first
    """

    projects: int
    at_once: int
    named: tuple[Named, ...]

    @property
    def more(self) -> int:
        return self.projects - len(self.named)


def of(region: str, week: forecast.Week) -> Short:
    found = sorted(_short(region, week))
    return Short(
        len(found),
        sum(run == 0 for run, _project_id in found),
        tuple(_named(region, week, found[:NAMED])),
    )


def _named(region, week, found) -> Iterator[Named]:
    ids = [project_id for _run, project_id in found]
    quotas = room.Room(region, ids)
    rows = models.Project.objects.filter(region=region, id__in=ids)
    projects = {row.id: row for row in rows}
    for run, project_id in found:
        project = projects.get(project_id)
        owned = week.owned[project_id]
        wanted = {
            resource: _need(owned, place, [way[run] for way in week.growth])
            for place, resource in enumerate(room.BACKUPS)
        }
        yield Named(
            project_id,
            (project and project.name) or project_id,
            week.runs[run].at if week.runs else None,
            quotas.refuses(project_id, wanted),
            bool(project and not project.gone_at),
        )


def _short(region, week) -> Iterator[tuple[int, str]]:
    """Place of the first run that does not fit, and whose quota it is."""
    runs = _Runs(week.growth)
    for ids in store.batches(week.owned, store.BATCH):
        quotas = room.Room(region, ids)
        for project_id in ids:
            owned = week.owned[project_id]
            found = [
                runs.first(owned, place, quotas.left(project_id, resource))
                for place, resource in enumerate(room.BACKUPS)
            ]
            found = [run for run in found if run is not None]
            if found:
                yield min(found), project_id


class _Runs:
    """What each of them needs, and the most that was needed until then."""

    def __init__(self, growth):
        self._needs = list(zip(*growth, strict=True))
        most = (itertools.accumulate(way, max) for way in growth)
        self._most = list(zip(*most, strict=True))

    def first(self, owned, place, left) -> int | None:
        """That which needs more than is left, if one does."""
        if left is None or _need(owned, place, self._most[-1]) <= left:
            return None
        # Before it none does: what was needed at most only grows.
        begin = bisect.bisect_right(
            self._most, left, key=lambda more: _need(owned, place, more)
        )
        for run in range(begin, len(self._needs)):
            if _need(owned, place, self._needs[run]) > left:
                return run
        # Volumes of two kinds need the most in different runs.
        return None


def _need(owned, place, more) -> int:
    """Of one resource, so many more of each volume that grows in one way."""
    return sum(more[way] * volumes[place] for way, volumes in owned.items())
