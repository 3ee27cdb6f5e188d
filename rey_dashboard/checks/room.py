"""Where there is hardly any room left: hosts, all of them, and storage."""

from collections.abc import Iterator

from django.db.models import Sum
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rey_dashboard.checks import registry
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import totals
from rey_dashboard.policy import operate

#: Of what can be held.
NEARLY_FULL, ALMOST_NOTHING = 90, 97
#: A single host is packed on purpose: less says nothing.
HOST_NEARLY_FULL = 95
CLASSES = {
    'VCPU': _('vCPUs'),
    'PCPU': _('dedicated vCPUs'),
    'MEMORY_MB': _('RAM'),
    'DISK_GB': _('disk'),
}
_SEVERITY = registry.SEVERITY


class HostFull(registry.Check):
    """Those that take servers: of others nobody asks for room."""

    label = _('Hosts that are nearly full')
    area = 'usage'
    rule = operate.READ
    rests_on = (parts.HOSTS,)
    titles = {
        '': _('%(name)s has used %(percent)d%% of its %(label)s'),
    }

    def find(self, region):
        fullest = {}
        for root_id, name, used, holds in of_hosts(region):
            percent = percent_of(used, holds)
            if percent >= fullest.get(root_id, (HOST_NEARLY_FULL,))[0]:
                fullest[root_id] = percent, name, used, holds
        hosts = models.Host.objects.filter(region=region, id__in=fullest)
        for host in hosts:
            percent, name, used, holds = fullest[host.id]
            yield registry.Found(
                subject=host.id,
                subject_name=host.name,
                severity=_SEVERITY.NOTE,
                evidence=evidence_of(name, percent, used, holds),
                host=host.name,
            )

    def title(self, finding):
        return title_of(self, finding)

    def runbook(self, finding):
        return registry.Runbook(
            meaning=_t(
                'The scheduler finds no place there for greater servers. '
                'Alone that is no fault; moving servers away frees room.'
            ),
            causes=(
                _t('Its servers have grown in number.'),
                _t('Its allocation ratio is low.'),
            ),
            commands=(
                registry.command(
                    _t('What it has, and its allocation ratios'),
                    *('openstack', 'resource', 'provider', 'inventory'),
                    *('list', finding.subject),
                ),
                registry.command(
                    _t('What is used of it'),
                    *('openstack', 'resource', 'provider', 'usage'),
                    *('show', finding.subject),
                ),
            ),
            mended=_t('Less than %d %% of each is used.') % HOST_NEARLY_FULL,
            documentation='placement/{release}/',
        )


class CloudFull(registry.Check):
    """All hosts that take servers together."""

    label = _('Room for new servers')
    area = 'usage'
    rule = operate.READ
    rests_on = (parts.HOSTS,)
    titles = {'': _('All hosts together have used %(percent)d%% of %(label)s')}

    def find(self, region):
        sums = {}
        for _root, name, used, holds in of_hosts(region):
            so_far = sums.setdefault(name, [0, 0])
            so_far[0] += used
            so_far[1] += holds
        for name, (used, holds) in sums.items():
            percent = percent_of(used, holds)
            if percent >= NEARLY_FULL:
                yield registry.Found(
                    subject=name,
                    severity=severity_at(percent),
                    evidence=evidence_of(name, percent, used, holds),
                )

    def title(self, finding):
        return title_of(self, finding)

    def runbook(self, finding):
        return registry.Runbook(
            meaning=_t('Soon no new server finds a host: No valid host.'),
            causes=(
                _t('The cloud grows, and its hardware does not.'),
                _t('Hosts are disabled or down: their room does not count.'),
                _t('Servers that nobody needs were not deleted.'),
            ),
            commands=(
                registry.command(
                    _t('Hosts, and what each holds'),
                    *('openstack', 'hypervisor', 'list', '--long'),
                ),
                registry.command(
                    _t('Hosts that take no servers'),
                    *('openstack', 'compute', 'service', 'list', '--long'),
                ),
            ),
            mended=_t('Less than %d %% of it is used.') % NEARLY_FULL,
            documentation='nova/{release}/admin/scheduling.html',
        )


class PoolFull(registry.Check):
    """Pools that do not tell their size are left out."""

    label = _('Storage pools that are nearly full')
    area = 'usage'
    rule = operate.READ
    rests_on = (parts.POOLS,)
    titles = {'': _('The pool %(name)s is %(percent)d%% full')}

    def find(self, region):
        pools = models.Pool.objects.filter(region=region)
        for pool in pools.exclude(total_gib=None):
            total = totals.pool_total(pool)
            percent = percent_of(total.used, total.can_hold)
            if percent >= NEARLY_FULL:
                yield registry.Found(
                    subject=pool.name,
                    severity=severity_at(percent),
                    evidence={
                        'percent': percent,
                        'used_gib': round(total.used, 1),
                        'can_hold_gib': round(total.can_hold, 1),
                        'thin': pool.thin,
                    },
                    # host@backend#pool
                    host=pool.name.partition('@')[0],
                )

    def runbook(self, finding):
        return registry.Runbook(
            meaning=_t(
                'New volumes, snapshots and growing ones fail there; a thin '
                'pool that is really full stops the servers that write.'
            ),
            causes=(
                _t('The projects grow.'),
                _t('Snapshots and volumes that nobody needs were kept.'),
                _t('Another back end has room, and no type leads to it.'),
            ),
            commands=(
                registry.command(
                    _t('All pools, and their room'),
                    *('openstack', 'volume', 'backend', 'pool', 'list'),
                    '--long',
                ),
                registry.command(
                    _t('Volumes that no server uses'),
                    *('openstack', 'volume', 'list', '--all-projects'),
                    *('--status', 'available', '--long'),
                ),
            ),
            mended=_t('Less than %d %% of it is used.') % NEARLY_FULL,
            documentation='cinder/{release}/admin/index.html',
        )


def of_hosts(region: str) -> Iterator[tuple[str, str, float, float]]:
    """Host, resource class, used and can hold, of those that take servers."""
    takes = models.Host.objects.filter(
        region=region, state='up', status='enabled'
    )
    rows = models.Inventory.objects.filter(
        region=region,
        root_id__in=takes.values('id'),
        resource_class__in=CLASSES,
    )
    return (
        rows.order_by()
        .values_list('root_id', 'resource_class')
        .annotate(in_use=Sum('used'), can_hold=Sum(totals.HOLDS))
        .iterator()
    )


def percent_of(used: float, holds: float) -> int:
    """Whole ones, never rounded up to full."""
    if holds <= 0:
        return 100 if used else 0
    return int(used * 100 / holds)


def severity_at(percent: int) -> registry.SEVERITY:
    nothing_left = percent >= ALMOST_NOTHING
    return _SEVERITY.ERROR if nothing_left else _SEVERITY.WARNING


def evidence_of(name, percent, used, holds):
    return {
        'resource_class': name,
        'percent': percent,
        'used': used,
        'can_hold': int(holds),
    }


def title_of(check: registry.Check, finding) -> str:
    told = finding.evidence
    return check.titles[finding.word] % {
        'name': finding.subject_name or finding.subject,
        'percent': told['percent'],
        'label': CLASSES[told['resource_class']],
    }
