"""Storage pools, as cinder's scheduler reckons with them."""

import dataclasses
import math

#: The scheduler's ratio while nothing is there to reckon ``auto`` from.
FIRST_AUTO_RATIO = 20.0


@dataclasses.dataclass(frozen=True)
class Pool:
    """A pool of a back end; what its driver does not know is None.

    :param name: ``host@backend#pool``, or a cluster's name for the host
    :param over_subscription_ratio: 1 where the scheduler does not use it
    """

    name: str
    total_gib: float | None
    free_gib: float | None
    allocated_gib: float | None
    provisioned_gib: float | None
    reserved_percent: float
    over_subscription_ratio: float
    thin: bool


def read(row: dict) -> Pool:
    """A pool from cinder's answer; drivers write into it what they like."""
    told = row.get('capabilities') or {}
    thin = bool(told.get('thin_provisioning_support'))
    return Pool(
        name=row['name'],
        total_gib=_number(told.get('total_capacity_gb')),
        free_gib=_number(told.get('free_capacity_gb')),
        allocated_gib=_number(told.get('allocated_capacity_gb')),
        provisioned_gib=_number(told.get('provisioned_capacity_gb')),
        reserved_percent=_number(told.get('reserved_percentage')) or 0.0,
        over_subscription_ratio=_ratio(told) if thin else 1.0,
        thin=thin,
    )


def _number(told):
    """None for ``infinite``, ``unknown`` and whatever else is no number."""
    if isinstance(told, bool) or not isinstance(told, int | float):
        return None
    return float(told) if math.isfinite(told) else None


def _ratio(told):
    """As the scheduler has it (code of cinder 29, ``sched_utils.py``)."""
    total = _number(told.get('total_capacity_gb'))
    free = _number(told.get('free_capacity_gb'))
    if total is None or free is None:
        return 1.0
    ratio = told.get('max_over_subscription_ratio')
    if ratio == 'auto':
        provisioned = _number(
            told.get('provisioned_capacity_gb')
            or told.get('allocated_capacity_gb')
        )
        if not provisioned:
            return FIRST_AUTO_RATIO
        return 1 + provisioned / (total - free + 1)
    try:
        # A string, when it comes out of cinder.conf.
        return float(ratio)
    except (TypeError, ValueError):
        return 1.0
