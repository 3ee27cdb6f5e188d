"""Hosts that are down or take no servers, and who suffers from it."""

from urllib import parse

from django import urls
from django.db.models import Count
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from rey_dashboard.checks import owners
from rey_dashboard.checks import registry
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import services
from rey_dashboard.policy import operate

#: Servers, hosts or projects that a finding names.
NAMED = 10
_SEVERITY = registry.SEVERITY


class HostDown(registry.Check):
    """One that is disabled, too, is being looked after: a note."""

    label = _('Hosts that are down')
    area = 'operate'
    rule = operate.READ
    rests_on = (parts.HOSTS, parts.SERVERS)
    titles = {
        '': ngettext_lazy(
            'The host %(name)s is down, with %(servers)d server',
            'The host %(name)s is down, with %(servers)d servers',
            'servers',
        )
    }

    def find(self, region):
        servers = _Servers(region)
        for host in models.Host.objects.filter(region=region, state='down'):
            yield _of_host(host, servers, self.severity(host, servers))

    def severity(self, host, servers):
        if host.status == 'disabled':
            return _SEVERITY.NOTE
        return _SEVERITY.CRITICAL if servers.on(host) else _SEVERITY.ERROR

    def runbook(self, finding):
        return registry.Runbook(
            meaning=_t(
                'Nova cannot start, stop or move its servers. They may still '
                'run: it is nova-compute that does not report.'
            ),
            causes=(
                _t('nova-compute has stopped, or cannot reach RabbitMQ.'),
                _t('The host is off, or its network is away.'),
                _t('Its clock is wrong, so that its reports look old.'),
            ),
            commands=(*_looks(finding), *_restarts(finding.host)),
            mended=_t('Its state is up.'),
            documentation='nova/{release}/admin/node-down.html',
        )


class HostDisabled(registry.Check):
    """One that is perhaps forgotten is told by ``service_disabled`` alone."""

    label = _('Hosts that take no new servers')
    area = 'operate'
    rule = operate.READ
    rests_on = (parts.HOSTS, parts.SERVERS)
    titles = {'': _('The host %(name)s is disabled')}

    def find(self, region):
        servers = _Servers(region)
        hosts = models.Host.objects.filter(region=region, state='up')
        told = {row.host for row in services.neglected(region)}
        for host in hosts.filter(status='disabled'):
            if servers.service_host(host) not in told:
                yield _of_host(host, servers, _SEVERITY.NOTE)

    def runbook(self, finding):
        return registry.Runbook(
            meaning=_t('It has room, and the scheduler leaves it out.'),
            causes=(
                _t('Somebody works on it, or has forgotten to enable it.'),
                _t('Nova did it: libvirt could not be reached at a start.'),
            ),
            commands=(
                *_looks(finding),
                registry.command(
                    _t('When it is fit for servers'),
                    *('openstack', 'compute', 'service', 'set', '--enable'),
                    *('--', finding.host, 'nova-compute'),
                ),
            ),
            mended=_t('Its status is enabled.'),
            documentation='nova/{release}/admin/services.html',
        )

    def change(self, finding):
        service = models.Service.objects.filter(
            region=finding.region, name=services.COMPUTE, host=finding.host
        ).first()
        if not service:
            return None
        chosen = parse.urlencode({'chosen': 1, 'id': service.id})
        address = f'{urls.reverse("horizon:rey:services:enable")}?{chosen}'
        return registry.Change(_t('Enable it…'), address, operate.ACT)


class ServersOfDownHosts(registry.Check):
    """For the projects: which of their servers are on a host that is down."""

    label = _('Servers on hosts that are down')
    area = 'operate'
    rule = operate.READ
    rests_on = (parts.HOSTS, parts.SERVERS, parts.IDENTITY)
    titles = {
        '': ngettext_lazy(
            '%(name)s has %(servers)d server on a host that is down',
            '%(name)s has %(servers)d servers on hosts that are down',
            'servers',
        )
    }

    def find(self, region):
        known = _Servers(region)
        down = models.Host.objects.filter(region=region, state='down')
        names = {known.service_host(host) for host in down}
        by_project = {}
        rows = models.Server.objects.filter(region=region, host__in=names)
        columns = ('project_id', 'id', 'name', 'host')
        for row in rows.order_by('id').values_list(*columns).iterator():
            by_project.setdefault(row[0], []).append(row[1:])
        projects = owners.Owners(region)
        for project_id, servers in by_project.items():
            if not projects.counts(project_id):
                continue
            yield registry.Found(
                subject=project_id,
                subject_name=projects.name(project_id),
                severity=_SEVERITY.ERROR,
                evidence={
                    'servers': len(servers),
                    'hosts': sorted({host for *_one, host in servers})[:NAMED],
                    'named': [
                        {'id': one, 'name': name, 'host': host}
                        for one, name, host in servers[:NAMED]
                    ],
                },
                project_id=project_id,
                hits=len(servers),
                hits_what=registry.HIT.SERVERS,
            )

    def runbook(self, finding):
        commands = [
            command
            for host in finding.evidence['hosts']
            for command in _restarts(host)
        ]
        return registry.Runbook(
            meaning=_t('They may be down, and nobody can manage them.'),
            causes=(_t('See the findings of the hosts.'),),
            commands=(
                *commands,
                *(
                    registry.command(
                        _t('Only when its host is surely off: bring it back'),
                        *('openstack', 'server', 'evacuate', server['id']),
                    )
                    for server in finding.evidence['named']
                ),
            ),
            mended=_t('The hosts are up, or the servers are on others.'),
            documentation='nova/{release}/admin/evacuate.html',
        )


class _Servers:
    """How many servers and projects are on each host.

    Nova names the host of a server by its service, which may be short where
    the hypervisor's name is a whole domain name.
    """

    def __init__(self, region):
        counts = (
            models.Server.objects.filter(region=region)
            .exclude(host='')
            .order_by()
            .values_list('host')
            .annotate(Count('id'), Count('project_id', distinct=True))
        )
        self._on = {host: told for host, *told in counts}
        names = models.Host.objects.filter(region=region)
        short = [_short(name) for name in names.values_list('name', flat=True)]
        self._ambiguous = {name for name in short if short.count(name) > 1}

    def service_host(self, host: models.Host) -> str:
        short = _short(host.name)
        if host.name not in self._on and short not in self._ambiguous:
            return short if short in self._on else host.name
        return host.name

    def on(self, host: models.Host) -> int:
        return self._told(host)[0]

    def projects(self, host: models.Host) -> int:
        return self._told(host)[1]

    def _told(self, host):
        return self._on.get(self.service_host(host), (0, 0))


def _short(name):
    return name.partition('.')[0]


def _of_host(host, servers, severity):
    return registry.Found(
        subject=host.id,
        subject_name=host.name,
        severity=severity,
        evidence={
            'state': host.state,
            'status': host.status,
            'servers': servers.on(host),
            'projects': servers.projects(host),
        },
        host=servers.service_host(host),
        hits=servers.on(host),
        hits_what=registry.HIT.SERVERS,
    )


def _looks(finding):
    yield registry.command(
        _t('State, status, and why it was disabled'),
        *('openstack', 'compute', 'service', 'list', '--long'),
        *('--service', 'nova-compute', f'--host={finding.host}'),
    )
    yield registry.command(
        _t('The servers on it'),
        *('openstack', 'server', 'list', '--all-projects'),
        f'--host={finding.host}',
    )


def _restarts(host):
    yield registry.command(
        _t('Whether the host answers'), *('ping', '-c', '3', '--', host)
    )
    yield registry.command(
        _t('What nova-compute tells; the unit’s name may differ'),
        *('ssh', '--', host, 'journalctl --unit=nova-compute --lines=50'),
    )
    yield registry.command(
        _t('Start it again'),
        *('ssh', '--', host, 'sudo systemctl restart nova-compute'),
    )
