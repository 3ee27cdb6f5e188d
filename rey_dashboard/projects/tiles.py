"""The tiles above the Projects page: what the whole cloud uses."""

import dataclasses
import math

from django.db.models import Count
from django.db.models import Q
from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rey_dashboard.inventory import domains
from rey_dashboard.inventory import totals
from rey_dashboard.templatetags import rey


@dataclasses.dataclass(frozen=True)
class Tile:
    """One figure.

    :param level: ``ok``, ``amber`` or ``red``
    :param query: leads to the rows behind the figure
    """

    value: str
    words: str
    detail: str = ''
    level: str = 'ok'
    query: str = ''


def of(scope) -> list[Tile]:
    """For the whole scope, whatever the page filters by."""
    counts = scope.domain_summaries().aggregate(
        all=Sum('projects', default=0),
        domains=Count(
            'domain_id', filter=Q(projects__gt=0) & ~Q(domain_id='')
        ),
        full=Sum('projects_nearly_full', default=0),
        errors=Sum('servers_in_error', default=0),
    )
    return [
        Tile(
            rey.number(counts['all']),
            ngettext(
                'projects in %(count)s domain',
                'projects in %(count)s domains',
                counts['domains'],
            )
            % {'count': rey.number(counts['domains'])},
        ),
        *(_of_the_cloud(scope.region) if scope.is_whole else ()),
        Tile(
            rey.number(counts['full']),
            ngettext(
                'project over %(percent)d %% of a quota',
                'projects over %(percent)d %% of a quota',
                counts['full'],
            )
            % {'percent': domains.NEARLY_FULL},
            level='amber' if counts['full'] else 'ok',
            query=f'over={domains.NEARLY_FULL}',
        ),
        Tile(
            rey.number(counts['errors']),
            ngettext('server in ERROR', 'servers in ERROR', counts['errors']),
            level='red' if counts['errors'] else 'ok',
            query='in_error=1',
        ),
    ]


def _of_the_cloud(region):
    hosts = totals.hosts(region)
    unread = totals.Total(0, None)
    yield _of_hosts(
        hosts.get('VCPU', unread),
        _('vCPUs used of what the hosts can hold'),
    )
    yield _of_hosts(
        hosts.get('MEMORY_MB', unread),
        _('RAM used of what the hosts can hold'),
        _from_mib,
    )
    yield _of_pools(totals.storage(region))


def _of_hosts(total, words, shown=rey.number):
    detail = ''
    if total.closed:
        detail = _('%(amount)s of it on hosts that are down or disabled') % {
            'amount': shown(math.floor(total.closed))
        }
    return _tile(total, words, shown, detail)


def _of_pools(total):
    detail = ''
    if total.untold:
        detail = ngettext(
            '%(count)d pool does not tell its size',
            '%(count)d pools do not tell their size',
            total.untold,
        ) % {'count': total.untold}
    words = _('volumes of what the pools can hold')
    return _tile(total, words, rey.size, detail)


def _tile(total, words, shown, detail):
    if total.can_hold is None:
        return Tile('–', words, detail or _('not read yet'))
    can_hold = math.floor(total.can_hold)
    percent = total.used * 100 / can_hold if can_hold else 0
    return Tile(
        f'{shown(total.used)} / {shown(can_hold)}',
        words,
        detail,
        level=rey.level(percent),
    )


def _from_mib(mib):
    return rey.size(mib / 1024)
