"""What of the hosts and pools is used, and what they can really hold."""

import dataclasses

from django.db.models import Case
from django.db.models import ExpressionWrapper
from django.db.models import F
from django.db.models import FloatField
from django.db.models import Sum
from django.db.models import Value
from django.db.models import When

from rey_dashboard.inventory import models

#: Of a row of ``Inventory``.
HOLDS = ExpressionWrapper(
    (F('total') - F('reserved')) * F('allocation_ratio'),
    output_field=FloatField(),
)


@dataclasses.dataclass(frozen=True)
class Total:
    """Use and capacity, in one unit.

    :param can_hold: None when nothing is known
    :param closed: how much of it is on hosts that take no new servers
    :param untold: pools that do not tell their size, so that they are left out
    """

    used: float
    can_hold: float | None
    closed: float = 0
    untold: int = 0


def hosts(region: str) -> dict[str, Total]:
    """By resource class: ``(total - reserved) * allocation_ratio`` of each.

    VCPU has the dedicated CPUs (PCPU) in it; MEMORY_MB is in MiB.
    """
    totals = {}
    for name, *numbers in _by_class(region):
        name = 'VCPU' if name == 'PCPU' else name
        so_far = totals.get(name)
        if so_far:
            before = (so_far.used, so_far.can_hold, so_far.closed)
            numbers = map(sum, zip(before, numbers, strict=True))
        totals[name] = Total(*numbers)
    return totals


def storage(region: str) -> Total:
    """Volumes in GiB.

    A thin pool holds its size times its over-subscription ratio, a thick one
    its size; Cinder keeps the reserved share free (as its capacity filter
    does).
    """
    used = can_hold = 0.0
    told, untold = False, 0
    for pool in models.Pool.objects.filter(region=region):
        if pool.total_gib is None:
            untold += 1
            continue
        told = True
        of_pool = pool_total(pool)
        can_hold += of_pool.can_hold
        used += of_pool.used
    return Total(used, can_hold if told else None, untold=untold)


def pool_total(pool: models.Pool) -> Total:
    """Of one pool that tells its size, in GiB."""
    ratio = pool.over_subscription_ratio if pool.thin else 1
    kept = 1 - pool.reserved_percent / 100
    return Total(_used(pool), pool.total_gib * kept * ratio)


def _used(pool):
    if pool.thin and pool.provisioned_gib is not None:
        return pool.provisioned_gib
    if pool.allocated_gib is not None:
        return pool.allocated_gib
    return pool.total_gib - (pool.free_gib or 0)


def _by_class(region):
    closed = (
        models.Host.objects.filter(region=region)
        .exclude(state='up', status='enabled')
        .values('id')
    )
    nothing = Value(0.0)
    return (
        models.Inventory.objects.filter(region=region)
        .order_by()
        .values_list('resource_class')
        .annotate(
            in_use=Sum('used'),
            can_hold=Sum(HOLDS, default=nothing),
            closed=Sum(
                Case(When(root_id__in=closed, then=HOLDS)), default=nothing
            ),
        )
    )
