"""Asks which services are to be disabled or enabled, and plans the task."""

import uuid

from django import http
from django.core import exceptions
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from rey_dashboard.inventory import models
from rey_dashboard.pages import views
from rey_dashboard.policy import operate
from rey_dashboard.services import forms
from rey_dashboard.services import views as list_views
from rey_dashboard.tasks import planning
from rey_dashboard.tasks import views as task_views


class _SwitchView(views.PageView):
    """Of the services that the address selects, as the Services page does.

    With ``?chosen=1`` those of ``id=``; else all that match the filter.

    :cvar kind: of task
    """

    rule = operate.ACT
    parts = list_views.PARTS
    template_name = 'rey/services/switch.html'
    form_class = forms.SwitchForm
    kind = ''

    def get(self, request, *args, **kwargs):
        self._need_whole()
        self.form = self.form_class(
            initial={'token': uuid.uuid4(), 'expected': self._rows().count()}
        )
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        self._need_whole()
        self.form = self.form_class(request.POST)
        if not self.form.is_valid():
            return super().get(request, *args, **kwargs)
        rows = list(self._rows().order_by('name', 'host', 'id'))
        if not rows or len(rows) != self.form.cleaned_data['expected']:
            self.form.add_error(
                None,
                _('Other services match by now: %d. Look again, please.')
                % len(rows),
            )
            self.form.data = {**self.form.data.dict(), 'expected': len(rows)}
            return super().get(request, *args, **kwargs)
        task = planning.plan(
            self.kind,
            self.scope.region,
            {'services': [row.id for row in rows], **self._more()},
            self._title(rows)[:255],
            str(self.form.cleaned_data['token']),
            task_views.actor_of(request),
        )
        return http.HttpResponseRedirect(
            reverse('horizon:rey:tasks:task', args=[task.pk])
        )

    def get_context_data(self, **kwargs):
        rows = self._rows()
        return super().get_context_data(
            form=self.form,
            count=rows.count(),
            some=rows.order_by('name', 'host', 'id')[:10],
            **kwargs,
        )

    def _need_whole(self):
        if not self.scope.is_whole:
            raise exceptions.PermissionDenied

    def _rows(self):
        rows = models.Service.objects.filter(region=self.scope.region)
        if 'chosen' in self.request.GET:
            return rows.filter(id__in=self.request.GET.getlist('id'))
        form = forms.ServicesForm(self.request.GET, scope=self.scope)
        if not form.is_valid():
            raise exceptions.BadRequest
        return form.filter(rows)

    def _more(self):
        """What else the kind wants to know."""
        return {}

    def _title(self, rows):
        raise NotImplementedError


class DisableView(_SwitchView):
    form_class = forms.DisableForm
    kind = 'disable_services'
    page_title = _('Disable services')

    def _more(self):
        return {'reason': self.form.cleaned_data['reason']}

    def _title(self, rows):
        return _t('Disable %(what)s: %(reason)s') % {
            'what': _what(rows),
            'reason': self.form.cleaned_data['reason'],
        }


class EnableView(_SwitchView):
    kind = 'enable_services'
    page_title = _('Enable services')

    def _title(self, rows):
        return _t('Enable %s') % _what(rows)


def _what(rows):
    if len(rows) == 1:
        return str(rows[0])
    return ngettext('%d service', '%d services', len(rows)) % len(rows)
