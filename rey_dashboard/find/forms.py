from django.utils.translation import gettext_lazy as _

from rey_dashboard.pages import forms


class FindForm(forms.Filter):
    """What is looked for, and of which kind."""

    #: Of the button.
    verb = _('Find')

    q = forms.search(_('Name, id, address, host, e-mail, request id'))
    kind = forms.choice(_('Kind'))

    def __init__(self, data, *, scope, kinds):
        super().__init__(data, scope=scope)
        self.fields['kind'].choices = [
            ('', _('Everything')),
            *((kind.name, kind.label) for kind in kinds),
        ]
        self.fields['q'].widget.attrs['data-rey-find'] = ''

    def filter(self, rows):
        return rows
