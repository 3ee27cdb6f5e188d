"""Services and agents that are down, forgotten, restless or of no use.

A host that is down is told by ``checks/hosts.py``, a service of Cinder by
``checks/volume_services.py``: not here once more.
"""

import collections
import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rey_dashboard.checks import registry
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import resources
from rey_dashboard.inventory import services
from rey_dashboard.policy import operate
from rey_dashboard.services import on_hosts
from rey_dashboard.services import runbooks

_SEVERITY = registry.SEVERITY
STATES = models.Service.State
STATUSES = models.Service.Status
#: So many changes in so long are no coincidence.
RESTLESS, WITHIN = 3, datetime.timedelta(hours=1)


class _Check(registry.Check):
    area = 'operate'
    rule = operate.READ

    def page(self, finding):
        return runbooks.page(finding)


class _Down(_Check):
    """The only one of its kind is worse; one that is disabled is a note."""

    service: str
    titles = {
        '': _('%(service)s on %(name)s is down'),
        'last': _('%(service)s on %(name)s is down, and no other is up'),
    }

    def find(self, region):
        rows = list(
            models.Service.objects.filter(
                region=region, service=self.service
            ).exclude(name=services.COMPUTE)
        )
        at_work = collections.Counter(
            row.name
            for row in rows
            if row.state == STATES.UP and row.status == STATUSES.ENABLED
        )
        down = [row for row in rows if row.state == STATES.DOWN]
        servers = on_hosts.servers(region, {row.host for row in down})
        for row in down:
            is_last = not at_work[row.name]
            yield _found(
                row,
                self.severity(row, is_last),
                word='last' if is_last else '',
                servers=servers.get(row.host, 0),
                since=row.reported_at,
            )

    def severity(self, row, is_last):
        if row.status == STATUSES.DISABLED:
            return _SEVERITY.NOTE
        return _SEVERITY.CRITICAL if is_last else _SEVERITY.ERROR

    def runbook(self, finding):
        return runbooks.down(finding)


class ComputeServiceDown(_Down):
    label = _('Services of Nova that are down')
    service = resources.COMPUTE
    rests_on = (parts.COMPUTE_SERVICES, parts.SERVERS)


class NetworkAgentDown(_Down):
    """Not of a host whose nova-compute is down as well: that is one fault."""

    label = _('Network agents that are down')
    service = resources.NETWORK
    rests_on = (parts.NETWORK_AGENTS, parts.COMPUTE_SERVICES, parts.SERVERS)

    def find(self, region):
        hosts = models.Service.objects.filter(
            region=region, name=services.COMPUTE, state=STATES.DOWN
        )
        names = set(hosts.values_list('host', flat=True))
        return (one for one in super().find(region) if one.host not in names)


class ServiceDisabled(_Check):
    """Disabled for a week, or nobody says why; it runs, and gets no work."""

    label = _('Services that were disabled and perhaps forgotten')
    rests_on = (parts.COMPUTE_SERVICES,)
    titles = {
        'no_reason': _('%(service)s on %(name)s is disabled without a reason'),
        'long': _('%(service)s on %(name)s is disabled for over a week'),
    }

    def find(self, region):
        for row in services.neglected(region):
            silent = not (row.disabled_reason or row.description)
            yield _found(
                row,
                _SEVERITY.WARNING,
                word='no_reason' if silent else 'long',
                since=row.status_since,
            )

    def runbook(self, finding):
        return runbooks.disabled(finding)

    def change(self, finding):
        return runbooks.enabling(finding)


class ServiceRestless(_Check):
    """By what the collections saw: between two of them it may be more."""

    label = _('Services that go up and down')
    rests_on = (parts.COMPUTE_SERVICES, parts.SERVERS)
    titles = {
        '': _(
            '%(service)s on %(name)s went up or down %(times)d times within '
            'an hour'
        )
    }

    def find(self, region):
        oldest = (timezone.now() - WITHIN).isoformat()
        rows = models.Service.objects.filter(region=region).exclude(flips=[])
        found = []
        for row in rows:
            times = [time for time in row.flips if time > oldest]
            if len(times) >= RESTLESS:
                found.append((row, times))
        hosts = {row.host for row, _times in found}
        servers = on_hosts.servers(region, hosts)
        for row, times in found:
            yield _found(
                row,
                _SEVERITY.WARNING,
                servers=servers.get(row.host, 0),
                times=len(times),
                at=times,
            )

    def runbook(self, finding):
        return runbooks.restless(finding)

    def change(self, finding):
        return runbooks.disabling(finding)


class ComputeWithoutHypervisor(_Check):
    """Only while each hypervisor has a service of its name.

    Those of Ironic have none, and nobody tells whose they are.
    """

    label = _('Compute services without a hypervisor')
    rests_on = (parts.COMPUTE_SERVICES, parts.HOSTS)
    whole = (parts.COMPUTE_SERVICES, parts.HOSTS)
    titles = {'': _('nova-compute on %(name)s has no hypervisor')}

    def find(self, region):
        rows = list(
            models.Service.objects.filter(region=region, name=services.COMPUTE)
        )
        hosts = models.Host.objects.filter(region=region)
        names = set(hosts.values_list('name', flat=True))
        # A hypervisor's name may be the whole domain name.
        short = {name.partition('.')[0] for name in names}
        served = {row.host for row in rows}
        if any(
            name not in served and name.partition('.')[0] not in served
            for name in names
        ):
            return
        for row in rows:
            if row.host not in names and row.host not in short:
                at_work = row.state == STATES.UP
                severity = _SEVERITY.ERROR if at_work else _SEVERITY.WARNING
                yield _found(row, severity)

    def runbook(self, finding):
        return runbooks.without_hypervisor(finding)


def _found(row, severity, word='', servers=0, since=None, **evidence):
    return registry.Found(
        subject=row.id,
        subject_name=row.host,
        severity=severity,
        word=word,
        evidence={
            'service': row.name,
            'of': row.service,
            'binary': row.binary,
            'zone': row.zone,
            'state': row.state,
            'status': row.status,
            'disabled_reason': row.disabled_reason,
            'description': row.description,
            'reported_at': row.reported_at,
            'servers': servers,
            **evidence,
        },
        # host@backend
        host=row.host.partition('@')[0],
        hits=servers,
        hits_what=registry.HIT.SERVERS if servers else registry.HIT.NOTHING,
        since=since,
    )
