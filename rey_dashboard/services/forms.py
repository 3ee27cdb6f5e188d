from django import forms as django_forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rey_dashboard.inventory import models
from rey_dashboard.inventory import resources
from rey_dashboard.inventory import values
from rey_dashboard.pages import forms
from rey_dashboard.tasks import asking

STATES = models.Service.State
STATUSES = models.Service.Status
#: Disabled, and nobody says why.
NO_REASON = 'no_reason'


class ServicesForm(forms.Filter):
    """What the Services page filters by."""

    narrowing = ('q', 'service', 'name', 'host', 'zone', 'state', 'status')

    q = forms.search(_('Service, reason or id'))
    service = forms.choice(
        _('Of'), [('', _('All services')), *resources.SERVICES.items()]
    )
    name = forms.choice(_('Service or agent'))
    host = forms.search(_('Host'))
    zone = forms.choice(_('Zone'))
    state = forms.choice(_('State'), [('', _('Any state')), *STATES.choices])
    status = forms.choice(
        _('Status'),
        [
            ('', _('Any status')),
            *STATUSES.choices,
            (NO_REASON, _('disabled without a reason')),
        ],
    )

    def __init__(self, data, *, scope):
        super().__init__(data, scope=scope)
        rows = models.Service.objects.filter(region=scope.region)
        self.fields['name'].choices = [
            ('', _('Any binary or type')),
            *((name, name) for name in values.of(rows, 'name')),
        ]
        zones = rows.order_by('zone').values_list('zone', flat=True)
        self.fields['zone'].choices = [
            ('', _('All zones')),
            *((zone, zone) for zone in zones.distinct() if zone),
        ]

    def filter(self, rows):
        cleaned = self.cleaned_data
        if cleaned['q']:
            rows = rows.filter(
                Q(name__icontains=cleaned['q'])
                | Q(binary__icontains=cleaned['q'])
                | Q(disabled_reason__icontains=cleaned['q'])
                | Q(description__icontains=cleaned['q'])
                | Q(id__contains=cleaned['q'].lower())
            )
        if cleaned['host']:
            rows = rows.filter(host__icontains=cleaned['host'])
        for name in ('service', 'name', 'zone', 'state'):
            if cleaned[name]:
                rows = rows.filter(**{name: cleaned[name]})
        return self._of_status(rows)

    def _of_status(self, rows):
        status = self.cleaned_data['status']
        if status == NO_REASON:
            return rows.filter(
                status=STATUSES.DISABLED, disabled_reason='', description=''
            )
        return rows.filter(status=status) if status else rows


class DisableForm(asking.AskForm):
    reason = django_forms.CharField(
        label=_('Reason'),
        max_length=255,
        widget=django_forms.TextInput(attrs={'class': 'form-control'}),
        error_messages={'required': _('Say why: others will ask.')},
    )
