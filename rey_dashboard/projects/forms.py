from django import forms as django_forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rey_dashboard.inventory import drift
from rey_dashboard.inventory import models
from rey_dashboard.inventory import resources
from rey_dashboard.pages import forms
from rey_dashboard.pages import periods

STATES = models.ProjectSummary.State
#: Quotas of which Cinder lists something else than it counts.
DRIFT = 'drift'
#: Without a word on the state all but what is gone.
SHOWN = [state for state in STATES if state != STATES.GONE]


class FilterForm(forms.Filter, periods.PeriodForm):
    """What the Projects page filters by."""

    narrowing = (
        'q',
        'domain',
        'state',
        'over',
        'quota',
        'in_error',
        'backups',
    )

    q = forms.search(_('Name, id or contact'))
    domain = forms.choice(_('Domain'))
    state = forms.choice(_('State'), [('', _('Any state')), *STATES.choices])
    over = forms.percent(_('Use over … %'), _('Over … %'))
    quota = forms.choice(_('Of the quota'))
    in_error = forms.choice(
        _('Servers in error'), [('', _('Errors or not')), ('1', _('In error'))]
    )

    backups = forms.choice(
        _('Backups'),
        [
            ('', _('Backups or not')),
            ('at_risk', _('Backups: at risk')),
            ('within', _('Backups: within target')),
        ],
    )

    def __init__(self, data, *, scope):
        super().__init__(data, scope=scope)
        self.fields['domain'].choices = forms.domains(scope)
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
            # Not ``exclude``: an index serves this one.
            rows = rows.filter(state__in=SHOWN)
        if cleaned['in_error']:
            rows = rows.filter(servers_in_error__gt=0)
        return self._over(self._backed_up(rows))

    def _backed_up(self, rows):
        wanted = self.cleaned_data['backups']
        if not wanted:
            return rows
        found = self.scope.project_coverage().filter(
            **{'at_risk__gt': 0}
            if wanted == 'at_risk'
            else {'percent__gte': 100}
        )
        return rows.filter(project_id__in=found.values('project_id'))

    def _over(self, rows):
        """More than so many percent; a quota alone selects those in use."""
        over, name = self.cleaned_data['over'], self.cleaned_data['quota']
        if name:
            resource = self._resources[name]
            found = self.scope.all_quotas().filter(
                service=resource.service,
                resource=resource.resource,
                # It follows from the percent, and leads to an index.
                in_use__gt=0,
                percent__gt=over or 0,
            )
            return rows.filter(project_id__in=found.values('project_id'))
        if over is not None:
            return rows.filter(fullest_percent__gt=over)
        return rows


class DomainsForm(forms.Filter, periods.PeriodForm):
    """What the Domains page filters by."""

    narrowing = ('q',)

    q = forms.search(_('Name or id'))

    def filter(self, rows):
        q = self.cleaned_data['q']
        if q:
            rows = rows.filter(
                Q(sort_name__contains=q.casefold())
                | Q(domain_id__contains=q.lower())
            )
        return rows


class UsersForm(forms.Filter, periods.PeriodForm):
    """What the Users page filters by."""

    narrowing = ('q',)

    q = forms.search(_('Name or id'))

    def filter(self, rows):
        q = self.cleaned_data['q']
        if q:
            named = self.scope.users().filter(name__icontains=q)
            rows = rows.filter(
                Q(user_id__in=named.values('id'))
                | Q(user_id__contains=q.lower())
            )
        return rows


class QuotasForm(forms.Filter):
    """What the Quotas page filters by."""

    narrowing = ('q', 'service', 'over', 'every')

    q = forms.search(_('Project or resource'))
    service = forms.choice(
        _('Service'), [('', _('All services')), *resources.SERVICES.items()]
    )
    over = forms.percent(_('Use over … %'), _('Over … %'))
    every = forms.choice(
        _('Which'),
        [
            ('', _('In use and limited')),
            ('1', _('All quotas')),
            (DRIFT, _('Counted wrongly')),
        ],
    )

    def filter(self, rows):
        cleaned = self.cleaned_data
        if cleaned['q']:
            rows = rows.filter(self._named(cleaned['q']))
        if cleaned['service']:
            rows = rows.filter(service=cleaned['service'])
        if cleaned['over'] is not None:
            rows = rows.filter(percent__gt=cleaned['over'])
        elif not cleaned['every']:
            rows = rows.filter(percent__gt=0)
        if cleaned['every'] == DRIFT:
            rows = drift.only(self.scope, rows)
        return rows

    def _named(self, q):
        projects = self.scope.summaries().filter(
            Q(sort_name__contains=q.casefold()) | Q(project_id=q)
        )
        wanted = Q(project_id__in=projects.values('project_id'))
        named = [
            name
            for service in resources.SERVICES
            for name in self.scope.quota_names(service)
            if q.casefold() in name.casefold()
        ]
        # An index finds the projects, unless there is an "or".
        return wanted | Q(resource__in=named) if named else wanted


class ProjectHoursForm(forms.Filter, periods.PeriodForm):
    """The period of a project's hours."""

    def filter(self, rows):
        return rows


class HistoryForm(forms.Filter):
    """Which resource a project's history tells, and of how many days."""

    resource_name = django_forms.ChoiceField(
        label=_('Resource'), required=False, initial='vcpus'
    )
    last_days = django_forms.TypedChoiceField(
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
