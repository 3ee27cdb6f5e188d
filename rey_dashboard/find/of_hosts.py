from django.db.models import Q
from django.urls import reverse
from django.utils import dateparse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _t

from rey_dashboard.checks import registry
from rey_dashboard.find import dossier
from rey_dashboard.inventory import models
from rey_dashboard.inventory import resources
from rey_dashboard.policy import operate

_CLASSES = ('VCPU', 'MEMORY_MB', 'DISK_GB')
_UP, _DOWN = models.Service.State.UP, models.Service.State.DOWN


class _Host:
    """By its name alone; it may have services, a hypervisor, or both."""

    project_id = user_id = ''

    def __init__(self, name, services, hypervisor):
        self.name = name
        self.services = services
        self.hypervisor = hypervisor
        states = [service.state for service in services]
        if hypervisor:
            states.append(hypervisor.state)
        self.status = _DOWN if _DOWN in states else states[0]


class Host(dossier.Dossier):
    """For who may see the whole cloud."""

    kind = 'host'
    #: Its projects' volumes have theirs.
    last_good = ()

    def find(self):
        if not self.scope.is_whole:
            return None
        region = self.scope.region
        services = models.Service.objects.filter(region=region).filter(
            # host@backend
            Q(host=self.id) | Q(host__startswith=f'{self.id}@')
        )
        services = list(services.order_by('name', 'host'))
        hypervisor = self._hypervisor()
        if not services and not hypervisor:
            return None
        return _Host(self.id, services, hypervisor)

    def _hypervisor(self):
        """Its name may be long where that of the service's host is short."""
        hosts = models.Host.objects.filter(region=self.scope.region)
        longer = hosts.filter(name__startswith=f'{self.id}.')[:2]
        found = hosts.filter(name=self.id)[:1] or longer
        return found[0] if len(found) == 1 else None

    project = domain = None
    has_project_page = False

    def used(self):
        return []

    @property
    def words(self):
        down = [row for row in self.row.services if row.state != _UP]
        off = [row for row in self.row.services if row.status != 'enabled']
        if down:
            words = _t('Some of its services do not report: %s.')
            return words % ', '.join(row.name for row in down)
        if off:
            words = _t('It is up, and gets nothing new to do for: %s.')
            return words % ', '.join(row.name for row in off)
        return _t('All that reports from it is up.')

    def facts(self):
        hypervisor = self.row.hypervisor
        if not hypervisor:
            return
        yield dossier.Fact(
            _t('Hypervisor'),
            f'{hypervisor.name}: {hypervisor.state}, {hypervisor.status}',
        )
        rows = models.Inventory.objects.filter(
            region=self.scope.region,
            provider_id=hypervisor.id,
            resource_class__in=_CLASSES,
        )
        for row in rows.order_by('-resource_class'):
            most = int((row.total - row.reserved) * row.allocation_ratio)
            words = _t('%(used)s of %(most)s are given away')
            told = {'used': f'{row.used:,}', 'most': f'{most:,}'}
            yield dossier.Fact(row.resource_class, words % told)
        aggregates = models.Aggregate.objects.filter(region=self.scope.region)
        names = [
            row.name
            for row in aggregates.order_by('name')
            if self.id in row.hosts
        ]
        yield dossier.Fact(_t('Aggregates'), ', '.join(names))

    def listings(self):
        page = reverse('horizon:rey:services:index')
        page = f'{page}?{urlencode({"host": self.id})}'
        services = [
            dossier.Thing(
                row.name if row.host == self.id else f'{row.name} {row.host}',
                row.state,
                page,
                ' '.join([row.get_status_display(), row.disabled_reason]),
            )
            for row in self.row.services
        ]
        yield dossier.Listing(_t('Services'), services, len(services), page)
        servers = self.scope.servers().filter(host=self.id)
        some = servers.order_by('name', 'id')[: dossier.MOST]
        things = [
            dossier.Thing(
                row.name or row.id, row.status, dossier.page('server', row.id)
            )
            for row in some
        ]
        yield dossier.Listing(_t('Servers'), things, servers.count())
        yield self._volumes()

    def _volumes(self):
        # By their ready rows: those have an index for it.
        volumes = self.scope.volume_coverage().filter(
            back_end__in=[row.host for row in self.row.services]
        )
        some = volumes.order_by('sort_name', 'volume_id')[: dossier.MOST]
        things = [
            dossier.Thing(
                row.name or row.volume_id,
                row.status,
                dossier.page('volume', row.volume_id),
            )
            for row in some
        ]
        return dossier.Listing(_t('Volumes'), things, volumes.count())

    def own_events(self):
        for row in self.row.services:
            told = {'name': row.name, 'state': row.get_state_display()}
            words = _t('%(name)s: %(state)s since then')
            yield dossier.Event(row.state_since, words % told)
            if row.status != 'enabled':
                words = _t('%(name)s disabled: %(reason)s')
                told['reason'] = row.disabled_reason or _t('no reason given')
                yield dossier.Event(row.status_since, words % told)
            for at in row.flips:
                words = _t('%s went up or down') % row.name
                yield dossier.Event(dateparse.parse_datetime(at), words)
        moves = models.Migration.objects.filter(
            Q(source=self.id) | Q(destination=self.id),
            region=self.scope.region,
        )
        for move in moves.order_by('-created_at')[: dossier.MOST]:
            words = _t('%(type)s of a server, %(source)s to %(to)s: %(state)s')
            told = {
                'type': move.type,
                'source': move.source or '–',
                'to': move.destination or '–',
                'state': move.status,
            }
            yield dossier.Event(
                move.updated_at or move.created_at,
                words % told,
                dossier.page('server', move.server_id),
            )

    @property
    def task_targets(self):
        ids = [self.id, *(row.id for row in self.row.services)]
        if self.row.hypervisor:
            ids.append(self.row.hypervisor.id)
        return ids

    @property
    def of_findings(self):
        return Q(host=self.id) | Q(subject__in=list(self.task_targets))

    @cached_property
    def _kinds(self):
        return {row.service for row in self.row.services}

    def commands(self):
        if resources.COMPUTE in self._kinds:
            yield registry.command(
                _t('Its services of Nova'),
                *('openstack', 'compute', 'service', 'list', '--long'),
                f'--host={self.id}',
            )
            yield registry.command(
                _t('All servers on it'),
                *('openstack', 'server', 'list', '--all-projects'),
                f'--host={self.id}',
            )
        if resources.VOLUME in self._kinds:
            yield registry.command(
                _t('Its services of Cinder'),
                *('openstack', 'volume', 'service', 'list', '--long'),
                f'--host={self.id}',
            )
        if resources.NETWORK in self._kinds:
            yield registry.command(
                _t('Its agents of Neutron'),
                *('openstack', 'network', 'agent', 'list', '--long'),
                f'--host={self.id}',
            )
        yield registry.command(
            _t('Load, memory and clock of it'),
            *('ssh', '--', self.id, 'uptime; free -m; timedatectl'),
        )

    def changes(self):
        page = reverse('horizon:rey:services:index')
        label = _t('Disable or enable its services…')
        address = f'{page}?{urlencode({"host": self.id})}'
        change = registry.Change(label, address, operate.ACT)
        return [*super().changes(), *self.allowed([change])]

    @property
    def horizon(self):
        hypervisor = self.row.hypervisor
        if not hypervisor:
            return ''
        name = f'{hypervisor.id}_{hypervisor.name}'
        return reverse('horizon:admin:hypervisors:detail', args=[name])
