"""What the filters of all pages are made of."""

from django import forms
from django.utils.translation import gettext_lazy as _


def search(label: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=255,
        widget=forms.TextInput(attrs={'type': 'search', 'placeholder': label}),
    )


def choice(label: str, choices=()) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=choices)


def percent(label: str, short: str) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=100_000,
        widget=forms.NumberInput(attrs={'placeholder': short}),
    )


def domains(scope) -> list[tuple[str, str]]:
    """All domains that the user may see, as choices."""
    return [
        ('', _('All domains')),
        *scope.domains()
        .filter(excluded=False)
        .order_by('name', 'id')
        .values_list('id', 'name'),
    ]


class Filter(forms.Form):
    """A filter that stands in the URL.

    The subclass has ``filter(rows)``, which is asked when all is valid.
    """

    use_required_attribute = False

    #: Names of the fields that select rows; they stand before the period.
    narrowing: tuple[str, ...] = ()

    def __init__(self, data, *, scope):
        # What the address leaves out is shown as it counts.
        data = data.copy()
        for name, field in self.base_fields.items():
            if field.initial is not None and not data.get(name):
                data[name] = field.initial
        super().__init__(data)
        self.scope = scope
        self.order_fields([*self.narrowing, 'period', 'first', 'last'])
        for field in self.fields.values():
            field.widget.attrs.setdefault('aria-label', field.label)
            field.widget.attrs['class'] = 'form-control input-sm'

    @property
    def is_narrow(self) -> bool:
        """Whether it selects less than everything."""
        return any(self.data.get(name) for name in self.narrowing)
