"""Where Cinder's own count of what a project uses is not what it lists.

Cinder keeps a counter for each quota, which can go wrong for good: a project
is then refused what it is entitled to. Nova counts each time, and so does
Neutron with its usual driver (``driver_nolock``, code of neutron 28); no API
tells what Neutron's older driver remembers.

Quotas and listings are read one after the other. What changes in between
differs for one collection, and is read anew in the next: only what stays is
wrong.
"""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses
import shlex

from django.db.models import Count
from django.db.models import Q
from django.db.models import QuerySet
from django.db.models import Sum

from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import resources
from rey_dashboard.inventory import scope as scope_

#: What has to be well read, for a difference to mean anything.
PARTS = (parts.VOLUMES, parts.SNAPSHOTS, parts.BACKUPS, parts.VOLUME_QUOTAS)
#: No page tells of more projects.
MOST = 5000


@dataclasses.dataclass(frozen=True)
class Listed:
    """What Cinder lists of a project: things, and GiB."""

    volumes: int = 0
    volumes_gib: int = 0
    snapshots: int = 0
    snapshots_gib: int = 0
    backups: int = 0
    backups_gib: int = 0

    def of(self, resource: str) -> tuple[int, ...]:
        """What may be counted for a quota; the first is usual."""
        return {
            'volumes': (self.volumes,),
            # Without the snapshots' where no_snapshot_gb_quota is set.
            'gigabytes': (
                self.volumes_gib + self.snapshots_gib,
                self.volumes_gib,
            ),
            'snapshots': (self.snapshots,),
            'backups': (self.backups,),
            'backup_gigabytes': (self.backups_gib,),
        }[resource]


RESOURCES = (
    'volumes',
    'gigabytes',
    'snapshots',
    'backups',
    'backup_gigabytes',
)
_KINDS = {
    'volumes': models.Volume,
    'snapshots': models.Snapshot,
    'backups': models.Backup,
}


def is_known(region: str) -> bool:
    """Whether all of it was read, and nothing of it fails."""
    states = models.PartState.objects.filter(region=region, name__in=PARTS)
    good = states.exclude(last_good_at=None).filter(failing_since=None)
    return good.count() == len(PARTS)


def mark(scope: scope_.Scope, quotas: Iterable[models.Quota]) -> bool:
    """Sets ``listed`` of each: what Cinder lists, where its count is another.

    Elsewhere it is None. Whether there is any.
    """
    quotas = list(quotas)
    listed = {}
    if is_known(scope.region):
        ids = {row.project_id for row in quotas if _counts(row)}
        listed = _listed(scope, ids)
    for row in quotas:
        row.listed = None
        found = listed.get(row.project_id)
        if found and _counts(row) and row.in_use not in found.of(row.resource):
            row.listed = found.of(row.resource)[0]
    return any(row.listed is not None for row in quotas)


def only(scope: scope_.Scope, rows: QuerySet) -> QuerySet:
    """Those of the quotas that do not add up."""
    if not is_known(scope.region):
        return rows.none()
    listed = _listed(scope)
    wrong = Q(pk__in=[])
    told = (
        scope.all_quotas()
        .filter(service=resources.VOLUME, counted=False)
        .exclude(in_use=None)
    )
    for resource in RESOURCES:
        counts = told.filter(resource=resource).values_list(
            'project_id', 'in_use'
        )
        ids = [
            project_id
            for project_id, in_use in counts
            if in_use not in listed.get(project_id, Listed()).of(resource)
        ]
        wrong |= Q(resource=resource, project_id__in=ids[:MOST])
    return rows.filter(wrong, service=resources.VOLUME)


def wrong(region: str) -> Iterator[dict]:
    """Each quota that does not add up, with what Cinder lists; four queries.

    It may be so for one collection alone: ``seen`` tells which read it.
    """
    scope = scope_.Scope(region)
    listed = _listed(scope)
    rows = scope.all_quotas().filter(
        service=resources.VOLUME, resource__in=RESOURCES, counted=False
    )
    columns = ('project_id', 'resource', 'in_use', 'seen')
    rows = rows.exclude(in_use=None).order_by('project_id', 'resource')
    for row in rows.values(*columns).iterator():
        told = listed.get(row['project_id'], Listed()).of(row['resource'])
        if row['in_use'] not in told:
            yield {**row, 'listed': told[0]}


def commands(project_id: str) -> list[str]:
    """To look, and to mend; on a host with Cinder's configuration."""
    one = shlex.quote(project_id)
    return [
        f'cinder-manage quota check --project-id {one}',
        f'cinder-manage quota sync --project-id {one}',
    ]


def _counts(row):
    return (
        row.service == resources.VOLUME
        and row.resource in RESOURCES
        and row.in_use is not None
        and not row.counted
    )


def _listed(scope, ids=None) -> Mapping[str, Listed]:
    """Of those projects, or of all; one with nothing may be absent."""
    found = {} if ids is None else {one: {} for one in ids}
    for name, model in _KINDS.items():
        rows = scope.of_projects(model).order_by()
        if ids is not None:
            rows = rows.filter(project_id__in=ids)
        sums = rows.values_list('project_id').annotate(
            Count('id'), Sum('size_gib')
        )
        for project_id, number, gib in sums:
            of_project = found.setdefault(project_id, {})
            of_project[name], of_project[f'{name}_gib'] = number, gib
    return {one: Listed(**columns) for one, columns in found.items()}
