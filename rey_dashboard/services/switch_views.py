"""Asks which services are to be disabled or enabled, and plans the task."""

from django.core import exceptions
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from rey_dashboard.inventory import models
from rey_dashboard.policy import operate
from rey_dashboard.services import forms
from rey_dashboard.services import views as list_views
from rey_dashboard.tasks import asking


class _SwitchView(asking.AskView):
    """Of the services that the address selects, as the Services page does.

    With ``?chosen=1`` those of ``id=``; else all that match the filter.
    """

    rule = operate.ACT
    parts = list_views.PARTS
    template_name = 'rey/services/switch.html'
    order = ('name', 'host', 'id')
    others_match = _('Other services match by now: %d. Look again, please.')
    chosen_on = 'horizon:rey:services:index'
    none_chosen = _('No service was chosen: tick them on the page before.')
    none_match = _('No service matches.')

    def selected(self):
        rows = models.Service.objects.filter(region=self.scope.region)
        if 'chosen' in self.request.GET:
            return rows.filter(id__in=self.request.GET.getlist('id'))
        form = forms.ServicesForm(self.request.GET, scope=self.scope)
        if not form.is_valid():
            raise exceptions.BadRequest
        return form.filter(rows)

    def parameters(self, ids):
        return {'services': ids}

    def _what(self, count):
        if count == 1:
            return str(self.selected().first())
        return ngettext('%d service', '%d services', count) % count


class DisableView(_SwitchView):
    form_class = forms.DisableForm
    kind = 'disable_services'
    page_title = _('Disable services')

    def parameters(self, ids):
        reason = self.form.cleaned_data['reason']
        return {**super().parameters(ids), 'reason': reason}

    def title(self, count):
        told = _t('Disable %(what)s: %(reason)s') % {
            'what': self._what(count),
            'reason': self.form.cleaned_data['reason'],
        }
        return told[:255]


class EnableView(_SwitchView):
    kind = 'enable_services'
    page_title = _('Enable services')

    def title(self, count):
        return (_t('Enable %s') % self._what(count))[:255]
