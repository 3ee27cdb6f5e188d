"""Asks what is to become of stuck backups, and plans the task."""

from django.db.models import Count
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from rey_dashboard.backups import services
from rey_dashboard.backups import stuck
from rey_dashboard.backups import stuck_forms
from rey_dashboard.backups import stuck_kinds
from rey_dashboard.inventory import parts
from rey_dashboard.policy import operate
from rey_dashboard.tasks import asking
from rey_dashboard.templatetags import rey


class _StuckView(asking.OfProjects):
    """Of the backups that the address names."""

    rule = operate.ACT
    parts = (parts.IDENTITY, parts.VOLUMES, parts.SNAPSHOTS, parts.BACKUPS)
    template_name = 'rey/backups/stuck.html'
    others_match = _('Other backups match by now: %d. Look again, please.')
    chosen_on = 'horizon:rey:backups:all'
    none_chosen = _('No backup was chosen: tick them on the page before.')
    none_match = none_chosen

    def selected(self):
        return self.scope.backups().filter(
            id__in=self.request.GET.getlist('id')
        )

    def parameters(self, ids):
        return {'backups': ids, 'looked': self.form.cleaned_data['looked']}

    def _what(self, count):
        if count == 1:
            row = self.selected().first()
            return row.name or row.id
        told = ngettext('%s backup', '%s backups', count)
        return told % rey.number(count)

    def get_context_data(self, **kwargs):
        counted = self.selected().order_by('status').values_list('status')
        return super().get_context_data(
            states=[
                (status, number, status in stuck.STATES)
                for status, number in counted.annotate(Count('id'))
            ],
            troubles=services.troubles(self.scope),
            **kwargs,
        )


class ResetView(_StuckView):
    kind = stuck_kinds.RESET
    page_title = _('Reset stuck backups')
    form_class = stuck_forms.ResetForm

    def parameters(self, ids):
        to_status = self.form.cleaned_data['to_status']
        return {**super().parameters(ids), 'to_status': to_status}

    def title(self, count):
        return (_t('Reset %s') % self._what(count))[:255]


class ForceDeleteView(_StuckView):
    kind = stuck_kinds.FORCE_DELETE
    page_title = _('Delete stuck backups by force')
    form_class = stuck_forms.ForceDeleteForm

    def title(self, count):
        return (_t('Delete by force: %s') % self._what(count))[:255]
