"""What projects own by the listings, where no service tells their quota.

Nova and Cinder refuse or invent the quotas of a project that Keystone does not
have (any more); its things go on using the cloud all the same.
"""

from django.db.models import Count
from django.db.models import Sum

from rey_dashboard.inventory import models
from rey_dashboard.inventory import projects as projects_
from rey_dashboard.inventory import resources
from rey_dashboard.inventory import store

#: Deleting a project often leaves its default security group behind in
#: Neutron; that alone is nothing that somebody owns.
LEFT_BEHIND = ('security_group', 'security_group_rule')


def count(region: str) -> None:
    """Writes the counted rows of ``Quota`` anew.

    Those of networks come with their reading, which counts all use.
    """
    found = {
        resources.COMPUTE: _compute(region),
        resources.VOLUME: _volume(region),
    }
    quotas = models.Quota.objects.filter(region=region)
    left_out = projects_.left_out(region)
    quotas.filter(service__in=found, counted=True).delete()
    rows = []
    for service, used in found.items():
        told = set(
            quotas.filter(service=service)
            .order_by()
            .values_list('project_id', flat=True)
            .distinct()
        )
        rows += [
            models.Quota(
                region=region,
                project_id=project_id,
                service=service,
                resource=resource,
                in_use=amount,
                counted=True,
                seen=0,
            )
            for project_id, amounts in used.items()
            for resource, amount in amounts.items()
            if project_id not in told and project_id not in left_out
        ]
    models.Quota.objects.bulk_create(rows, batch_size=store.BATCH)


def owners(region: str) -> set[str]:
    """Projects that own something, by the listings."""
    return {
        project_id
        for model in (
            models.Server,
            models.Volume,
            models.Snapshot,
            models.Backup,
            models.FloatingIp,
        )
        for project_id in model.objects.filter(region=region)
        .order_by()
        .values_list('project_id', flat=True)
        .distinct()
    } | set(
        models.Quota.objects.filter(region=region, counted=True, in_use__gt=0)
        .exclude(resource__in=LEFT_BEHIND)
        .values_list('project_id', flat=True)
    )


def _compute(region):
    rows = (
        models.Server.objects.filter(region=region)
        .order_by()
        .values_list('project_id')
        .annotate(Count('id'), Sum('vcpus'), Sum('ram_mib'))
    )
    return {
        project_id: {'instances': count, 'cores': vcpus, 'ram': ram}
        for project_id, count, vcpus, ram in rows
    }


def _volume(region):
    """As Cinder counts by default: snapshots count as storage, too."""
    found = {}
    for model, kind, sizes in (
        (models.Volume, 'volumes', 'gigabytes'),
        (models.Snapshot, 'snapshots', 'gigabytes'),
        (models.Backup, 'backups', 'backup_gigabytes'),
    ):
        for project_id, count, size in (
            model.objects.filter(region=region)
            .order_by()
            .values_list('project_id')
            .annotate(Count('id'), Sum('size_gib'))
        ):
            used = found.setdefault(project_id, {})
            used[kind] = count
            used[sizes] = used.get(sizes, 0) + size
    return found
