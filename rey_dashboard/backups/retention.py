"""Which backups of a volume need not be kept, and why the others stay.

A plain rule, which knows neither database nor cloud. Whatever it is asked, it
lets nothing go that is the last good one of its project, on hold, not of this
dashboard, or that one builds on which stays.
"""

import collections
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses
import datetime
import heapq

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

#: Statuses in which Cinder deletes one.
DELETABLE = ('available', 'error')
AVAILABLE = 'available'


class Why(TextChoices):
    """What keeps a backup; what is told first goes before the others."""

    NOT_OURS = 'not_ours', _('not made by this dashboard')
    OTHERS = 'others', _('of another policy, or made by hand')
    ON_HOLD = 'on_hold', _('on hold')
    NOT_NOW = 'not_now', _('Cinder deletes none in its state')
    KEEPS_ALL = 'keeps_all', _('all are kept')
    LAST_GOOD = 'last_good', _('the last good one')
    LAST = 'last', _('among the last that are kept')
    YOUNG = 'young', _('young enough to be kept')
    NO_LATER = 'no_later', _('no later good one is there')
    BUILT_ON = 'built_on', _('others build on it')


class Reason(TextChoices):
    """Why one may go."""

    OLD = 'old', _('neither among the last nor young enough')
    FAILED = 'failed', _('failed, and a later good one is there')
    BROKEN = (
        'broken',
        _('nothing can be restored from it, and a later good one is there'),
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Backup:
    """One of a volume, as the rule sees it.

    :param data_at: the time that its data are of
    :param is_good: a volume can be restored from it
    :param has_dependents: Cinder says that others build on it
    :param parent_id: what it builds on
    :param is_ours: this dashboard made it, as its own tables prove
    :param policy: whose it is; none when it was made by hand
    """

    id: str
    project_id: str
    status: str
    data_at: datetime.datetime
    is_good: bool
    has_dependents: bool = False
    parent_id: str = ''
    is_ours: bool = False
    policy: int | None = None

    @property
    def age(self) -> tuple[datetime.datetime, str]:
        """Greater for a younger one."""
        return self.data_at, self.id


@dataclasses.dataclass(frozen=True)
class Rule:
    """One is kept while either number wants it; with 0 for both all are.

    :param policy: whose backups go; none for those that no policy looks after
    """

    keep_last: int
    keep_days: int
    policy: int | None = None

    @property
    def keeps_all(self) -> bool:
        return self.keep_last <= 0 and self.keep_days <= 0

    def oldest(self, now: datetime.datetime) -> datetime.datetime:
        """What is younger is kept, if days are told."""
        return now - datetime.timedelta(days=max(self.keep_days, 0))


@dataclasses.dataclass(frozen=True)
class Verdict:
    """By backup.

    :param goes: in the order in which to delete them
    """

    goes: Mapping[str, Reason]
    stays: Mapping[str, Why]


def judge(
    backups: Iterable[Backup],
    rule: Rule,
    held: Collection[str],
    now: datetime.datetime,
) -> Verdict:
    """:param backups: all that there are of one volume, whoever made them"""
    backups = {one.id: one for one in backups}
    keeper = _Keeper(backups.values(), rule, held, now)
    stays = {}
    for one in backups.values():
        why = keeper.why(one)
        if why is not None:
            stays[one.id] = why
    goes = list(_in_order(backups, stays))
    for one in backups.keys() - stays.keys() - set(goes):
        stays[one] = Why.BUILT_ON
    return Verdict({one: _reason(backups[one]) for one in goes}, stays)


class _Keeper:
    """Tells what keeps a backup, whatever builds on it."""

    def __init__(self, backups, rule, held, now):
        self._rule, self._held = rule, held
        self._old = rule.oldest(now)
        good = _by_project(one for one in backups if one.is_good)
        #: Of each project: what one has can be restored in it alone.
        self._last_good = {key: rows[0] for key, rows in good.items()}
        ours = _by_project(
            one for one in backups if one.is_good and self._is_of_rule(one)
        )
        self._last = {
            one.id
            for rows in ours.values()
            for one in rows[: max(rule.keep_last, 0)]
        }

    def why(self, one: Backup) -> Why | None:
        good = self._last_good.get(one.project_id)
        no_later = not one.is_good and (good is None or good.age < one.age)
        told = (
            (not one.is_ours, Why.NOT_OURS),
            (not self._is_of_rule(one), Why.OTHERS),
            (one.id in self._held, Why.ON_HOLD),
            (one.status not in DELETABLE, Why.NOT_NOW),
            (self._rule.keeps_all, Why.KEEPS_ALL),
            (one is good, Why.LAST_GOOD),
            (one.id in self._last, Why.LAST),
            (self._is_young(one), Why.YOUNG),
            (no_later, Why.NO_LATER),
        )
        return next((why for is_so, why in told if is_so), None)

    def _is_of_rule(self, one):
        return one.is_ours and one.policy == self._rule.policy

    def _is_young(self, one):
        if self._rule.keep_days <= 0:
            return False
        # With one that failed nothing is lost.
        return one.status == AVAILABLE and one.data_at > self._old


def _by_project(backups):
    """The youngest first."""
    found = collections.defaultdict(list)
    for one in sorted(backups, key=lambda one: one.age, reverse=True):
        found[one.project_id].append(one)
    return found


def _in_order(backups, stays) -> Iterator[str]:
    """The youngest first, and none before what builds on it."""
    upon = collections.Counter(
        one.parent_id for one in backups.values() if one.parent_id
    )
    # Whatever Cinder counts there that is not listed stays.
    unknown = {
        one.id
        for one in backups.values()
        if one.has_dependents and not upon[one.id]
    }
    free = [
        _Youngest(one)
        for one in backups.values()
        if one.id not in stays and not upon[one.id] and one.id not in unknown
    ]
    heapq.heapify(free)
    while free:
        one = heapq.heappop(free).backup
        yield one.id
        parent = backups.get(one.parent_id)
        if parent is None:
            continue
        upon[parent.id] -= 1
        if not upon[parent.id] and parent.id not in stays:
            heapq.heappush(free, _Youngest(parent))


@dataclasses.dataclass(frozen=True)
class _Youngest:
    backup: Backup

    def __lt__(self, other):
        return self.backup.age > other.backup.age


def _reason(one):
    if one.is_good:
        return Reason.OLD
    return Reason.BROKEN if one.status == AVAILABLE else Reason.FAILED
