"""What an incremental backup builds on, and whether all of that is there.

Cinder's API does not tell it. Cinder 29 (``backup/api.py``, ``create``) lets
an incremental one build on the latest available backup of the same volume and
project, by the time of its data, and marks that one with
``has_dependent_backups`` for as long as it has some. So the parent is the
latest earlier one that is marked. The mark comes when the incremental one is
done (``backup/manager.py``), and goes with the last of them.
"""

from collections.abc import Iterable
from collections.abc import Sequence
import dataclasses
import datetime

from rey_dashboard.inventory import models

PROBLEMS = models.BackupChain.Problem
#: Statuses of a backup whose data can be read.
READABLE = ('available', 'restoring')


@dataclasses.dataclass(slots=True)
class Link:
    """A backup and what it builds on.

    :param data_at: the time that its data are of
    :param parent: none for a full one, and when the parent is gone
    :param full_id: the full one at the bottom; nothing when that is gone
    """

    id: str
    project_id: str
    status: str
    is_incremental: bool
    has_dependents: bool
    size_gib: int
    fail_reason: str
    created_at: datetime.datetime
    data_at: datetime.datetime
    parent: 'Link | None' = None
    depth: int = 0
    full_id: str = ''
    problem: str = PROBLEMS.NONE

    @property
    def is_good(self) -> bool:
        """Whether a volume can be restored from it."""
        return self.status in READABLE and not self.problem


def linked(backups: Iterable[Link]) -> Sequence[Link]:
    """The backups of one volume, each with its parent and its problem.

    In the order of their data's times, the oldest first.
    """
    links = sorted(backups, key=lambda link: (link.data_at, link.id))
    marked, readable = {}, {}
    for link in links:
        is_readable = link.status in READABLE
        if not link.is_incremental:
            link.full_id = link.id
        else:
            # One that is not done has not marked its parent yet.
            parents = marked if is_readable else readable
            _build_on(link, parents.get(link.project_id), is_readable)
        if link.has_dependents:
            marked[link.project_id] = link
        if is_readable:
            readable[link.project_id] = link
    return links


def _build_on(link, parent, is_readable):
    link.parent = parent
    if parent:
        link.depth = parent.depth + 1
        link.full_id = parent.full_id
    if not is_readable:
        return
    if parent is None:
        link.problem = PROBLEMS.PARENT_GONE
    elif parent.problem:
        link.problem = parent.problem
    elif parent.status not in READABLE:
        link.problem = PROBLEMS.PARENT_FAILED
