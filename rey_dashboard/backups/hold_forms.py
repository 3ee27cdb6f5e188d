import datetime

from django import forms as django_forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rey_dashboard.backups import forms
from rey_dashboard.inventory import models
from rey_dashboard.pages import forms as page_forms

IN_FORCE, ENDED, ALL = 'in_force', 'ended', 'all'


class HoldsForm(forms.OfDomain):
    """What the list of holds filters by; ended ones are shown on request."""

    narrowing = ('q', 'project', 'domain', 'state')

    q = page_forms.search(_('Backup, name or id, or reason'))
    project = page_forms.search(_('Project id'))
    domain = page_forms.choice(_('Domain'))
    state = page_forms.choice(
        _('State'),
        [
            ('', _('In force')),
            (ENDED, _('Ended')),
            (ALL, _('In force and ended')),
        ],
    )

    def filter(self, rows):
        cleaned = self.cleaned_data
        if cleaned['q']:
            named = self.scope.backups().filter(name__icontains=cleaned['q'])
            rows = rows.filter(
                Q(backup_id__contains=cleaned['q'].lower())
                | Q(backup_id__in=named.values('id'))
                | Q(backup_name__icontains=cleaned['q'])
                | Q(reason__icontains=cleaned['q'])
            )
        in_force = models.BackupHold.objects.in_force(self.scope.region)
        if cleaned['state'] == ENDED:
            rows = rows.exclude(pk__in=in_force.values('pk'))
        elif not cleaned['state']:
            rows = rows.filter(pk__in=in_force.values('pk'))
        return self.in_domain(rows)


class HoldForm(django_forms.Form):
    """Why backups are kept, and how long."""

    use_required_attribute = False

    reason = django_forms.CharField(
        label=_('Why'),
        max_length=1000,
        strip=True,
        widget=django_forms.TextInput(
            attrs={'class': 'form-control input-sm'}
        ),
        help_text=_('Whoever wants to delete it is told.'),
    )
    day = django_forms.DateField(
        label=_('Until the end of'),
        required=False,
        widget=django_forms.DateInput(
            format='%Y-%m-%d',
            attrs={'type': 'date', 'class': 'form-control input-sm'},
        ),
        help_text=_('In your time zone. Empty: until somebody releases it.'),
    )

    def clean_day(self):
        day = self.cleaned_data['day']
        if day and day < timezone.localdate():
            raise django_forms.ValidationError(
                _('That day is over: choose a later one.')
            )
        if day and day.year > timezone.localdate().year + 100:
            raise django_forms.ValidationError(_('Leave it empty, rather.'))
        return day

    @property
    def until(self) -> datetime.datetime | None:
        """The end of that day for the user."""
        day = self.cleaned_data['day']
        if not day:
            return None
        after = day + datetime.timedelta(days=1)
        return timezone.make_aware(
            datetime.datetime.combine(after, datetime.time())
        )
