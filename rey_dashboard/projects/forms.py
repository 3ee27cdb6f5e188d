from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rey_dashboard.inventory import models
from rey_dashboard.inventory import resources
from rey_dashboard.pages import periods
from rey_dashboard.projects import columns

STATES = models.ProjectSummary.State


def _search(label):
    return forms.CharField(
        label=label,
        required=False,
        max_length=255,
        widget=forms.TextInput(attrs={'type': 'search', 'placeholder': label}),
    )


def _over():
    return forms.IntegerField(
        label=_('Use over … %'),
        required=False,
        min_value=0,
        max_value=100_000,
        widget=forms.NumberInput(attrs={'placeholder': _('Over … %')}),
    )


class _Filter(forms.Form):
    use_required_attribute = False

    #: Names of the fields that select rows; they stand before the period.
    narrowing: tuple[str, ...] = ()

    def __init__(self, data, *, scope):
        # What the address leaves out is shown as it counts.
        data = data.copy()
        for name, field in self.base_fields.items():
            if field.initial is not None and not data.get(name):
                data[name] = field.initial
        super().__init__(data)
        self.scope = scope
        self.order_fields([*self.narrowing, 'period', 'first', 'last'])
        for field in self.fields.values():
            field.widget.attrs.setdefault('aria-label', field.label)
            field.widget.attrs['class'] = 'form-control input-sm'

    @property
    def is_narrow(self) -> bool:
        """Whether it selects less than everything."""
        return any(self.data.get(name) for name in self.narrowing)


class FilterForm(_Filter, periods.PeriodForm):
    """What the Projects page filters by."""

    narrowing = ('q', 'domain', 'state', 'over', 'quota', 'in_error')

    q = _search(_('Name, id or contact'))
    domain = forms.ChoiceField(label=_('Domain'), required=False)
    state = forms.ChoiceField(
        label=_('State'),
        required=False,
        choices=[('', _('Any state')), *STATES.choices],
    )
    over = _over()
    quota = forms.ChoiceField(label=_('Of the quota'), required=False)
    in_error = forms.ChoiceField(
        label=_('Servers in error'),
        required=False,
        choices=[('', _('Errors or not')), ('1', _('In error'))],
    )

    def __init__(self, data, *, scope):
        super().__init__(data, scope=scope)
        self.fields['domain'].choices = [
            ('', _('All domains')),
            *scope.domains()
            .filter(excluded=False)
            .order_by('name', 'id')
            .values_list('id', 'name'),
        ]
        self._resources = {
            resource.name: resource
            for resource in (*resources.ALL, *scope.volume_types)
            if resource.key not in resources.PER_THING
        }
        self.fields['quota'].choices = [
            ('', _('of any quota')),
            *((name, row.label) for name, row in self._resources.items()),
        ]

    def filter(self, rows):
        cleaned = self.cleaned_data
        if cleaned['q']:
            rows = rows.filter(
                Q(sort_name__contains=cleaned['q'].casefold())
                | Q(project_id__contains=cleaned['q'].lower())
                | Q(contact__icontains=cleaned['q'])
            )
        if cleaned['domain']:
            rows = rows.filter(domain_id=cleaned['domain'])
        if cleaned['state']:
            rows = rows.filter(state=cleaned['state'])
        else:
            rows = rows.exclude(state=STATES.GONE)
        if cleaned['in_error']:
            rows = rows.filter(servers_in_error__gt=0)
        return self._over(rows)

    def _over(self, rows):
        """More than so many percent; a quota alone selects those in use."""
        over, name = self.cleaned_data['over'], self.cleaned_data['quota']
        if name:
            percent = columns.quota(self._resources[name], 'percent')
            return rows.annotate(percent=percent).filter(percent__gt=over or 0)
        if over is not None:
            return rows.filter(fullest_percent__gt=over)
        return rows


class DomainsForm(_Filter, periods.PeriodForm):
    """What the Domains page filters by."""

    narrowing = ('q',)

    q = _search(_('Name or id'))

    def filter(self, rows):
        q = self.cleaned_data['q']
        if q:
            rows = rows.filter(
                Q(sort_name__contains=q.casefold())
                | Q(domain_id__contains=q.lower())
            )
        return rows


class UsersForm(_Filter, periods.PeriodForm):
    """What the Users page filters by."""

    narrowing = ('q',)

    q = _search(_('Name or id'))

    def filter(self, rows):
        q = self.cleaned_data['q']
        if q:
            rows = rows.filter(
                Q(user_name__icontains=q) | Q(user_id__contains=q.lower())
            )
        return rows


class QuotasForm(_Filter):
    """What the Quotas page filters by."""

    narrowing = ('q', 'service', 'over', 'every')

    q = _search(_('Project or resource'))
    service = forms.ChoiceField(
        label=_('Service'),
        required=False,
        choices=[('', _('All services')), *resources.SERVICES.items()],
    )
    over = _over()
    every = forms.ChoiceField(
        label=_('Which'),
        required=False,
        choices=[('', _('In use and limited')), ('1', _('All quotas'))],
    )

    def filter(self, rows):
        cleaned = self.cleaned_data
        if cleaned['q']:
            named = self.scope.summaries().filter(
                sort_name__contains=cleaned['q'].casefold()
            )
            rows = rows.filter(
                Q(resource__icontains=cleaned['q'])
                | Q(project_id__in=named.values('project_id'))
                | Q(project_id=cleaned['q'])
            )
        if cleaned['service']:
            rows = rows.filter(service=cleaned['service'])
        if cleaned['over'] is not None:
            rows = rows.filter(percent__gt=cleaned['over'])
        elif not cleaned['every']:
            rows = rows.filter(percent__gt=0)
        return rows


class ProjectHoursForm(_Filter, periods.PeriodForm):
    """The period of a project's hours."""

    def filter(self, rows):
        return rows


class HistoryForm(_Filter):
    """Which resource a project's history tells, and of how many days."""

    resource_name = forms.ChoiceField(
        label=_('Resource'), required=False, initial='vcpus'
    )
    last_days = forms.TypedChoiceField(
        label=_('Days'),
        required=False,
        coerce=int,
        initial='30',
        choices=[
            ('30', _('Last 30 days')),
            ('90', _('Last 90 days')),
            ('365', _('Last 365 days')),
        ],
    )

    def __init__(self, data, *, scope):
        super().__init__(data, scope=scope)
        self._resources = {
            resource.name: resource
            for resource in (*resources.ALL, *scope.volume_types)
            if resource.key not in resources.PER_THING
        }
        self.fields['resource_name'].choices = [
            (name, row.label) for name, row in self._resources.items()
        ]

    @property
    def resource(self) -> resources.Resource:
        """The one that was chosen well, else vCPUs."""
        name = self.cleaned_data.get('resource_name') or 'vcpus'
        return self._resources[name]

    @property
    def days(self) -> int:
        return self.cleaned_data.get('last_days') or 30

    def filter(self, rows):
        return rows
