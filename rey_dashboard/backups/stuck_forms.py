from django import forms
from django.utils.translation import gettext_lazy as _

from rey_dashboard.backups import stuck
from rey_dashboard.tasks import asking

_TO = [
    (
        '',
        _(
            'what fits each: failed while it was made or deleted, whole '
            'while it was restored'
        ),
    ),
    (
        stuck.ERROR,
        _('error: nothing is restored from it, and it can be deleted'),
    ),
    (
        stuck.AVAILABLE,
        _('available: whole, also for incremental ones to build on'),
    ),
]


class ForceDeleteForm(asking.AskForm):
    looked = forms.BooleanField(
        label=_('I looked: no cinder-backup works on them'),
        required=False,
        help_text=_(
            'Without it those are left out that changed within six hours.'
        ),
    )


class ResetForm(ForceDeleteForm):
    to_status = forms.ChoiceField(
        label=_('Set the backup to'),
        choices=_TO,
        required=False,
        widget=forms.RadioSelect,
    )
