from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rey_dashboard.checks import registry
from rey_dashboard.find import dossier
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
