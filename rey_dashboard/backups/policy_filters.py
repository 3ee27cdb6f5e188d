from django.utils.translation import gettext_lazy as _

from rey_dashboard.backups import models
from rey_dashboard.pages import forms

ON, OFF, REMOVED = 'on', 'off', 'removed'


class PoliciesForm(forms.Filter):
    """Which policies are listed; those that are removed when asked alone."""

    narrowing = ('q', 'state')

    q = forms.search(_('Name'))
    state = forms.choice(
        _('State'),
        [
            ('', _('Enabled or not')),
            (ON, _('Enabled')),
            (OFF, _('Not enabled')),
            (REMOVED, _('Removed')),
        ],
    )

    def filter(self, rows):
        state = self.cleaned_data['state']
        rows = rows.filter(removed_at__isnull=state != REMOVED)
        if state in (ON, OFF):
            rows = rows.filter(enabled=state == ON)
        return rows.filter(name__icontains=self.cleaned_data['q'])


class RunsForm(forms.Filter):
    """Which runs of a policy are listed."""

    narrowing = ('state',)

    state = forms.choice(_('State'))

    def __init__(self, data, *, scope):
        super().__init__(data, scope=scope)
        self.fields['state'].choices = [
            ('', _('Any state')),
            *models.BackupPolicyRun.State.choices,
        ]

    def filter(self, rows):
        state = self.cleaned_data['state']
        return rows.filter(state=state) if state else rows
