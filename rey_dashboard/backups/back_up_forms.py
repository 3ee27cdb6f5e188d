from django import forms
from django.utils.translation import gettext_lazy as _

from rey_dashboard.backups import rates
from rey_dashboard.tasks import asking

METHODS = [
    (
        rates.INCREMENTAL,
        _('Incremental, where there is a good one to build on'),
    ),
    (rates.FULL, _('Full')),
]


class BackUpForm(asking.AskForm):
    method = forms.ChoiceField(
        label=_('How'), choices=METHODS, initial=rates.INCREMENTAL
    )
    full_every = forms.IntegerField(
        label=_('Full after so many in a chain'),
        min_value=0,
        max_value=1000,
        initial=7,
        help_text=_('All of a chain are needed to restore; 0 for never.'),
    )
    at_once = forms.IntegerField(
        label=_('At once on each back end'),
        min_value=1,
        max_value=100,
        initial=2,
        help_text=_('Over all tasks that say the same or less.'),
    )
    container = forms.CharField(
        label=_('Container'),
        required=False,
        max_length=255,
        help_text=_(
            'Bucket, pool or folder of the backup storage; leave it empty '
            'for the one of cinder-backup.'
        ),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in self.shown:
            self.fields[name].widget.attrs['class'] = 'form-control input-sm'

    shown = ('method', 'full_every', 'at_once', 'container')

    @property
    def rows(self):
        return [self[name] for name in self.shown]
