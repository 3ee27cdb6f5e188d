from django.utils.translation import gettext_lazy as _

from rey_dashboard.inventory import models
from rey_dashboard.pages import forms
from rey_dashboard.readiness import hosts
from rey_dashboard.readiness import rows as rows_


class EndpointsForm(forms.Filter):
    """Which endpoints are listed; they are few, so the rows are a list."""

    narrowing = ('q', 'in_region', 'interface', 'state', 'days')

    q = forms.search(_('Service or address'))
    in_region = forms.choice(_('Region'))
    interface = forms.choice(
        _('Interface'),
        [
            ('', _('All interfaces')),
            *((name, name) for name in ('public', 'internal', 'admin')),
        ],
    )
    state = forms.choice(
        _('State'), [('', _('Any state')), *rows_.State.choices]
    )
    days = forms.percent(_('Certificate ends within days'), _('≤ days'))

    def __init__(self, data, *, scope):
        super().__init__(data, scope=scope)
        known = models.Endpoint.objects.filter(region=scope.region)
        names = known.order_by('in_region').values_list('in_region', flat=True)
        self.fields['in_region'].choices = [
            ('', _('All regions')),
            *((name, name) for name in names.distinct() if name),
        ]

    def filter(self, rows):
        return [row for row in rows if self._wants(row)]

    def _wants(self, row):
        chosen = self.cleaned_data
        text = f'{row.service_type} {row.service_name} {row.url}'.casefold()
        ends_in = row.cert_days
        return (
            chosen['q'].casefold() in text
            and chosen['in_region'] in ('', row.in_region)
            and chosen['interface'] in ('', row.interface)
            and chosen['state'] in ('', row.state)
            and (
                chosen['days'] is None
                or (ends_in is not None and ends_in <= chosen['days'])
            )
        )


class HostsForm(forms.Filter):
    """Which compute hosts are listed; the rows are a list."""

    narrowing = ('q', 'state', 'lacks')

    q = forms.search(_('Host or zone'))
    state = forms.choice(
        _('State'), [('', _('Any state')), *hosts.State.choices]
    )
    lacks = forms.choice(
        _('What it lacks'), [('', _('Whatever it lacks')), *hosts.Lack.choices]
    )

    def filter(self, rows):
        chosen = self.cleaned_data
        return [
            row
            for row in rows
            if chosen['q'].casefold() in f'{row.name} {row.zone}'.casefold()
            and chosen['state'] in ('', row.state)
            and (not chosen['lacks'] or chosen['lacks'] in row.lacks)
        ]


class RunsForm(forms.Filter):
    """Which runs are listed."""

    narrowing = ('q', 'result')

    q = forms.search(_('Who'))
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
            rows = rows.filter(asked_by_name__icontains=chosen['q'])
        if chosen['result'] == 'pass':
            rows = rows.filter(failed=0, passed__gt=0)
        elif chosen['result'] == 'fail':
            rows = rows.filter(failed__gt=0)
        elif chosen['result'] == 'none':
            rows = rows.filter(failed=0, passed=0)
        return rows
