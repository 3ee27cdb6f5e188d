"""Which backups are deleted since nobody needs them, and which stay."""

import collections
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses
import itertools

from django.db.models import Exists
from django.db.models import OuterRef
from django.db.models import Q
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _t

from rey_dashboard.backups import holds
from rey_dashboard.backups import made
from rey_dashboard.backups import models as policies
from rey_dashboard.backups import rates
from rey_dashboard.backups import retention
from rey_dashboard.inventory import chains
from rey_dashboard.inventory import models
from rey_dashboard.inventory import resources
from rey_dashboard.inventory import store
from rey_dashboard.tasks import kinds

#: Begins the name of the lane in which a volume's backups are deleted.
LANE = 'volume '
#: What ``before`` and ``after`` have of its size.
GIB = 'gib'
#: Columns of a backup that are looked at.
_NEEDED = (
    *('id', 'name', 'project_id', 'volume_id', 'status', 'size_gib'),
    *('is_incremental', 'has_dependent_backups', 'data_timestamp'),
    *('created_at', 'mark'),
)


@dataclasses.dataclass(frozen=True)
class Asked:
    """What a task of this kind is asked for.

    :param policy: whose backups go, by what it keeps
    :param volumes: without a policy: those of which go what no policy looks
        after
    :param keep_last: without a policy: so many of a volume are kept, ...
    :param keep_days: ... and all that are younger; with 0 for both all are
    :param domain_id: nothing goes but what its projects own
    :param project_id: nothing goes but what it owns
    """

    policy: int | None = None
    volumes: tuple[str, ...] = ()
    keep_last: int = 0
    keep_days: int = 0
    domain_id: str = ''
    project_id: str = ''


@dataclasses.dataclass(frozen=True)
class Judged:
    """The backups of one volume.

    :param rows: all of them, by id
    """

    volume_id: str
    volume_name: str
    rows: Mapping[str, models.Backup]
    verdict: retention.Verdict


def read(parameters: Mapping) -> Asked:
    told = {**parameters, 'volumes': tuple(parameters.get('volumes', ()))}
    return Asked(**told)


def written(asked: Asked) -> dict:
    """For a task; of a policy alone nothing else counts."""
    if asked.policy is not None:
        return {'policy': asked.policy}
    return dataclasses.asdict(asked)


def kept_by(policy: policies.BackupPolicy) -> retention.Rule:
    """As its newest version says."""
    told = policy.versions.get(version=policy.version).told
    return retention.Rule(
        told.get('keep_last', 0), told.get('keep_days', 0), policy.pk
    )


def volumes(
    region: str, found: Iterable[QuerySet[models.Backup]], rule: retention.Rule
) -> tuple[str, ...]:
    """Those of these backups' volumes of which something may go.

    Most volumes have no more than is kept, and need no look at each backup.
    """
    if rule.keeps_all:
        return ()
    number, old, ill = collections.Counter(), set(), set()
    oldest = rule.oldest(timezone.now()) if rule.keep_days > 0 else None
    broken = models.BackupChain.objects.filter(
        region=region, backup_id=OuterRef('id')
    ).exclude(problem='')
    told = (
        # Counted here: a database that groups them may look at all there are.
        rows.order_by().values_list(
            'volume_id',
            Coalesce('data_timestamp', 'created_at'),
            ~Q(status=retention.AVAILABLE) | Exists(broken),
        )
        for rows in found
    )
    for volume_id, data_at, is_ill in itertools.chain.from_iterable(told):
        number[volume_id] += 1
        if oldest is None or data_at < oldest:
            old.add(volume_id)
        if is_ill:
            ill.add(volume_id)
    many = {one for one in old if number[one] > rule.keep_last}
    return tuple(sorted(many | ill))


def judged(region: str, asked: Asked) -> Iterator[Judged]:
    """Volume by volume, each with all its backups."""
    rule = retention.Rule(asked.keep_last, asked.keep_days)
    if asked.policy is not None:
        policy = made.living(region).filter(pk=asked.policy).first()
        if policy is None:
            return
        rule = kept_by(policy)
        rows = made.marked(region, policy.pk)
        asked = dataclasses.replace(
            asked,
            volumes=volumes(region, [rows], rule),
            domain_id=policy.domain_id,
        )
    makers = made.Makers(region)
    for ids in store.batches(asked.volumes, store.BATCH):
        yield from _judged(region, ids, rule, asked, makers)


def steps(region: str, asked: Asked) -> Iterator[kinds.Planned]:
    """Those that go, in the order in which to delete them."""
    for told in judged(region, asked):
        going = [told.rows[one] for one in told.verdict.goes]
        projects = models.Project.objects.filter(
            region=region, id__in={row.project_id for row in going}
        )
        projects = {project.id: project for project in projects}
        for row in going:
            yield _planned(told, row, projects.get(row.project_id))


def _judged(region, volume_ids, rule, asked, makers):
    by_volume = collections.defaultdict(dict)
    rows = models.Backup.objects.filter(
        region=region, volume_id__in=volume_ids
    )
    rows = list(rows.only(*_NEEDED))
    for row in rows:
        by_volume[row.volume_id][row.id] = row
    names = models.Volume.objects.filter(region=region, id__in=volume_ids)
    names = dict(names.values_list('id', 'name'))
    ours = makers.of(_inside(region, asked, rows))
    held = holds.of(region, [row.id for row in rows])
    for volume_id, there in sorted(by_volume.items()):
        links = chains.linked(map(_link, there.values()))
        backups = (_backup(link, ours) for link in links)
        yield Judged(
            volume_id,
            names.get(volume_id) or volume_id,
            there,
            retention.judge(backups, rule, held, timezone.now()),
        )


def _link(row):
    return chains.Link(
        row.id,
        row.project_id,
        row.status,
        row.is_incremental,
        row.has_dependent_backups,
        row.size_gib,
        '',
        row.created_at,
        row.data_timestamp or row.created_at,
    )


def _inside(region, asked, rows):
    """What may go: a volume may have had another owner before."""
    if asked.project_id:
        rows = [row for row in rows if row.project_id == asked.project_id]
    if not asked.domain_id:
        return rows
    projects = models.Project.objects.filter(
        region=region,
        domain_id=asked.domain_id,
        id__in={row.project_id for row in rows},
    )
    inside = set(projects.values_list('id', flat=True))
    return [row for row in rows if row.project_id in inside]


def _backup(link, ours):
    return retention.Backup(
        link.id,
        link.project_id,
        link.status,
        link.data_at,
        link.is_good,
        has_dependents=link.has_dependents,
        parent_id=link.parent.id if link.parent else '',
        is_ours=link.id in ours,
        policy=ours.get(link.id),
    )


def _planned(told, row, project):
    method = rates.INCREMENTAL if row.is_incremental else rates.FULL
    data_at = row.data_timestamp or row.created_at
    name = _t('%(backup)s of %(volume)s') % {
        'backup': row.name or row.id,
        'volume': told.volume_name,
    }
    return kinds.Planned(
        target=row.id,
        target_name=name[:255],
        service=resources.VOLUME,
        before={
            'backup': f'{method}, {data_at:%Y-%m-%d %H:%M} UTC',
            GIB: row.size_gib,
        },
        after={'backup': 'deleted', GIB: 0},
        flags=(told.verdict.goes[row.id].value,),
        refused=_refused(project),
        lane=f'{LANE}{told.volume_id}',
        at_once=1,
        work={
            'project_id': row.project_id,
            'backup_id': row.id,
            'volume_id': row.volume_id,
            'mark': row.mark,
        },
    )


def _refused(project):
    if project is None or project.gone_at:
        return _t('Its project is gone: nobody can sign in to it.')
    if not project.enabled:
        return _t('Its project is disabled: nobody can sign in to it.')
    return ''
