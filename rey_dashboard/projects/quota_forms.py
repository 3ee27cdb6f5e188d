"""What is to become of which quotas: the form of the page that asks."""

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _

from rey_dashboard.inventory import resources
from rey_dashboard.projects import quota_changes

HOWS = [('', _('leave')), *quota_changes.How.choices]
#: Of what people type, in MiB.
GIB = 1024


class QuotasForm(forms.Form):
    """Two fields for each resource: how, and the value.

    :param offered: the resources
    """

    use_required_attribute = False

    #: Makes a double click one task.
    token = forms.UUIDField(widget=forms.HiddenInput)
    #: How many projects the page told of.
    expected = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, offered: Iterable[resources.Resource], **more):
        super().__init__(*args, **more)
        self._offered = tuple(offered)
        self.changes: list[quota_changes.Change] = []
        for resource in self._offered:
            label = str(resource.label)
            self.fields[f'how:{resource.key}'] = forms.ChoiceField(
                label=_('%s: what is to be done') % label,
                choices=HOWS,
                required=False,
            )
            self.fields[f'value:{resource.key}'] = forms.CharField(
                label=_('%s: value') % label, required=False, max_length=16
            )
        for field in self.fields.values():
            field.widget.attrs['class'] = 'form-control input-sm'
            field.widget.attrs['aria-label'] = field.label

    @property
    def rows(self):
        """Resource, how and value of each, with the service's label first."""
        for resource in self._offered:
            yield (
                resources.SERVICES[resource.service],
                resource,
                self[f'how:{resource.key}'],
                self[f'value:{resource.key}'],
            )

    def clean(self):
        for resource in self._offered:
            how = self.cleaned_data.get(f'how:{resource.key}')
            value = self.cleaned_data.get(f'value:{resource.key}', '').strip()
            if how and value:
                self._add(resource, how, value)
            elif how:
                self._refuse(resource, _('Which value?'))
            elif value:
                self._refuse(resource, _('What is to be done with it?'))
        if not self.changes and not self.errors:
            raise forms.ValidationError(_('Nothing is to be changed yet.'))

    def _add(self, resource, how, value):
        try:
            change = quota_changes.Change.read(
                {
                    'service': resource.service,
                    'resource': resource.resource,
                    'how': how,
                    'value': _in_services_unit(resource, how, float(value)),
                }
            )
        except quota_changes.Impossible as error:
            self._refuse(resource, str(error))
        except ValueError:
            self._refuse(resource, _('This is no number.'))
        else:
            self.changes.append(change)

    def _refuse(self, resource, words):
        self.add_error(f'value:{resource.key}', words)


def _in_services_unit(resource, how, value):
    unlimited = how == quota_changes.How.SET and value == -1
    if resource.unit != 'mib' or how == quota_changes.How.MULTIPLY:
        return value
    return value if unlimited else value * GIB
