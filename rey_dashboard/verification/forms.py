from django import forms as django_forms
from django.utils.translation import gettext_lazy as _

from rey_dashboard.pages import forms
from rey_dashboard.verification import handing
from rey_dashboard.verification import upgrade_text


class BaselinesForm(forms.Filter):
    """Which baselines are listed."""

    narrowing = ('q',)

    q = forms.search(_('Name or who'))

    def filter(self, rows):
        text = self.cleaned_data['q']
        if not text:
            return rows
        return rows.filter(name__icontains=text) | rows.filter(
            asked_by_name__icontains=text
        )


class ComparisonsForm(forms.Filter):
    """Which comparisons are listed."""

    narrowing = ('q', 'result')

    q = forms.search(_('Baseline'))
    result = forms.choice(
        _('Result'),
        [
            ('', _('Any result')),
            ('pass', _('passed')),
            ('fail', _('failed')),
            ('none', _('no result')),
        ],
    )

    def filter(self, rows):
        chosen = self.cleaned_data
        if chosen['q']:
            rows = rows.filter(baseline__name__icontains=chosen['q'])
        if chosen['result'] == 'pass':
            rows = rows.filter(failed=0, passed__gt=0)
        elif chosen['result'] == 'fail':
            rows = rows.filter(failed__gt=0)
        elif chosen['result'] == 'none':
            rows = rows.filter(failed=0, passed=0)
        return rows


class TextForm(django_forms.Form):
    """A text that is pasted or uploaded."""

    most: int

    text = django_forms.CharField(
        label=_('Paste it'),
        required=False,
        strip=False,
        widget=django_forms.Textarea(
            attrs={'rows': 8, 'class': 'form-control', 'spellcheck': 'false'}
        ),
    )
    file = django_forms.FileField(
        label=_('or upload a file'), required=False, allow_empty_file=True
    )

    def clean(self):
        given = super().clean()
        upload = given.get('file')
        raw = given.get('text', '').encode(errors='replace')
        if upload:
            # One byte more than may be shows that it is too large.
            raw = upload.read(self.most + 1)
        if len(raw) > self.most:
            raise django_forms.ValidationError(
                _('It is larger than %(mib)d MiB.')
                % {'mib': self.most // 2**20}
            )
        if not raw.strip():
            raise django_forms.ValidationError(
                _('Paste a text or choose a file.')
            )
        given['told'] = raw.decode(errors='replace')
        return given


class CopyForm(TextForm):
    """A copy of a report."""

    most = handing.MOST


class UpgradeChecksForm(TextForm):
    """What upgrade checks printed."""

    most = upgrade_text.MOST

    service = django_forms.ChoiceField(
        label=_('Of which service, where the text does not tell it'),
        required=False,
        choices=[
            ('', _('guess it')),
            *((name, name) for name in upgrade_text.SERVICES),
        ],
        widget=django_forms.Select(attrs={'class': 'form-control'}),
    )
