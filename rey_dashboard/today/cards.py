"""The four cards: each of the operator's key tasks in two lines."""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rey_dashboard.checks import models as check_models
from rey_dashboard.inventory import freshness as freshness_
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import scope as scope_
from rey_dashboard.policy import install
from rey_dashboard.policy import operate
from rey_dashboard.policy import update
from rey_dashboard.policy import usage
from rey_dashboard.today import figures
from rey_dashboard.today import looks

SEVERITY = check_models.Finding.Severity


@dataclasses.dataclass(frozen=True)
class State:
    """How an area is; never told by the colour alone."""

    name: str
    word: str
    icon: str


WELL = State('ok', _('well'), 'fa-check-circle')
WATCH = State('amber', _('needs a look'), 'fa-exclamation-triangle')
TROUBLE = State('red', _('in trouble'), 'fa-times-circle')
UNKNOWN = State('unknown', _('not known'), 'fa-question-circle')


@dataclasses.dataclass(frozen=True)
class Area:
    """One of the key tasks.

    :param lines: makes its figures, of the scope
    :param parts: of the inventory that they are of
    """

    name: str
    label: str
    rule: str
    parts: tuple[str, ...]
    lines: Callable[..., Iterator[figures.Line]]


AREAS = (
    Area(
        'install',
        _('Install'),
        install.READ,
        (parts.CATALOG, parts.PROBES),
        figures.of_install,
    ),
    Area(
        'operate',
        _('Operate'),
        operate.READ,
        (
            parts.SERVERS,
            *sorted(figures.SERVICE_PARTS),
            parts.VOLUMES,
            parts.BACKUPS,
        ),
        figures.of_operate,
    ),
    Area(
        'usage',
        _('Usage'),
        usage.READ,
        (
            parts.IDENTITY,
            parts.COMPUTE_QUOTAS,
            parts.VOLUME_QUOTAS,
            parts.NETWORK,
            parts.HOSTS,
            parts.POOLS,
        ),
        figures.of_usage,
    ),
    Area(
        'update',
        _('Update'),
        update.READ,
        (parts.CATALOG, parts.PROBES),
        figures.of_update,
    ),
)


@dataclasses.dataclass(frozen=True)
class Card:
    """What a card tells.

    :param address: the page behind it; nothing without one
    :param as_of: of the part that is behind most; none while one was never
        read, or there is none
    """

    name: str
    label: str
    state: State
    lines: Sequence[figures.Line]
    address: str
    as_of: datetime.datetime | None


def of(
    request,
    freshness: freshness_.Freshness,
    worst: Mapping[str, int],
    looked: Sequence[looks.Look],
) -> list[Card]:
    """Those of the areas that the user may see any of.

    :param freshness: of all parts
    :param worst: the worst severity of what needs attention, by area
    """
    return [
        _card(request, area, freshness, worst.get(area.name), looked)
        for area in AREAS
        if scope_.is_open(request, area.rule)
    ]


def _card(request, area, freshness, severity, looked):
    scope = scope_.of(request, area.rule)
    own = freshness_.only(freshness, area.parts)
    return Card(
        name=area.name,
        label=area.label,
        state=_state(area, severity, looked, own),
        lines=tuple(area.lines(request, scope, own)),
        address=_address(area, looked),
        as_of=own.as_of if area.parts else None,
    )


def _state(area, severity, looked, own):
    if severity is not None and severity <= SEVERITY.ERROR:
        return TROUBLE
    if severity == SEVERITY.WARNING:
        return WATCH
    mine = [look for look in looked if look.area == area.name]
    # Nobody may be told that all is well where nobody looked.
    if not mine or any(look.why_not for look in mine):
        return UNKNOWN
    return WELL


def _address(area, looked):
    own = {
        'install': 'horizon:rey:readiness:index',
        'update': 'horizon:rey:versions:index',
    }
    if area.name in own:
        return reverse(own[area.name])
    if not any(look.area == area.name for look in looked):
        return ''
    return f'{reverse("horizon:rey:today:findings")}?area={area.name}'
