from django import forms
from django.utils.translation import gettext_lazy as _

from rey_dashboard.inventory import models
from rey_dashboard.inventory import services
from rey_dashboard.pages import naming


class SmokeForm(forms.Form):
    """Where the cloud is tried, and with what.

    :param scope: whose projects and hosts can be named
    :ivar project: that was named
    """

    use_required_attribute = False

    #: Makes a double click one task.
    token = forms.UUIDField(widget=forms.HiddenInput)
    project = forms.CharField(
        label=_('Project (name or id)'),
        max_length=255,
        error_messages={'required': _('Name a project to try it in.')},
    )
    image = forms.CharField(
        label=_('Image (name or id; the smallest, if empty)'),
        required=False,
        max_length=255,
    )
    flavor = forms.CharField(
        label=_('Flavor (name or id; the smallest that does, if empty)'),
        required=False,
        max_length=255,
    )
    host = forms.ChoiceField(label=_('Host of the server'), required=False)

    def __init__(self, *args, scope, **more):
        super().__init__(*args, **more)
        self._scope = scope
        self.project: models.ProjectSummary | None = None
        hosts = models.Service.objects.filter(
            region=scope.region, binary=services.COMPUTE
        )
        self._zones = dict(hosts.order_by('host').values_list('host', 'zone'))
        self.fields['host'].choices = [
            ('', _('As Nova chooses')),
            *((host, host) for host in self._zones),
        ]
        for field in self.fields.values():
            field.widget.attrs['class'] = 'form-control'

    @property
    def zone(self) -> str:
        """As Nova is told of the host; nothing when it may choose."""
        host = self.cleaned_data['host']
        return f'{self._zones[host] or "nova"}:{host}' if host else ''

    def clean_project(self):
        named = self.cleaned_data['project']
        self.project = naming.project(self._scope, named)
        return named
