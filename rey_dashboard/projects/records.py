"""One project: its people, its hours and its history."""

from django.db.models import OuterRef
from django.db.models import Subquery
from django.utils.translation import gettext_lazy as _

from rey_dashboard.inventory import history
from rey_dashboard.inventory import hours
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import resources
from rey_dashboard.inventory import roles
from rey_dashboard.pages import tables
from rey_dashboard.pages import views
from rey_dashboard.projects import charts
from rey_dashboard.projects import details
from rey_dashboard.projects import forms as filters


def _through(way):
    if way.group and way.inherited_from:
        return f'group {way.group} inherited from {way.inherited_from};'
    if way.group:
        return f'group {way.group};'
    if way.inherited_from:
        return f'inherited from {way.inherited_from};'
    return 'direct;'


def people_in(project_id: str) -> tables.Table:
    return tables.Table(
        schema='rey.project-people/1',
        noun=_('People'),
        columns=(
            tables.Column('name', _('User'), 'name'),
            tables.Column('role', _('Role'), 'role'),
            tables.Column('through', _('Through')),
            tables.Column('email', _('E-mail'), 'email'),
        ),
        fields=(
            tables.Field('project_id', lambda row: project_id),
            *(
                tables.attribute(name)
                for name in ('user_id', 'name', 'email', 'enabled', 'role')
            ),
            tables.Field('through', lambda row: [*map(_through, row.through)]),
        ),
        row_template='rey/projects/_person.html',
        sort='name',
        ties=(),
    )


HOURS = tables.Table(
    schema='rey.project-hours/1',
    noun=_('Hours'),
    columns=(
        tables.Column('day', _('Day (UTC)'), 'day', numeric=True),
        tables.Column('user', _('Made by'), 'user_name'),
        tables.Column('servers', _('Servers'), 'servers', numeric=True),
        *(
            tables.Column(name, label, name, numeric=True)
            for name, label in (
                ('server_hours', _('Server hours')),
                ('vcpu_hours', _('vCPU hours')),
                ('ram_mib_hours', _('RAM GiB hours')),
                ('disk_gib_hours', _('Disk GiB hours')),
            )
        ),
    ),
    fields=tuple(
        tables.attribute(name)
        for name in (
            'day',
            'project_id',
            'user_id',
            'user_name',
            'servers',
            *hours.MEASURES,
        )
    ),
    row_template='rey/projects/_project_hours.html',
    sort='-day',
    ties=('-day', 'user_id'),
)


def history_of(project_id: str, resource: resources.Resource) -> tables.Table:
    return tables.Table(
        schema='rey.project-history/1',
        noun=_('History'),
        columns=(
            tables.Column('day', _('Day (UTC)'), 'day', numeric=True),
            tables.Column('minimum', _('Minimum'), 'minimum', numeric=True),
            tables.Column('mean', _('Mean'), 'mean', numeric=True),
            tables.Column('maximum', _('Maximum'), 'maximum', numeric=True),
            tables.Column('source', _('From'), 'source'),
        ),
        fields=(
            tables.Field('project_id', lambda row: project_id),
            tables.attribute('day'),
            tables.Field('resource', lambda row: resource.key),
            tables.Field('unit', lambda row: resource.unit or 'count'),
            *(
                tables.attribute(name)
                for name in ('minimum', 'mean', 'maximum', 'source')
            ),
        ),
        row_template='rey/projects/_history.html',
        sort='-day',
        ties=('-day',),
    )


class PeopleView(details.ProjectView):
    """Who has which role here, and through what."""

    parts = (*details.QUOTA_PARTS, parts.PEOPLE)
    tab = 'people'

    def get_table(self):
        return people_in(self.project_id)

    def get_rows(self):
        return roles.people_of(self.scope, self.project_id)


class HoursView(views.PeriodView, details.ProjectView):
    """Server hours by day and by who made the servers."""

    parts = (*details.QUOTA_PARTS, parts.HOURS, parts.PEOPLE)
    tab = 'hours'
    table = HOURS
    form_class = filters.ProjectHoursForm

    def get_rows(self):
        users = self.scope.users().filter(id=OuterRef('user_id'))
        return (
            self.scope.usage_days()
            .filter(
                project_id=self.project_id,
                day__range=(self.period.first, self.period.last),
            )
            .annotate(user_name=Subquery(users.values('name')[:1]))
        )

    def get_context_data(self, **kwargs):
        region = self.scope.region
        total = hours.of_projects(
            region, [self.project_id], self.coverage.spans
        )
        return super().get_context_data(
            total=total.get(self.project_id, hours.nothing(self.coverage)),
            chart=charts.of_hours(self.get_rows(), self.period),
            chart_label=_('vCPU hours of each day by who made the servers'),
            **kwargs,
        )


class HistoryView(details.ProjectView):
    """Minimum, mean and maximum of one resource, day by day."""

    parts = details.QUOTA_PARTS
    tab = 'history'
    form_class = filters.HistoryForm

    def get_rows(self):
        self.points = history.series(
            self.scope.region,
            self.project_id,
            self.form.resource.key,
            self.form.days,
        )
        return self.points

    def get_table(self):
        return history_of(self.project_id, self.form.resource)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            resource=self.form.resource,
            week_change=history.week_change(self.points),
            chart=charts.of_history(self.points, self.form.resource),
            chart_label=_('Minimum, mean and maximum of each day'),
            **kwargs,
        )
