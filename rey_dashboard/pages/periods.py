"""Periods of whole UTC days, as pages are asked for them."""

import dataclasses
import datetime

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rey_dashboard import conf
from rey_dashboard.inventory import days

TODAY, WEEK, THIRTY = 'today', '7', '30'
MONTH, LAST_MONTH, DAYS = 'month', 'last-month', 'days'
CHOICES = (
    (TODAY, _('Today (running)')),
    (WEEK, _('Last 7 days')),
    (THIRTY, _('Last 30 days')),
    (MONTH, _('This month (running)')),
    (LAST_MONTH, _('Last month')),
    (DAYS, _('From … to …')),
)


@dataclasses.dataclass(frozen=True)
class Period:
    """Whole UTC days, both ends included."""

    first: datetime.date
    last: datetime.date

    @property
    def length(self) -> int:
        """In days."""
        return (self.last - self.first).days + 1


def today() -> datetime.date:
    return days.of(timezone.now())


def named(name: str) -> Period:
    """One of CHOICES, but for DAYS; the last days end with yesterday."""
    now = today()
    yesterday = now - days.ONE
    if name == TODAY:
        return Period(now, now)
    if name == WEEK:
        return Period(now - 7 * days.ONE, yesterday)
    if name == MONTH:
        return Period(now.replace(day=1), now)
    if name == LAST_MONTH:
        end = now.replace(day=1) - days.ONE
        return Period(end.replace(day=1), end)
    return Period(now - 30 * days.ONE, yesterday)


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
