"""Reads floating IPs, and limits and use of networks for all projects."""

import collections
from collections.abc import Iterator
import itertools

from rey_dashboard.cloud import network
from rey_dashboard.inventory import gone as gone_
from rey_dashboard.inventory import models
from rey_dashboard.inventory import projects as projects_
from rey_dashboard.inventory import reading as reading_
from rey_dashboard.inventory import resources
from rey_dashboard.inventory import store

#: How many of each resource each project has: resource -> project -> number.
Use = dict[str, collections.Counter[str]]


def read(reading: reading_.Reading) -> None:
    source = network.Network(reading.cloud, reading.session)
    default = source.default_limits()
    own = source.own_limits()
    used = _used(reading, source, default)
    projects = projects_.living(reading.region)
    rows = itertools.chain(
        _limited(projects, default, own, used),
        _unlimited(_strangers(reading.region, projects, used), used),
    )
    for batch in store.batches(rows):
        reading.write(
            models.Quota,
            [
                models.Quota(
                    service=resources.NETWORK, **columns, **reading.stamp
                )
                for columns in batch
            ],
        )
    unseen = store.unseen(models.FloatingIp, reading.region, reading.number)
    ids = unseen.order_by('id').values_list('id', flat=True)
    gone = gone_.proven(
        ids[: gone_.MOST_ASKED],
        source.is_floating_ip_gone,
        reading.settings.PARALLEL_CALLS,
    )
    with reading.closing():
        unseen.filter(id__in=gone).delete()
        reading.gone = len(gone)
        store.unseen(
            models.Quota,
            reading.region,
            reading.number,
            service=resources.NETWORK,
        ).delete()


def _used(reading, source, limited) -> Use:
    used = {
        resource: collections.Counter()
        for resource in (*network.COUNTED, 'floatingip')
        if resource in limited
    }
    for resource, owners in used.items():
        if resource == 'floatingip':
            pages = _floating_ips(reading, source)
        else:
            pages = source.owners(resource)
        for page in pages:
            owners.update(page)
            reading.progress(len(page))
    return used


def _floating_ips(reading, source) -> Iterator[list[str]]:
    for rows in source.floating_ips():
        reading.write(
            models.FloatingIp,
            [models.FloatingIp(**vars(row), **reading.stamp) for row in rows],
        )
        yield [row.project_id for row in rows]


def _limited(projects, default, own, used) -> Iterator[dict]:
    """A row of each resource of each project that lives."""
    for project_id in projects:
        for resource, limit in own.get(project_id, default).items():
            owners = used.get(resource)
            # A project that owns nothing is in no listing: 0.
            in_use = None if owners is None else owners[project_id]
            yield {
                'project_id': project_id,
                'resource': resource,
                'limit': limit,
                'in_use': in_use,
                'percent': resources.percent(in_use, limit),
            }


def _unlimited(owners_wanted, used) -> Iterator[dict]:
    """A row of each resource that somebody else owns anything of."""
    for resource, owners in used.items():
        for project_id in owners_wanted & owners.keys():
            yield {
                'project_id': project_id,
                'resource': resource,
                'in_use': owners[project_id],
                'counted': True,
            }


def _strangers(region, projects, used) -> set[str]:
    """Owners that are no living project; Neutron itself is the empty one."""
    left_out = projects_.left_out(region)
    return set().union(*used.values()) - {'', *projects, *left_out}
