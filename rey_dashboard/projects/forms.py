from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rey_dashboard.inventory import models


class FilterForm(forms.Form):
    """What the Projects page filters by; it lives in the URL."""

    use_required_attribute = False

    q = forms.CharField(
        label=_('Name or id'),
        required=False,
        max_length=255,
        widget=forms.TextInput(
            attrs={'placeholder': _('Name or id contains'), 'type': 'search'}
        ),
    )
    domain = forms.ChoiceField(label=_('Domain'), required=False)
    state = forms.ChoiceField(
        label=_('State'),
        required=False,
        choices=[('', _('Any state')), *models.ProjectSummary.State.choices],
    )

    def __init__(self, *args, scope, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields['domain'].choices = [
            ('', _('All domains')),
            *scope.domains()
            .filter(excluded=False)
            .order_by('name', 'id')
            .values_list('id', 'name'),
        ]
        for field in self.fields.values():
            field.widget.attrs.setdefault('aria-label', field.label)
            field.widget.attrs['class'] = 'form-control input-sm'

    @property
    def is_narrow(self) -> bool:
        """Whether it selects less than everything."""
        return any(self.data.get(name) for name in self.fields)

    def filter(self, rows):
        cleaned = self.cleaned_data
        if cleaned['q']:
            rows = rows.filter(
                Q(sort_name__contains=cleaned['q'].casefold())
                | Q(project_id__contains=cleaned['q'].lower())
            )
        if cleaned['domain']:
            rows = rows.filter(domain_id=cleaned['domain'])
        if cleaned['state']:
            rows = rows.filter(state=cleaned['state'])
        return rows
