"""Asks which backups are to be proven where, and plans the task."""

from django.core import exceptions
from django.db.models import Max
from django.db.models import Sum
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from rey_dashboard.backups import forms
from rey_dashboard.backups import restore_forms
from rey_dashboard.backups import restore_rates
from rey_dashboard.backups import restore_views
from rey_dashboard.backups import service_user
from rey_dashboard.backups import services
from rey_dashboard.inventory import parts
from rey_dashboard.policy import operate
from rey_dashboard.tasks import asking
from rey_dashboard.templatetags import rey


class _ProveView(asking.OfProjects):
    rule = operate.ACT
    parts = (*restore_views.PARTS, parts.PEOPLE)
    template_name = 'rey/backups/prove.html'
    page_title = _('Prove backups')
    kind = restore_rates.DRILL
    form_class = restore_forms.ProveForm
    #: What the address names.
    of: str

    def form_options(self):
        return {
            'scope': self.scope,
            'initial': {'project': self._scratch_id},
        }

    @cached_property
    def _scratch_id(self):
        """The project that the service user signs in to.

        Whoever sees one domain alone has each restored in its own project.
        """
        if not self.scope.is_whole:
            return ''
        return service_user.Own.of(self.scope.region).project_id

    def parameters(self, ids):
        told = self.form.cleaned_data
        project = self.form.project
        return {
            'project_id': project.project_id if project else '',
            'type': told['type'],
            'at_once': told['at_once'],
        }

    def domains(self, ids):
        """With that of the scratch project, of which it makes things."""
        found = super().domains(ids)
        project = self.form.project
        return found | {project.domain_id} if project else found

    def get_context_data(self, **kwargs):
        rows = self.selected()
        sums = rows.aggregate(gib=Sum('size_gib'), largest=Max('size_gib'))
        times = restore_rates.Measured(self.scope.region)
        return super().get_context_data(
            gib=sums['gib'] or 0,
            largest=sums['largest'] or 0,
            time=times.words(sums['gib'] or 0),
            needs=self._needs(sums['largest'] or 0),
            troubles=services.troubles(self.scope),
            form_of=self.of,
            **kwargs,
        )

    def _needs(self, gib):
        """What one drill needs of the scratch project's quotas."""
        rows = self.scope.summaries().filter(project_id=self._scratch_id)
        project = rows.first()
        if not project:
            return []
        known = restore_views.of_volumes(
            self.scope.region, [project.project_id]
        )
        quotas = known.get(project.project_id, {})
        return [{'name': project, 'volumes': 1, 'gib': gib, 'quotas': quotas}]


class ProveView(_ProveView):
    """The last good backup of each volume that the address selects.

    As the tab Volumes does; see ``back_up_views.BackUpView``.
    """

    of = 'volumes'
    key = 'volume_id'
    order = ('-size_gib', 'volume_id')
    others_match = _('Other volumes match by now: %d. Look again, please.')
    none_chosen = _('No volume was chosen: tick them on the page before.')
    none_match = _('No volume with a good backup matches.')
    chosen_on = 'horizon:rey:backups:volumes'

    def selected(self):
        rows = self.scope.volume_coverage()
        if 'chosen' in self.request.GET:
            ids = self.request.GET.getlist('id')
            return rows.filter(volume_id__in=ids)
        form = forms.VolumesForm(self.request.GET, scope=self.scope)
        if not form.is_valid():
            raise exceptions.BadRequest
        return form.filter(rows).exclude(last_good_id='')

    def parameters(self, ids):
        return {**super().parameters(ids), 'volumes': ids}

    def title(self, count):
        if count == 1:
            return (_t('Prove the backup of %s') % self.selected().first())[
                :255
            ]
        words = ngettext(
            'Prove the backup of %s volume',
            'Prove the backups of %s volumes',
            count,
        )
        return words % rey.number(count)


class ProveBackupsView(_ProveView):
    """Backups that are named with ``id=``."""

    of = 'backups'
    others_match = _('Other backups match by now: %d. Look again, please.')
    none_chosen = none_match = _(
        'No backup was chosen: tick them on the page before.'
    )
    chosen_on = 'horizon:rey:backups:all'

    def selected(self):
        ids = self.request.GET.getlist('id')
        return self.scope.backups().filter(id__in=ids)

    def parameters(self, ids):
        return {**super().parameters(ids), 'backups': ids}

    def title(self, count):
        words = ngettext('Prove %s backup', 'Prove %s backups', count)
        return words % rey.number(count)
