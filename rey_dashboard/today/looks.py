"""Which checks there are for a user, and how their last looks went."""

from collections.abc import Mapping
import dataclasses
import datetime
import types

from django.utils.translation import gettext as _t

from rey_dashboard.checks import models
from rey_dashboard.checks import registry
from rey_dashboard.checks import showing
from rey_dashboard.inventory import scope as scope_


@dataclasses.dataclass(frozen=True)
class Look:
    """One check; the numbers are None where he may not see them.

    :param why_not: why what it tells is not of now; nothing when it is
    :param found: in the whole region, in its last good look
    :param open: findings that he may see
    """

    name: str
    label: str
    area: str
    why_not: str
    looked_at: datetime.datetime | None
    last_good_at: datetime.datetime | None
    took_s: float | None
    found: int | None
    open: int


def of(
    scopes: Mapping[str, scope_.Scope],
    region: str,
    counts: Mapping[str, int] = types.MappingProxyType({}),
) -> list[Look]:
    """Those of the checks in ``scopes``, by their labels.

    :param scopes: as ``seeing.scopes`` gives them
    :param counts: open findings, by the check's name
    """
    rows = models.CheckRun.objects.filter(region=region, check_name__in=scopes)
    runs = {row.check_name: row for row in rows}
    found = [
        _look(name, scope.is_whole, runs.get(name), counts.get(name, 0))
        for name, scope in scopes.items()
    ]
    return sorted(found, key=lambda look: (look.area, look.label))


def _look(name, whole, run, number):
    check = registry.installed()[name]
    return Look(
        name=name,
        label=str(check.label),
        area=check.area,
        why_not=_why_not(run, whole),
        looked_at=run and run.started_at,
        last_good_at=run and run.last_good_at,
        took_s=run.took_s if run and whole else None,
        found=run.found if run and whole else None,
        open=number,
    )


def _why_not(run, whole):
    if run and run.error and not whole:
        # The place in the code is nothing for others.
        return _t('broke')
    return showing.state(run)
