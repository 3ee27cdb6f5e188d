"""Asks what is to become of the quotas of projects, and plans the task."""

import uuid

from django import http
from django.core import exceptions
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from rey_dashboard.inventory import freshness
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import quotas
from rey_dashboard.inventory import resources
from rey_dashboard.pages import views
from rey_dashboard.policy import usage
from rey_dashboard.projects import forms
from rey_dashboard.projects import quota_forms
from rey_dashboard.projects import quota_templates
from rey_dashboard.tasks import planning
from rey_dashboard.tasks import views as task_views
from rey_dashboard.templatetags import rey

KIND = 'set_quotas'
STATES = models.ProjectSummary.State
#: Names that a title tells.
NAMES = 3


class SetQuotasView(views.PageView):
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

    def get(self, request, *args, **kwargs):
        self.form = self._form()
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        self.form = self._form(request.POST)
        if not self.form.is_valid():
            return super().get(request, *args, **kwargs)
        ids = list(self._projects().values_list('project_id', flat=True))
        if len(ids) != self.form.cleaned_data['expected']:
            self.form.add_error(
                None,
                _('Other projects match by now: %d. Look again, please.')
                % len(ids),
            )
            self.form.data = {**self.form.data.dict(), 'expected': len(ids)}
            return super().get(request, *args, **kwargs)
        actor = task_views.actor_of(request)
        if self.form.cleaned_data['template']:
            quota_templates.keep(
                self.form.cleaned_data['template'],
                self.form.limits,
                actor.id,
                actor.name,
            )
        task = planning.plan(
            KIND,
            self.scope.region,
            {
                'projects': ids,
                'changes': [change.told() for change in self.form.changes],
            },
            self._title(len(ids)),
            str(self.form.cleaned_data['token']),
            actor,
        )
        # So the preview tells what somebody changed since the last reading.
        quotas.ask_again(self.scope.region, ids)
        freshness.request_refresh(self.scope.region)
        return http.HttpResponseRedirect(
            reverse('horizon:rey:tasks:task', args=[task.pk])
        )

    def get_context_data(self, **kwargs):
        rows = self._projects()
        return super().get_context_data(
            form=self.form,
            count=rows.count(),
            templates=sorted(quota_templates.limits()),
            template=self._template,
            versions=quota_templates.history(self._template),
            some=rows.order_by('sort_name', 'project_id')[:10],
            **kwargs,
        )

    def _form(self, data=None):
        offered = (*resources.ALL, *self.scope.volume_types)
        return quota_forms.QuotasForm(
            data,
            offered=offered,
            initial={
                'token': uuid.uuid4(),
                'expected': self._projects().count(),
                **quota_forms.of_template(offered, self._limits),
            },
        )

    @property
    def _template(self):
        return self.request.GET.get('template', '')

    @property
    def _limits(self):
        return quota_templates.limits().get(self._template, {})

    def _projects(self):
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

    def _title(self, count):
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
