from django.utils.translation import gettext_lazy as _

from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.pages import forms


class ReadingsForm(forms.Filter):
    """Which readings are listed."""

    narrowing = ('part', 'kind', 'outcome')

    part = forms.choice(
        _('Part'), [('', _('All parts')), *parts.LABELS.items()]
    )
    kind = forms.choice(
        _('What was read'),
        [('', _('Everything or changes')), *models.PartReading.Kind.choices],
    )
    outcome = forms.choice(
        _('Outcome'),
        [('', _('Any outcome')), *models.PartReading.Outcome.choices],
    )

    def filter(self, rows):
        chosen = self.cleaned_data
        wanted = {
            'name': chosen['part'],
            'kind': chosen['kind'],
            'outcome': chosen['outcome'],
        }
        return rows.filter(
            **{key: word for key, word in wanted.items() if word}
        )
