"""The counts above the Services page."""

import dataclasses

from django.db.models import Count
from django.db.models import Q
from django.utils.translation import gettext as _

from rey_dashboard.inventory import models
from rey_dashboard.inventory import resources
from rey_dashboard.templatetags import rey

STATES = models.Service.State
STATUSES = models.Service.Status


@dataclasses.dataclass(frozen=True)
class Tile:
    """One service: how many of its parts are up.

    :param links: words, and the query that leads to the rows
    """

    label: str
    value: str
    level: str
    query: str
    links: tuple[tuple[str, str], ...]


def of(region: str) -> list[Tile]:
    """For all there is, whatever the page filters by; one query."""
    rows = models.Service.objects.filter(region=region).order_by()
    disabled = Q(status=STATUSES.DISABLED)
    counts = {
        found['service']: found
        for found in rows.values('service').annotate(
            all=Count('id'),
            up=Count('id', filter=Q(state=STATES.UP)),
            down=Count('id', filter=Q(state=STATES.DOWN)),
            down_enabled=Count('id', filter=Q(state=STATES.DOWN) & ~disabled),
            unknown=Count('id', filter=Q(state=STATES.UNKNOWN)),
            disabled=Count('id', filter=disabled),
        )
    }
    return [
        _tile(service, label, counts[service])
        for service, label in resources.SERVICES.items()
        if service in counts
    ]


def _tile(service, label, count):
    query = f'service={service}'
    told = (
        ('down', _('%s down'), 'state=down'),
        ('unknown', _('%s unknown'), 'state=unknown'),
        ('disabled', _('%s disabled'), 'status=disabled'),
    )
    amber = count['down'] or count['unknown'] or count['disabled']
    return Tile(
        label=label,
        value=_('%(up)s of %(all)s up')
        % {'up': rey.number(count['up']), 'all': rey.number(count['all'])},
        level='red' if count['down_enabled'] else 'amber' if amber else 'ok',
        query=query,
        links=tuple(
            (words % rey.number(count[name]), f'{query}&{more}')
            for name, words, more in told
            if count[name]
        ),
    )
