"""Which backups are deleted since nobody needs them, and which stay."""

from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses

from django.utils import timezone
from django.utils.translation import gettext as _t

from rey_dashboard.backups import holds
from rey_dashboard.backups import made
from rey_dashboard.backups import models as policies
from rey_dashboard.backups import rates
from rey_dashboard.backups import retention
from rey_dashboard.inventory import models
from rey_dashboard.inventory import pieces
from rey_dashboard.inventory import resources
from rey_dashboard.inventory import store
from rey_dashboard.tasks import kinds

#: Begins the name of the lane in which a volume's backups are deleted.
LANE = 'volume '


@dataclasses.dataclass(frozen=True)
class Asked:
    """What a task of this kind is asked for.

    :param policy: whose backups go, by what it keeps
    :param volumes: without a policy: those of which go what no policy looks
        after
    :param keep_last: without a policy: so many of a volume are kept, ...
    :param keep_days: ... and all that are younger; with 0 for both all are
    """

    policy: int | None = None
    volumes: tuple[str, ...] = ()
    keep_last: int = 0
    keep_days: int = 0


@dataclasses.dataclass(frozen=True)
class Judged:
    """The backups of one volume.

    :param rows: all of them, by id
    :param held: those on hold
    """

    volume_id: str
    volume_name: str
    rows: Mapping[str, models.Backup]
    held: Mapping[str, models.BackupHold]
    verdict: retention.Verdict


def read(parameters: Mapping) -> Asked:
    told = {**parameters, 'volumes': tuple(parameters.get('volumes', ()))}
    return Asked(**told)


def kept_by(policy: policies.BackupPolicy) -> retention.Rule:
    """As its newest version says."""
    told = policy.versions.get(version=policy.version).told
    return retention.Rule(
        told.get('keep_last', 0), told.get('keep_days', 0), policy.pk
    )


def judged(region: str, asked: Asked) -> Iterator[Judged]:
    """Volume by volume, each with all its backups."""
    rule = retention.Rule(asked.keep_last, asked.keep_days)
    volume_ids, domain_id = asked.volumes, ''
    if asked.policy is not None:
        policy = made.living(region).filter(pk=asked.policy).first()
        if policy is None:
            return
        rule, domain_id = kept_by(policy), policy.domain_id
        volume_ids = made.volumes(region, policy.pk)
    for ids in store.batches(volume_ids, store.BATCH):
        yield from _judged(region, ids, rule, domain_id)


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


def _judged(region, volume_ids, rule, domain_id):
    rows = models.Backup.objects.filter(
        region=region, volume_id__in=volume_ids
    )
    rows = {row.id: row for row in rows}
    names = models.Volume.objects.filter(region=region, id__in=volume_ids)
    names = dict(names.values_list('id', 'name'))
    ours = made.by(region, rows.values())
    if domain_id:
        inside = _of_domain(region, domain_id, rows.values())
        ours = {one: ours[one] for one in ours if one in inside}
    held = holds.of(region, rows)
    linked = pieces.Chosen(region, None, None, volume_ids).links()
    for volume_id, links in sorted(linked.items()):
        links = [link for link in links if link.id in rows]
        backups = (_backup(link, ours) for link in links)
        verdict = retention.judge(backups, rule, held, timezone.now())
        yield Judged(
            volume_id,
            names.get(volume_id) or volume_id,
            {link.id: rows[link.id] for link in links},
            held,
            verdict,
        )


def _of_domain(region, domain_id, rows):
    """Of those whose project the domain owns; it may have been moved."""
    projects = models.Project.objects.filter(
        region=region,
        domain_id=domain_id,
        id__in={row.project_id for row in rows},
    )
    inside = set(projects.values_list('id', flat=True))
    return {row.id for row in rows if row.project_id in inside}


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
            'gib': row.size_gib,
        },
        after={'backup': 'deleted', 'gib': 0},
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
