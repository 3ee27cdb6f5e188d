"""Baselines, comparisons with them, and whether a copy is true."""

from django import http
from django import shortcuts
from django.core import exceptions
from django.db.models import Count
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from rey_dashboard import policy
from rey_dashboard.inventory import parts
from rey_dashboard.pages import exports
from rey_dashboard.pages import views
from rey_dashboard.policy import update
from rey_dashboard.runs import models
from rey_dashboard.runs import reports
from rey_dashboard.verification import forms
from rey_dashboard.verification import handing
from rey_dashboard.verification import points
from rey_dashboard.verification import tables

#: Name in the URL conf, label.
TABS = (
    ('index', _('Baselines')),
    ('comparisons', _('Comparisons')),
    ('check', _('Check a copy')),
)
HTML, JSON, CSV = 'html', 'json', 'csv'


class Tab:
    """What is of the whole cloud nobody sees who may see a domain only."""

    rule = update.READ
    parts = (parts.CATALOG, parts.PROBES, parts.SERVERS, parts.VOLUMES)

    def get(self, request, *args, **kwargs):
        self.need_whole()
        return super().get(request, *args, **kwargs)

    def need_whole(self):
        if not self.scope.is_whole:
            raise exceptions.PermissionDenied

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            tabs=[
                (reverse(f'horizon:rey:verification:{name}'), label)
                for name, label in TABS
            ],
            may_act=policy.allowed(self.request, update.ACT),
            **kwargs,
        )

    @property
    def baselines(self):
        rows = models.Baseline.objects.filter(region=self.scope.region)
        return rows.defer('snapshot')

    @property
    def comparisons(self):
        rows = models.Comparison.objects.filter(region=self.scope.region)
        return rows.select_related('baseline').defer(
            'report', 'html', 'baseline__snapshot'
        )

    @property
    def live(self) -> list:
        """What a worker is at, or will be."""
        return [
            *self.baselines.filter(ended_at=None),
            *self.comparisons.filter(ended_at=None),
        ]


class IndexView(Tab, views.TableView):
    """One row a baseline."""

    table = tables.BASELINES
    form_class = forms.BaselinesForm
    template_name = 'rey/verification/index.html'
    page_title = _('Verification of an update')

    def get_rows(self):
        return self.baselines.annotate(
            number_of_comparisons=Count('comparisons')
        )

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            last=models.Comparison.objects.last_good(self.scope.region),
            live=self.live,
            **kwargs,
        )


class ComparisonsView(Tab, views.TableView):
    """One row a comparison."""

    table = tables.COMPARISONS
    form_class = forms.ComparisonsForm
    template_name = 'rey/verification/list.html'
    page_title = _('Verification: comparisons')

    def get_rows(self):
        return self.comparisons


class ReportView(Tab, views.PageView):
    """One comparison, while it is made and for good."""

    template_name = 'rey/verification/report.html'
    page_title = _('Verification: a comparison')

    @cached_property
    def comparison(self) -> models.Comparison:
        rows = models.Comparison.objects.filter(region=self.scope.region)
        rows = rows.select_related('baseline').defer(
            'html', 'baseline__snapshot'
        )
        return shortcuts.get_object_or_404(
            rows, pk=self.kwargs['comparison_id']
        )

    def get(self, request, *args, **kwargs):
        self.need_whole()
        if 'format' in request.GET:
            return self._file(request.GET['format'])
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        told = self.comparison
        shown = points.shown(
            told.pk, told.ended_at, told.report.get('rows', ())
        )
        return super().get_context_data(
            comparison=told,
            groups=reports.grouped(shown, points.GROUPS),
            **kwargs,
        )

    def _file(self, format_):
        told = self.comparison
        if not told.report:
            return http.HttpResponseNotFound(
                _('There is no report.'), content_type='text/plain'
            )
        if format_ == CSV:
            about = {'region': told.region}
            rows = told.report['rows']
            return exports.response(CSV, tables.POINTS, rows, about)
        if format_ not in (HTML, JSON):
            return http.HttpResponseBadRequest(
                _('The format must be csv, json or html.'),
                content_type='text/plain',
            )
        text = told.html if format_ == HTML else handing.as_json(told)
        # In pieces, else Horizon's middleware (debreach) ends a page with a
        # random comment, and no copy would be a true one.
        answer = http.StreamingHttpResponse(
            [text.encode()],
            content_type='text/html; charset=utf-8'
            if format_ == HTML
            else 'application/json',
        )
        name = f'verification-{told.pk}.{format_}'
        answer['Content-Disposition'] = f'attachment; filename="{name}"'
        return answer


class CheckView(Tab, views.PageView):
    """Tells whether a copy of a report was changed; it writes nothing."""

    template_name = 'rey/verification/check.html'
    page_title = _('Verification: check a copy')
    found, looked = None, False

    def get(self, request, *args, **kwargs):
        self.form = forms.CopyForm()
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        self.need_whole()
        self.form = forms.CopyForm(request.POST, request.FILES)
        if self.form.is_valid():
            self.looked = True
            text = self.form.cleaned_data['told']
            self.found = handing.of_copy(self.scope.region, text)
            # Nobody needs to be sent back what he sent.
            self.form = forms.CopyForm()
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            form=self.form, found=self.found, looked=self.looked, **kwargs
        )
