"""What projects own by the listings, where no service tells their quota.

Nova and Cinder refuse or invent the quotas of a project that Keystone does not
have (any more); its things go on using the cloud all the same.
"""

import itertools

from django.db.models import Count
from django.db.models import Q
from django.db.models import Sum

from rey_dashboard.inventory import models
from rey_dashboard.inventory import projects as projects_
from rey_dashboard.inventory import resources
from rey_dashboard.inventory import store

#: Deleting a project often leaves its default security group behind in
#: Neutron; that alone is nothing that somebody owns.
LEFT_BEHIND = ('security_group', 'security_group_rule')


#: What the use of each service is counted from; owners of other things own
#: something as well.
_THINGS = {
    resources.COMPUTE: (models.Server,),
    resources.VOLUME: (models.Volume, models.Snapshot, models.Backup),
}
_OTHERS = (models.FloatingIp,)


def count(region: str) -> set[str]:
    """Writes the counted rows of ``Quota``; returns who owns something.

    Those of networks come with their reading, which counts all use.
    """
    owners = {
        model: _owners(model, region)
        for model in itertools.chain(*_THINGS.values(), _OTHERS)
    }
    told, counted = _services(region)
    left_out = projects_.left_out(region)
    for service, models_ in _THINGS.items():
        untold = set().union(*(owners[model] for model in models_))
        untold -= told[service] | left_out
        _write(region, service, untold, counted[service])
    return set().union(*owners.values(), _of_networks(region, counted))


def _owners(model, region):
    rows = model.objects.filter(region=region).order_by()
    return set(rows.values_list('project_id', flat=True).distinct())


def _services(region):
    """Whose quota each service told, and of whom we counted the use."""
    told = {service: set() for service in resources.SERVICES}
    counted = {service: set() for service in resources.SERVICES}
    rows = (
        models.Quota.objects.filter(region=region)
        .order_by()
        .values_list('project_id', 'service')
        .annotate(
            told=Count('seen', filter=Q(counted=False)),
            ours=Count('seen', filter=Q(counted=True)),
        )
    )
    for project_id, service, of_service, ours in rows.iterator():
        if of_service:
            told[service].add(project_id)
        if ours:
            counted[service].add(project_id)
    return told, counted


def _of_networks(region, counted):
    rows = models.Quota.objects.filter(
        region=region,
        service=resources.NETWORK,
        project_id__in=counted[resources.NETWORK],
        counted=True,
        in_use__gt=0,
    ).exclude(resource__in=LEFT_BEHIND)
    return set(rows.values_list('project_id', flat=True))


def _write(region, service, untold, counted):
    """Writes nothing when the counted use is as it was."""
    used = _compute if service == resources.COMPUTE else _volume
    wanted = {
        (project_id, resource): amount
        for project_ids in store.batches(untold)
        for project_id, amounts in used(region, project_ids).items()
        for resource, amount in amounts.items()
    }
    old = models.Quota.objects.filter(
        region=region, service=service, counted=True, project_id__in=counted
    )
    known = old.values_list('project_id', 'resource', 'in_use')
    if {tuple(key): in_use for *key, in_use in known} == wanted:
        return
    old.delete()
    rows = [
        models.Quota(
            region=region,
            project_id=project_id,
            service=service,
            resource=resource,
            in_use=amount,
            counted=True,
            seen=0,
        )
        for (project_id, resource), amount in wanted.items()
    ]
    models.Quota.objects.bulk_create(rows, batch_size=store.BATCH)


def _compute(region, project_ids):
    rows = (
        models.Server.objects.filter(region=region, project_id__in=project_ids)
        .order_by()
        .values_list('project_id')
        .annotate(Count('id'), Sum('vcpus'), Sum('ram_mib'))
    )
    return {
        project_id: {'instances': count, 'cores': vcpus, 'ram': ram}
        for project_id, count, vcpus, ram in rows
    }


def _volume(region, project_ids):
    """As Cinder counts by default: snapshots count as storage, too."""
    found = {}
    for model, kind, sizes in (
        (models.Volume, 'volumes', 'gigabytes'),
        (models.Snapshot, 'snapshots', 'gigabytes'),
        (models.Backup, 'backups', 'backup_gigabytes'),
    ):
        for project_id, count, size in (
            model.objects.filter(region=region, project_id__in=project_ids)
            .order_by()
            .values_list('project_id')
            .annotate(Count('id'), Sum('size_gib'))
        ):
            used = found.setdefault(project_id, {})
            used[kind] = count
            used[sizes] = used.get(sizes, 0) + size
    return found
