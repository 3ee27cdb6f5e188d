"""The lists: projects, domains, users and quotas."""

from django import http
from django.db.models import Count
from django.db.models import OuterRef
from django.db.models import Subquery
from django.urls import reverse
from django.utils import http as http_utils
from django.utils.translation import gettext_lazy as _

from rey_dashboard import policy
from rey_dashboard.inventory import drift
from rey_dashboard.inventory import hour_sums
from rey_dashboard.inventory import hours
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import resources
from rey_dashboard.pages import columns as choices
from rey_dashboard.pages import views
from rey_dashboard.policy import usage
from rey_dashboard.projects import columns
from rey_dashboard.projects import forms
from rey_dashboard.projects import rows
from rey_dashboard.projects import tables
from rey_dashboard.projects import tiles

PARTS = (
    parts.IDENTITY,
    parts.SERVERS,
    parts.VOLUMES,
    parts.COMPUTE_QUOTAS,
    parts.VOLUME_QUOTAS,
    parts.NETWORK,
    parts.HOURS,
)
#: Name of the Projects page's table, for the columns that a user chose.
TABLE = 'projects'


class IndexView(views.PeriodView):
    """One row a project: what it uses of what it may."""

    rule = usage.READ
    parts = (*PARTS, parts.HOSTS, parts.POOLS, parts.BACKUPS)
    form_class = forms.FilterForm
    template_name = 'rey/projects/index.html'
    page_title = _('Projects')

    def get_rows(self):
        return self.scope.summaries()

    def get_table(self):
        self.offered = columns.offered(
            self.coverage.spans, self.scope.volume_types
        )
        names = {
            *columns.FIXED,
            *choices.chosen(self.request.user.id, TABLE, columns.USUAL),
            # An address that somebody shared may sort by another.
            self.request.GET.get('sort', '').removeprefix('-'),
        }
        shown = [column for column in self.offered if column.name in names]
        return tables.projects(shown)

    @property
    def sorts(self):
        return super().sorts - {one.name for one in self.scope.volume_types}

    def load(self, page):
        # An export has every column, the page what it shows.
        shown = None if self.is_export else self.table.columns
        rows.load(page, self.scope.region, self.coverage, shown)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(
            left_out=self.scope.left_out(),
            offered=self.offered,
            shown={column.name for column in self.table.columns},
            fixed=columns.FIXED,
            tiles=tiles.of(self.scope),
            may_set=policy.allowed(self.request, usage.ACT),
            gone=self._gone(),
            **kwargs,
        )
        rows.show(context['page'].object_list, self.table.columns)
        return context

    def _gone(self):
        """Deleted projects that the list leaves out, with hours then."""
        gone = self.scope.summaries().filter(
            state=models.ProjectSummary.State.GONE
        )
        days = self.scope.usage_days().filter(
            day__range=(self.period.first, self.period.last),
            project_id__in=gone.values('project_id'),
        )
        return days.order_by().values('project_id').distinct().count()


class ColumnsView(views.ScopedView):
    """Keeps the columns that the user wants to see, or forgets them."""

    rule = usage.READ

    def post(self, request):
        user = request.user.id
        if 'usual' in request.POST:
            choices.forget(user, TABLE)
        else:
            offered = {column.name for column in self._offered()}
            wanted = request.POST.getlist('column')
            choices.choose(
                user, TABLE, [name for name in wanted if name in offered]
            )
        back = request.POST.get('next', '')
        if not http_utils.url_has_allowed_host_and_scheme(
            back, allowed_hosts=None
        ):
            back = reverse('horizon:rey:projects:index')
        return http.HttpResponseRedirect(back)

    def _offered(self):
        # Which hours they show does not matter here.
        return columns.offered((), self.scope.volume_types)


class DomainsView(views.PeriodView):
    """One row a domain: its projects together."""

    rule = usage.READ
    parts = PARTS
    form_class = forms.DomainsForm
    template_name = 'rey/projects/domains.html'
    page_title = _('Domains')

    def get_rows(self):
        return self.scope.domain_summaries()

    def get_table(self):
        return tables.domains_of(self.coverage.spans)

    def load(self, page):
        ids = [row.domain_id for row in page]
        used = hours.of_domains(self.scope.region, ids, self.coverage.spans)
        nothing = hours.nothing(self.coverage)
        for row in page:
            row.hours = used.get(row.domain_id, nothing)
            # Deleted projects and none at all have no quota to be read.
            row.has_no_quota = not row.domain_id or not row.projects


class UsersView(views.PeriodView):
    """One row for each user who made servers: their hours in the period."""

    rule = usage.READ
    parts = (parts.HOURS, parts.PEOPLE)
    form_class = forms.UsersForm
    template_name = 'rey/projects/users.html'
    page_title = _('Users')

    def get_table(self):
        return tables.USERS_READY if self._are_ready else tables.USERS

    @property
    def _are_ready(self):
        """Whether one row a user is there: of the whole cloud's projects."""
        return self.scope.is_whole and self.coverage.ready

    def get_rows(self):
        users = self.scope.users().filter(id=OuterRef('user_id'))
        if self._are_ready:
            return hours.of_users(
                self.scope.region, self.coverage.spans
            ).annotate(user_name=Subquery(users.values('name')[:1]))
        return (
            self.scope.usage_days()
            .filter(day__range=(self.period.first, self.period.last))
            .order_by()
            .values('user_id')
            .annotate(
                user_name=Subquery(users.values('name')[:1]),
                projects=Count('project_id', distinct=True),
                **hour_sums.sums(),
            )
        )


class QuotasView(views.TableView):
    """One row for each quota of each project, the fullest first."""

    rule = usage.READ
    parts = PARTS
    form_class = forms.QuotasForm
    table = tables.QUOTAS
    template_name = 'rey/projects/quotas.html'
    page_title = _('Quotas')

    def get_rows(self):
        return self.scope.all_quotas()

    def load(self, page):
        projects = {
            project.project_id: project
            for project in self.scope.summaries().filter(
                project_id__in={row.project_id for row in page}
            )
        }
        for row in page:
            row.project = projects.get(row.project_id)
            row.known = resources.find(row.service, row.resource)
        drift.mark(self.scope, page)
        for row in page:
            row.mending = drift.commands(row.project_id)
