"""Asks what is to become of the quotas of projects, and plans the task."""

from django.core import exceptions
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from rey_dashboard.inventory import freshness
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import quotas
from rey_dashboard.inventory import resources
from rey_dashboard.policy import usage
from rey_dashboard.projects import forms
from rey_dashboard.projects import quota_forms
from rey_dashboard.projects import quota_templates
from rey_dashboard.tasks import asking
from rey_dashboard.templatetags import rey

STATES = models.ProjectSummary.State
#: Names that a title tells.
NAMES = 3


class SetQuotasView(asking.AskView):
    """Of the projects that the address selects, as the Projects page does.

    With ``?chosen=1`` those of ``project=``; else all that match the filter.
    """

    rule = usage.ACT
    parts = (
        parts.IDENTITY,
        parts.COMPUTE_QUOTAS,
        parts.VOLUME_QUOTAS,
        parts.NETWORK,
    )
    template_name = 'rey/projects/set_quotas.html'
    page_title = _('Set quotas')
    kind = 'set_quotas'
    form_class = quota_forms.QuotasForm
    key = 'project_id'
    order = ('sort_name', 'project_id')
    others_match = _('Other projects match by now: %d. Look again, please.')
    chosen_on = 'horizon:rey:projects:index'
    none_chosen = _('No project was chosen: tick them on the page before.')
    none_match = _('No project that exists matches.')

    def selected(self):
        """Those that exist; a deleted one has no quota that could be set."""
        rows = self.scope.summaries().filter(
            state__in=(STATES.ENABLED, STATES.DISABLED)
        )
        if 'chosen' in self.request.GET:
            ids = self.request.GET.getlist('project')
            return rows.filter(project_id__in=ids)
        form = forms.FilterForm(self.request.GET, scope=self.scope)
        if not form.is_valid():
            raise exceptions.BadRequest
        return form.filter(rows)

    def parameters(self, ids):
        changes = [change.told() for change in self.form.changes]
        return {'projects': ids, 'changes': changes}

    def title(self, count):
        labels = [
            str(resources.find(change.service, change.resource).label)
            for change in self.form.changes
        ]
        told = ', '.join(labels[:NAMES])
        if len(labels) > NAMES:
            told = _t('%(names)s and %(more)d more') % {
                'names': told,
                'more': len(labels) - NAMES,
            }
        projects = ngettext('%s project', '%s projects', count)
        return _t('Quotas of %(projects)s: %(resources)s') % {
            'projects': projects % rey.number(count),
            'resources': told,
        }

    def planned(self, task, ids):
        name = self.form.cleaned_data['template']
        if name:
            who = task.asked_by_id, task.asked_by_name
            quota_templates.keep(name, self.form.limits, *who)
        # So the preview tells what somebody changed since the last reading.
        quotas.ask_again(self.scope.region, ids)
        freshness.request_refresh(self.scope.region)

    def form_options(self):
        offered = (*resources.ALL, *self.scope.volume_types)
        limits = quota_forms.of_template(offered, self._limits)
        return {'offered': offered, 'initial': limits}

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            templates=sorted(quota_templates.limits()),
            template=self._template,
            versions=quota_templates.history(self._template),
            **kwargs,
        )

    @property
    def _template(self):
        return self.request.GET.get('template', '')

    @property
    def _limits(self):
        return quota_templates.limits().get(self._template, {})
