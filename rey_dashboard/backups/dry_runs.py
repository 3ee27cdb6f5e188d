"""What would be deleted now, without deleting it."""

import collections
from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses
import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from rey_dashboard.backups import made
from rey_dashboard.backups import models as policies
from rey_dashboard.backups import prune_plan
from rey_dashboard.backups import retention
from rey_dashboard.inventory import models


@dataclasses.dataclass(eq=False)
class Going:
    """A backup that would be deleted."""

    backup: models.Backup
    volume_name: str
    reason: retention.Reason
    policy: policies.BackupPolicy | None
    project: models.ProjectSummary | None = None

    @property
    def name(self) -> str:
        return self.backup.name or self.backup.id

    @property
    def size_gib(self) -> int:
        return self.backup.size_gib

    @property
    def data_at(self) -> datetime.datetime:
        return self.backup.data_timestamp or self.backup.created_at

    @property
    def project_id(self) -> str:
        return self.backup.project_id

    @property
    def project_name(self) -> str:
        return self.project.name if self.project else self.project_id

    @property
    def reason_words(self) -> str:
        return str(self.reason.label)

    @property
    def policy_name(self) -> str:
        return self.policy.name if self.policy else ''


@dataclasses.dataclass
class DryRun:
    """What one policy would delete, or a person.

    :param policy: none for what no policy looks after
    :param going: in the order in which they would be deleted
    :param stays: how many stay by what keeps them
    :param untouched: volumes besides that have no more than is kept
    """

    policy: policies.BackupPolicy | None
    rule: retention.Rule
    going: list[Going]
    stays: Mapping[retention.Why, int]
    untouched: int

    @property
    def gib(self) -> int:
        return sum(one.size_gib for one in self.going)

    @property
    def words(self) -> str:
        return keeps(self.rule)

    @property
    def staying(self) -> list[tuple[str, int]]:
        """Words and numbers, in the order in which they count."""
        return [
            (why.label, self.stays[why])
            for why in retention.Why
            if self.stays.get(why)
        ]


def of_policy(policy: policies.BackupPolicy) -> DryRun:
    asked = prune_plan.Asked(policy=policy.pk)
    rows = made.marked(policy.region, policy.pk)
    return _run(
        [rows], policy.region, asked, prune_plan.kept_by(policy), policy
    )


def by_hand(
    found: Iterable[QuerySet[models.Backup]],
    region: str,
    asked: prune_plan.Asked,
) -> DryRun:
    """:param found: of which it was asked, without a policy"""
    rule = retention.Rule(asked.keep_last, asked.keep_days)
    return _run(found, region, asked, rule, None)


def keeps(rule: retention.Rule) -> str:
    """What is kept of each volume."""
    if rule.keeps_all:
        return _t('all')
    told = []
    if rule.keep_last > 0:
        words = ngettext('the last one', 'the last %d', rule.keep_last)
        told.append(words.replace('%d', str(rule.keep_last)))
    if rule.keep_days > 0:
        words = ngettext(
            'all younger than %d day',
            'all younger than %d days',
            rule.keep_days,
        )
        told.append(words % rule.keep_days)
    return _t(' and ').join(told)


def freed(going: Iterable[Going]) -> list[tuple[Going, int, int]]:
    """One of each project, its backups and GiB; most GiB first."""
    found = collections.defaultdict(list)
    for one in going:
        found[one.project_id].append(one)
    sums = [
        (rows[0], len(rows), sum(one.size_gib for one in rows))
        for rows in found.values()
    ]
    return sorted(sums, key=lambda told: (-told[2], told[0].project_id))


def _run(found, region, asked, rule, policy):
    going, stays, looked = [], collections.Counter(), 0
    for told in prune_plan.judged(region, asked):
        going += [
            Going(told.rows[one], told.volume_name, reason, policy)
            for one, reason in told.verdict.goes.items()
        ]
        stays.update(told.verdict.stays.values())
        looked += 1
    there = set()
    for rows in found:
        # Each once, but not by the database: see prune_plan.volumes.
        there.update(rows.order_by().values_list('volume_id', flat=True))
    return DryRun(policy, rule, going, stays, len(there) - looked)
