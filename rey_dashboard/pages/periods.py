"""Periods of whole UTC days, as pages are asked for them."""

import datetime

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rey_dashboard import conf
from rey_dashboard.inventory import days
from rey_dashboard.inventory import hour_sums

Period = hour_sums.Period
THIRTY = hour_sums.THIRTY
DAYS = 'days'
CHOICES = (
    (hour_sums.TODAY, _('Today (running)')),
    (hour_sums.WEEK, _('Last 7 days')),
    (THIRTY, _('Last 30 days')),
    (hour_sums.MONTH, _('This month (running)')),
    (hour_sums.LAST_MONTH, _('Last month')),
    (DAYS, _('From … to …')),
)


def today() -> datetime.date:
    return days.of(timezone.now())


def named(name: str) -> Period:
    """One of CHOICES; the last 30 days for DAYS, which have no name."""
    known = hour_sums.named(today())
    return known.get(name, known[THIRTY])


class PeriodForm(forms.Form):
    """The part of a filter that chooses the period; it lives in the URL."""

    use_required_attribute = False

    period = forms.ChoiceField(
        label=_('Hours of'), required=False, choices=CHOICES, initial=THIRTY
    )
    first = forms.DateField(
        label=_('From'),
        required=False,
        widget=forms.DateInput(format='%Y-%m-%d', attrs={'type': 'date'}),
        input_formats=['%Y-%m-%d'],
    )
    last = forms.DateField(
        label=_('To'),
        required=False,
        widget=forms.DateInput(format='%Y-%m-%d', attrs={'type': 'date'}),
        input_formats=['%Y-%m-%d'],
    )

    def clean(self):
        cleaned = super().clean()
        first, last = cleaned.get('first'), cleaned.get('last')
        if cleaned.get('period') == DAYS and not self.errors:
            if not first or not last:
                self.add_error('first', _('Both days are needed.'))
            elif last < first:
                self.add_error('last', _('It is before the first day.'))
            elif Period(first, last).length > conf.current().KEEP_DAYS:
                self.add_error(
                    'last',
                    _('At most %d days: no more are kept.')
                    % conf.current().KEEP_DAYS,
                )
        return cleaned

    @property
    def chosen(self) -> Period:
        """The period; the last 30 days unless another was chosen well."""
        cleaned = getattr(self, 'cleaned_data', {})
        name = cleaned.get('period') or THIRTY
        first, last = cleaned.get('first'), cleaned.get('last')
        if name == DAYS and first and last and not self.errors:
            return Period(first, last)
        return named(name)
