from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t

from rey_dashboard.checks import registry
from rey_dashboard.find import dossier
from rey_dashboard.find import states
from rey_dashboard.inventory import fault_meanings
from rey_dashboard.inventory import models

#: Statuses of a server in which it has no host to look at.
_NOWHERE = ('SHELVED_OFFLOADED', 'DELETED')


class Server(dossier.Dossier):
    kind = 'server'
    quotas = ('compute.instances', 'compute.cores', 'compute.ram')

    def find(self):
        return self.scope.servers().filter(id=self.id).first()

    @property
    def words(self):
        words = states.of(states.SERVERS, self.row.status)
        if self.row.task_state:
            words += ' ' + (
                _t('Nova is at work on it: %s.') % self.row.task_state
            )
        if self.row.missing_since:
            words += ' ' + _t(
                'It was not in the last listing, and Nova has not said that '
                'it is gone.'
            )
        return words

    @property
    def fault(self):
        told = self.row.fault
        if not told:
            return None
        return dossier.Fault('Nova', told, fault_meanings.of(told))

    def facts(self):
        row = self.row
        yield dossier.Fact(_t('Addresses'), ', '.join(row.addresses))
        yield dossier.Fact(_t('MAC addresses'), ', '.join(row.macs))
        size = _t('%(flavor)s: %(vcpus)d vCPUs, %(ram)s MiB RAM, %(disk)d GiB')
        yield dossier.Fact(
            _t('Flavor'),
            size
            % {
                'flavor': row.flavor or '–',
                'vcpus': row.vcpus,
                'ram': row.ram_mib,
                'disk': row.disk_gib,
            },
        )
        if self.scope.is_whole and row.host:
            page = dossier.page('host', row.host)
            yield dossier.Fact(_t('Host'), row.host, page)
            yield dossier.Fact(_t('Zone'), row.zone)
        yield from self.made_by()
        yield dossier.Fact(_t('Made'), row.created_at)
        yield dossier.Fact(_t('Changed last, as Nova tells'), row.updated_at)

    @cached_property
    def _volumes(self):
        """Its project's that are attached to it."""
        rows = self.scope.owned(models.Volume, self.row.project_id)
        pairs = rows.values_list('id', 'server_ids').iterator()
        ids = [one for one, servers in pairs if self.id in servers]
        return list(rows.filter(id__in=ids).order_by('name', 'id'))

    @cached_property
    def _coverage(self):
        ids = [volume.id for volume in self._volumes]
        rows = self.scope.volume_coverage().filter(volume_id__in=ids)
        return {row.volume_id: row for row in rows}

    @cached_property
    def _migrations(self):
        rows = models.Migration.objects.filter(
            region=self.scope.region, server_id=self.id
        )
        return list(rows.order_by('-created_at')[: dossier.MOST])

    @property
    def of_findings(self):
        """Those of its host as well, for who may see hosts."""
        ids = [self.id]
        if self.scope.is_whole and self.row.host:
            region, host = self.scope.region, self.row.host
            hosts = models.Host.objects.filter(region=region, name=host)
            services = models.Service.objects.filter(region=region, host=host)
            ids += hosts.values_list('id', flat=True)
            ids += services.values_list('id', flat=True)
        return Q(subject__in=ids)

    @property
    def last_good(self):
        """Pairs of a volume's name and its row of ``VolumeCoverage``."""
        return [
            (volume.name or volume.id, self._coverage[volume.id])
            for volume in self._volumes
            if volume.id in self._coverage
        ]

    def listings(self):
        volumes = [
            dossier.Thing(
                volume.name or volume.id,
                volume.status,
                dossier.page('volume', volume.id),
                _t('%d GiB') % volume.size_gib,
            )
            for volume in self._volumes
        ]
        shown = volumes[: dossier.MOST]
        yield dossier.Listing(_t('Volumes'), shown, len(volumes))
        addresses = self.scope.owned(models.FloatingIp, self.row.project_id)
        addresses = [
            dossier.Thing(row.address, row.status, '', row.fixed_address)
            for row in addresses.filter(server_id=self.id).order_by('address')
        ]
        yield dossier.Listing(_t('Floating IPs'), addresses, len(addresses))

    def own_events(self):
        row = self.row
        yield dossier.Event(row.created_at, _t('Made'))
        yield dossier.Event(
            row.updated_at, _t('Changed last: %s') % row.status
        )
        yield dossier.Event(
            row.missing_since, _t('Not in the listing any more')
        )
        for move in self._migrations:
            yield moved(move, self.scope.is_whole)
        for name, covered in self.last_good:
            yield dossier.Event(
                covered.last_good_at,
                _t('Good backup of its volume %s') % name,
                _page_of_backup(covered.last_good_id),
            )

    def commands(self):
        show = ('openstack', 'server')
        yield registry.command(
            _t('What Nova knows of it'), *show, 'show', self.id
        )
        yield registry.command(
            _t('What was done with it, with the request ids'),
            *(*show, 'event', 'list', '--long', self.id),
        )
        yield registry.command(
            _t('Its ports and their state'),
            *('openstack', 'port', 'list', '--server', self.id, '--long'),
        )
        if self.row.status in _NOWHERE or not self.row.host:
            return
        yield registry.command(
            _t('What it wrote to its console'),
            *('openstack', 'console', 'log', 'show', '--lines', '50'),
            self.id,
        )
        yield registry.command(
            _t('On %s: what nova-compute tells of it') % self.row.host,
            *('grep', self.id, '/var/log/nova/nova-compute.log'),
        )

    @property
    def horizon(self):
        return reverse('horizon:admin:instances:detail', args=[self.id])


def moved(
    move: models.Migration, tells_hosts: bool, page: str = ''
) -> dossier.Event:
    words = _t('Move (%(type)s): %(status)s')
    if tells_hosts:
        words = _t('Move (%(type)s) from %(source)s to %(to)s: %(status)s')
    told = {
        'type': move.type,
        'source': move.source or '–',
        'to': move.destination or '–',
        'status': move.status,
    }
    return dossier.Event(
        move.updated_at or move.created_at, words % told, page
    )


def _page_of_backup(backup_id):
    return dossier.page('backup', backup_id) if backup_id else ''
