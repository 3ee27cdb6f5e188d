"""Host aggregates without room, and hosts that are in none."""

from collections.abc import Container
from collections.abc import Iterator
from collections.abc import Sequence

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rey_dashboard.checks import registry
from rey_dashboard.checks import room
from rey_dashboard.inventory import hypervisors
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import services
from rey_dashboard.policy import operate

_SEVERITY = registry.SEVERITY
_SHOW = 'openstack', 'aggregate', 'show', '--'


class AggregateFull(registry.Check):
    """Of its hosts that take servers; not of one that is the whole cloud."""

    label = _('Host aggregates that are nearly full')
    area = 'usage'
    rule = operate.READ
    rests_on = (parts.AGGREGATES, parts.HOSTS)
    titles = {
        '': _(
            'The hosts of the aggregate %(name)s have used %(percent)d%% of '
            'their %(label)s'
        ),
    }

    def find(self, region):
        by_host = {}
        for host_id, *told in room.of_hosts(region):
            by_host.setdefault(host_id, []).append(told)
        of_service = hypervisors.by_service(region)
        for aggregate in _aggregates(region):
            ids = {
                of_service[host].id
                for host in aggregate.hosts
                if host in of_service
            }
            hosts = ids & by_host.keys()
            if hosts and hosts != by_host.keys():
                yield from _full(
                    aggregate, [by_host[host_id] for host_id in hosts]
                )

    def title(self, finding):
        return room.title_of(self, finding)

    def runbook(self, finding):
        return registry.Runbook(
            meaning=_t(
                'What must run there (by its flavor or its zone) soon finds '
                'no host, though the cloud may have room elsewhere.'
            ),
            causes=(
                _t('Its projects grow, and its hardware does not.'),
                _t('Hosts of it are disabled or down: they do not count.'),
                _t('Servers run there that could run elsewhere.'),
            ),
            commands=(
                registry.command(
                    _t('Its hosts, and what is asked of who runs there'),
                    *_SHOW,
                    finding.subject,
                ),
                registry.command(
                    _t('Hosts, and what each holds'),
                    *('openstack', 'hypervisor', 'list', '--long'),
                ),
                registry.command(
                    _t('Give it a host more, by the name of its service'),
                    *('openstack', 'aggregate', 'add', 'host'),
                    *('--', finding.subject, 'HOST'),
                ),
            ),
            mended=_t('Less than %d %% of it is used.') % room.NEARLY_FULL,
            documentation='nova/{release}/admin/aggregates.html',
        )


class HostWithoutAggregate(registry.Check):
    """Where at least half of the hosts are in one: else it is no custom."""

    label = _('Hosts that are in no aggregate')
    area = 'operate'
    rule = operate.READ
    rests_on = (parts.AGGREGATES, parts.COMPUTE_SERVICES)
    titles = {'': _('The host %(name)s is in no aggregate, as others are')}

    def find(self, region):
        within = set()
        for aggregate in _aggregates(region):
            within.update(aggregate.hosts)
        rows = list(
            models.Service.objects.filter(region=region, name=services.COMPUTE)
        )
        alone = without(rows, within)
        for row in alone:
            yield registry.Found(
                subject=row.id,
                subject_name=row.host,
                severity=_SEVERITY.NOTE,
                evidence={
                    'state': row.state,
                    'status': row.status,
                    'zone': row.zone,
                    'hosts': len(rows),
                    'hosts_in_aggregates': len(rows) - len(alone),
                },
                host=row.host,
            )

    def runbook(self, finding):
        return registry.Runbook(
            meaning=_t(
                'It is in the default zone, and servers whose flavor asks for '
                'an aggregate never come there.'
            ),
            causes=(
                _t('It is new, and was forgotten.'),
                _t('It was taken out for repair, and not put back.'),
                _t('It is in none on purpose: then snooze this.'),
            ),
            commands=(
                registry.command(
                    _t('All aggregates, and their zones'),
                    *('openstack', 'aggregate', 'list', '--long'),
                ),
                registry.command(
                    _t(
                        'Put it into one; to a host with servers Nova allows '
                        'no other zone'
                    ),
                    *('openstack', 'aggregate', 'add', 'host'),
                    *('--', 'AGGREGATE', finding.host),
                ),
            ),
            mended=_t('An aggregate has it.'),
            documentation='nova/{release}/admin/aggregates.html',
        )


def without(
    rows: Sequence[models.Service], within: Container[str]
) -> list[models.Service]:
    """Those whose host is in no aggregate, where at least half are in one.

    :param within: names of hosts that are in one
    """
    found = [row for row in rows if row.host not in within]
    return found if len(found) * 2 <= len(rows) else []


def _aggregates(region):
    return models.Aggregate.objects.filter(region=region)


def _full(aggregate, of_hosts) -> Iterator[registry.Found]:
    """Of the resource class that is used most."""
    sums = {}
    for told in of_hosts:
        for name, used, holds in told:
            so_far = sums.get(name, (0, 0))
            sums[name] = so_far[0] + used, so_far[1] + holds
    percent, name = max(
        (room.percent_of(*numbers), name) for name, numbers in sums.items()
    )
    if percent < room.NEARLY_FULL:
        return
    yield registry.Found(
        subject=aggregate.id,
        subject_name=aggregate.name,
        severity=room.severity_at(percent),
        evidence={
            **room.evidence_of(name, percent, *sums[name]),
            'zone': aggregate.zone,
            'hosts': len(of_hosts),
            'metadata': aggregate.metadata,
        },
    )
