"""What is asked before backups' records go into a file or come out of it."""

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rey_dashboard.backups import record_files
from rey_dashboard.tasks import asking

#: Backups that are chosen for one file; what they build on comes with them.
MOST = 10_000
OWNERS, OWN = 'owners', 'own'


def _passphrase(label, autocomplete):
    return forms.CharField(
        label=label,
        # Not a character of it is taken away.
        strip=False,
        max_length=record_files.MOST_CHARACTERS,
        widget=forms.PasswordInput(
            attrs={'class': 'form-control', 'autocomplete': autocomplete}
        ),
        error_messages={
            'required': _('Type the passphrase.'),
            'max_length': _('It is longer than %d characters.')
            % record_files.MOST_CHARACTERS,
        },
    )


class ExportForm(asking.AskForm):
    """Makes the keys of the export; the passphrase itself goes no further.

    :ivar lock: how they are made of it
    :ivar keys: when all is valid
    """

    passphrase = _passphrase(_('Passphrase'), 'new-password')
    again = _passphrase(_('The same again'), 'new-password')

    def clean_passphrase(self):
        told = record_files.normal(self.cleaned_data['passphrase'])
        if len(told) < record_files.FEWEST_CHARACTERS:
            raise forms.ValidationError(
                _('It needs %d characters at least: take five words or so.')
                % record_files.FEWEST_CHARACTERS
            )
        return told

    def clean(self):
        told = super().clean()
        if told.get('expected', 0) > MOST:
            raise forms.ValidationError(
                _('One file takes %d backups: choose those of a domain, say.')
                % MOST
            )
        if {'passphrase', 'again'} <= told.keys():
            if record_files.normal(told['again']) != told['passphrase']:
                self.add_error('again', _('The two are not the same.'))
            elif not self.errors:
                self._make_keys(told['passphrase'])
        return told

    def _make_keys(self, passphrase):
        self.lock = record_files.Lock.new()
        try:
            self.keys = record_files.Keys(passphrase, self.lock)
        except record_files.Unreadable as error:
            raise forms.ValidationError(str(error)) from error


class DownloadForm(forms.Form):
    """Opens what an export sealed.

    :param parameters: of the export's task
    :ivar keys: when all is valid
    """

    use_required_attribute = False

    passphrase = _passphrase(_('Passphrase of the export'), 'off')

    def __init__(self, *args, parameters, **more):
        super().__init__(*args, **more)
        self._parameters = parameters
        self.lock = record_files.Lock.told(parameters['lock'])

    def clean_passphrase(self):
        told = self.cleaned_data['passphrase']
        try:
            self.keys = record_files.Keys(told, self.lock)
        except record_files.Unreadable as error:
            raise forms.ValidationError(str(error)) from error
        if self.keys.public != self._parameters['public_key']:
            raise forms.ValidationError(
                _('The export was made with another passphrase.')
            )
        return told


class ImportForm(forms.Form):
    """Reads a file.

    :param own: name of the service user's own project
    :ivar read: what it holds, when all is valid
    """

    use_required_attribute = False

    #: Makes a double click one task.
    token = forms.UUIDField(widget=forms.HiddenInput)
    file = forms.FileField(
        label=_('File'),
        widget=forms.FileInput(attrs={'accept': '.json'}),
        error_messages={
            'required': _('Choose a file.'),
            'empty': _('The file is empty.'),
        },
    )
    passphrase = _passphrase(_('Passphrase of the file'), 'off')
    into = forms.ChoiceField(label=_('Import into'), widget=forms.RadioSelect)

    def __init__(self, *args, own='', **more):
        super().__init__(*args, **more)
        self.fields['into'].initial = OWNERS
        self.fields['into'].choices = [
            (OWNERS, _('the project that each backup belonged to'))
        ]
        if own:
            words = _("the service user's own project, %s")
            self.fields['into'].choices += [(OWN, words % own)]

    def clean(self):
        told = super().clean()
        if self.errors:
            return told
        # One byte more than may be shows that it is too large.
        data = told['file'].read(record_files.MOST_BYTES + 1)
        try:
            self.read = record_files.read(data, told['passphrase'])
        except record_files.WrongPassphrase as error:
            self.add_error('passphrase', str(error))
        except record_files.Unreadable as error:
            self.add_error('file', _t('Nothing was read. %s') % error)
        return told
