"""What is to become of which quotas: the form of the page that asks."""

from collections.abc import Iterable
from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from rey_dashboard.inventory import resources
from rey_dashboard.projects import quota_changes
from rey_dashboard.tasks import asking

HOWS = [('', _('leave')), *quota_changes.How.choices]
#: Of what people type, in MiB.
GIB = 1024


class QuotasForm(asking.AskForm):
    """Two fields for each resource: how, and the value.

    :param offered: the resources
    """

    template = forms.CharField(
        label=_('Name of a template'),
        required=False,
        max_length=64,
        strip=True,
    )

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

    @property
    def limits(self) -> dict[str, int]:
        """What is set, and not added or multiplied: a template's limits."""
        return {
            f'{change.service}.{change.resource}': int(change.value)
            for change in self.changes
            if change.how == quota_changes.How.SET
        }

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
        if self.cleaned_data.get('template') and not self.limits:
            self.add_error('template', _('A template needs limits to set.'))
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


def of_template(
    offered: Iterable[resources.Resource], limits: Mapping[str, int]
) -> dict[str, object]:
    """What the fields say at first, of a template."""
    told = {}
    for resource in offered:
        limit = limits.get(resource.key)
        if limit is None:
            continue
        if resource.unit == 'mib' and limit > 0:
            limit = limit / GIB if limit % GIB else limit // GIB
        told[f'how:{resource.key}'] = quota_changes.How.SET.value
        told[f'value:{resource.key}'] = limit
    return told


def _in_services_unit(resource, how, value):
    unlimited = how == quota_changes.How.SET and value == -1
    if resource.unit != 'mib' or how == quota_changes.How.MULTIPLY:
        return value
    return value if unlimited else value * GIB
