"""Projects whose quota has no room for all that a run would make."""

import dataclasses

from django.db.models import Count
from django.db.models import QuerySet
from django.db.models import Sum

from rey_dashboard.backups import room
from rey_dashboard.inventory import store
from rey_dashboard.pages import names

#: That are named.
NAMED = 5


@dataclasses.dataclass(frozen=True)
class Short:
    """What a run would leave out, if it ran now.

    :ivar projects: how many have no room for all
    :ivar named: name and reason, of the first of them
    """

    projects: int
    named: tuple[tuple[str, str], ...]


def of(region: str, reached: QuerySet) -> Short:
    """By what quotas leave now: nothing is deleted before a run has ended.

    :param reached: rows of ``VolumeCoverage``
    """
    sums = (
        reached.order_by('project_id')
        .values_list('project_id')
        .annotate(Count('volume_id'), Sum('size_gib'))
    )
    found = []
    for batch in store.batches(sums.iterator(), store.BATCH):
        left = room.Room(region, (project_id for project_id, *_n in batch))
        for project_id, volumes, gib in batch:
            wanted = dict(zip(room.BACKUPS, (volumes, gib), strict=True))
            why = left.take(project_id, wanted)
            if why:
                found.append((project_id, why))
    known = names.of_projects(region, (one for one, _why in found[:NAMED]))
    return Short(
        len(found),
        tuple((known.get(one) or one, why) for one, why in found[:NAMED]),
    )
