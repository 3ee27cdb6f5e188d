from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rey_dashboard.checks import registry
from rey_dashboard.find import dossier
from rey_dashboard.find import of_servers
from rey_dashboard.find import told
from rey_dashboard.inventory import models


class Project(dossier.Dossier):
    """What went on in it, and what of it needs a look.

    Its use, its people and all that it owns stand on its page of *Usage*.
    """

    kind = 'project'
    quotas = (
        *('compute.instances', 'compute.cores', 'compute.ram'),
        *('volume.volumes', 'volume.gigabytes'),
        *('volume.backups', 'volume.backup_gigabytes'),
        'network.floatingip',
    )
    words_of_change = _('Set its quotas…')
    #: Its volumes are listed where they have none.
    last_good = ()

    def find(self):
        return self.scope.projects().filter(id=self.id).first()

    @property
    def project_id(self):
        return self.id

    @cached_property
    def _told(self):
        return told.projects(self.scope, [self.id])[self.id]

    @property
    def state(self):
        return self._told.state

    @property
    def colour(self):
        return self._told.colour

    @property
    def words(self):
        if self.row.gone_at:
            return _t('Keystone knows it no more; what it owned may be left.')
        if not self.row.enabled:
            return _t('Nobody can sign in to it; its servers go on running.')
        return _t('Its members can work in it.')

    @property
    def of_findings(self):
        return Q(subject=self.id) | Q(project_id=self.id)

    def facts(self):
        row = self.row
        yield dossier.Fact(_t('Description'), row.description)
        yield dossier.Fact(_t('Tags'), ', '.join(row.tags))
        yield dossier.Fact(_t('Gone since'), row.gone_at)
        yield from self._backed_up()

    def _backed_up(self):
        """Of its volumes; each has its own on its page."""
        volumes = self.scope.volume_coverage().filter(project_id=self.id)
        good = volumes.exclude(last_good_at=None)
        newest = good.order_by('-last_good_at', 'volume_id').first()
        if not newest:
            return
        page = ''
        if newest.last_good_id:
            page = dossier.page('backup', newest.last_good_id)
        yield dossier.Fact(_t('Newest good backup'), newest.last_good_at, page)
        words = _t('%(good)s of %(all)s')
        told_ = {'good': f'{good.count():,}', 'all': f'{volumes.count():,}'}
        yield dossier.Fact(_t('Volumes with a good backup'), words % told_)

    def listings(self):
        servers = self.scope.owned(models.Server, self.id)
        yield self._listed(_t('Servers'), servers, 'server', 'detail')
        broken = servers.filter(status='ERROR')
        yield self._listed(_t('Servers in error'), broken, 'server', 'detail')
        risks = self.scope.volume_coverage().filter(
            project_id=self.id, state__in=models.VolumeCoverage.AT_RISK
        )
        some = risks.order_by('sort_name', 'volume_id')[: dossier.MOST]
        things = [
            dossier.Thing(
                row.name or row.volume_id,
                page=dossier.page('volume', row.volume_id),
                words=str(row.get_state_display()),
            )
            for row in some
        ]
        yield dossier.Listing(
            _t('Volumes at risk'), things, risks.count(), self._tab('volumes')
        )
        yield self._addresses()

    def _addresses(self):
        rows = self.scope.owned(models.FloatingIp, self.id)
        some = rows.order_by('address', 'id')[: dossier.MOST]
        things = [
            dossier.Thing(row.address, row.status, words=row.fixed_address)
            for row in some
        ]
        tab = self._tab('floating_ips')
        return dossier.Listing(_t('Floating IPs'), things, rows.count(), tab)

    def _listed(self, label, rows, kind, tab):
        some = rows.order_by('name', 'id')[: dossier.MOST]
        things = [
            dossier.Thing(
                row.name or row.id, row.status, dossier.page(kind, row.id)
            )
            for row in some
        ]
        return dossier.Listing(label, things, rows.count(), self._tab(tab))

    def _tab(self, name):
        if not self.has_project_page:
            return ''
        return reverse(f'horizon:rey:projects:{name}', args=[self.id])

    def own_events(self):
        yield dossier.Event(
            self.row.gone_at, _t('Not in the list of projects any more')
        )
        for model, kind, words in (
            (models.Server, 'server', _t('Server %(name)s made')),
            (models.Volume, 'volume', _t('Volume %(name)s made')),
            (
                models.Backup,
                'backup',
                _t('Backup %(name)s begun; it is %(state)s'),
            ),
        ):
            for row in self._youngest(model):
                told_ = {'name': row.name or row.id, 'state': row.status}
                page = dossier.page(kind, row.id)
                yield dossier.Event(row.created_at, words % told_, page)
        for move in self._youngest(models.Migration):
            page = dossier.page('server', move.server_id)
            yield of_servers.moved(move, self.scope.is_whole, page)

    def _youngest(self, model):
        rows = self.scope.owned(model, self.id).order_by('-created_at', 'id')
        return rows[: dossier.MOST]

    def commands(self):
        yield registry.command(
            _t('What Keystone knows of it'),
            *('openstack', 'project', 'show', self.id),
        )
        yield registry.command(
            _t('Who may do what in it'),
            *('openstack', 'role', 'assignment', 'list', '--names'),
            *('--effective', '--project', self.id),
        )
        yield registry.command(
            _t('Its quotas, and what it uses of them'),
            *('openstack', 'quota', 'show', '--usage', self.id),
        )
        for label, what in (
            (_t('Its servers'), ('server',)),
            (_t('Its volumes'), ('volume',)),
        ):
            yield registry.command(
                label,
                *('openstack', *what, 'list', '--all-projects'),
                *('--project', self.id),
            )

    @property
    def horizon(self):
        if self.row.gone_at:
            return ''
        return reverse('horizon:identity:projects:detail', args=[self.id])
