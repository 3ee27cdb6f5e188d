"""Is this cloud ready? The report, its runs, and the endpoints."""

from django import http
from django import shortcuts
from django.core import exceptions
from django.template import loader
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from rey_dashboard import policy
from rey_dashboard.inventory import models as inventory
from rey_dashboard.inventory import parts
from rey_dashboard.pages import exports
from rey_dashboard.pages import views
from rey_dashboard.policy import install
from rey_dashboard.readiness import forms
from rey_dashboard.readiness import hosts
from rey_dashboard.readiness import models
from rey_dashboard.readiness import points
from rey_dashboard.readiness import rows
from rey_dashboard.readiness import runs
from rey_dashboard.readiness import smoke_views
from rey_dashboard.readiness import tables

#: Name in the URL conf, label.
TABS = (
    ('index', _('Report')),
    ('endpoints', _('Endpoints')),
    ('hosts', _('Compute hosts')),
    ('runs', _('Runs')),
    ('expectations', _('Expectations')),
)
#: As a file: a page that needs nothing else.
HTML = 'html'


class Tabs:
    """What is of the whole cloud nobody sees who may see a domain only."""

    rule = install.READ
    parts = (parts.CATALOG, parts.PROBES)

    def get(self, request, *args, **kwargs):
        if not self.scope.is_whole:
            raise exceptions.PermissionDenied
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            tabs=[
                (reverse(f'horizon:rey:readiness:{name}'), label)
                for name, label in TABS
            ],
            may_act=policy.allowed(self.request, install.ACT),
            live=self.runs.filter(ended_at=None).order_by('asked_at').first(),
            **kwargs,
        )

    @property
    def runs(self):
        rows = models.ReadinessRun.objects.filter(region=self.scope.region)
        return rows.defer('points')

    @property
    def ended(self):
        return self.runs.exclude(ended_at=None)


class IndexView(Tabs, views.PageView):
    """The last report, and the progress of the run that comes."""

    template_name = 'rey/readiness/index.html'
    page_title = _('Is this cloud ready?')

    @cached_property
    def run(self) -> models.ReadinessRun | None:
        return self.ended.order_by('-ended_at', '-pk').first()

    def get(self, request, *args, **kwargs):
        answer = super().get(request, *args, **kwargs)
        if 'format' in request.GET:
            return self._export(request.GET['format'])
        return answer

    def get_context_data(self, **kwargs):
        probing = inventory.PartState.objects.filter(
            region=self.scope.region, name=parts.PROBES
        )
        return super().get_context_data(
            run=self.run,
            groups=points.grouped(self.run) if self.run else [],
            probing=probing.first(),
            last=smoke_views.last(self.scope.region),
            **kwargs,
        )

    def _export(self, format_):
        if not self.run:
            return http.HttpResponseNotFound(
                _('Nobody has asked for a run yet.'), content_type='text/plain'
            )
        if format_ == HTML:
            return _as_file(self.request, self.run)
        if format_ not in exports.FORMATS:
            return http.HttpResponseBadRequest(
                _('The format must be csv, json or html.'),
                content_type='text/plain',
            )
        about = {
            'region': self.scope.region,
            'as_of': {'run': self.run.ended_at},
        }
        found = points.shown(self.run)
        return exports.response(format_, tables.POINTS, found, about)


class ReportView(IndexView):
    """One run of the past."""

    page_title = _('Readiness: a run')

    @cached_property
    def run(self):
        run_id = self.kwargs['run_id']
        return shortcuts.get_object_or_404(self.ended, pk=run_id)


class RunView(views.ScopedView):
    """Asks a worker for a run."""

    rule = install.READ

    def post(self, request):
        if not self.scope.is_whole or not policy.allowed(request, install.ACT):
            raise exceptions.PermissionDenied
        user = request.user
        runs.request(self.scope.region, user.id, user.username or user.id)
        return http.HttpResponseRedirect(
            reverse('horizon:rey:readiness:index')
        )


class EndpointsView(Tabs, views.TableView):
    """One row an endpoint of the catalog, those in trouble first."""

    table = tables.ENDPOINTS
    form_class = forms.EndpointsForm
    template_name = 'rey/readiness/list.html'
    page_title = _('Endpoints')

    def get_rows(self):
        return rows.of(self.scope.region)


class HostsView(Tabs, views.TableView):
    """One row a compute host: whether it is fit for servers."""

    parts = (parts.COMPUTE_SERVICES, parts.HOSTS, parts.AGGREGATES)
    table = tables.HOSTS
    form_class = forms.HostsForm
    template_name = 'rey/readiness/list.html'
    page_title = _('Compute hosts')

    def get_rows(self):
        return hosts.of(self.scope.region)


class RunsView(Tabs, views.TableView):
    """One row a run: who asked, when, and what came of it."""

    table = tables.RUNS
    form_class = forms.RunsForm
    template_name = 'rey/readiness/list.html'
    page_title = _('Runs')

    def get_rows(self):
        return self.runs


def _as_file(request, run):
    text = loader.render_to_string(
        'rey/readiness/file.html',
        {'run': run, 'groups': points.grouped(run)},
        request,
    )
    answer = http.HttpResponse(text)
    name = f'readiness-{run.ended_at:%Y-%m-%d-%H%M}'
    answer['Content-Disposition'] = f'attachment; filename="{name}.html"'
    return answer
