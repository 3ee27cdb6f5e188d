from django import http
from django import shortcuts
from django.core import exceptions
from django.urls import reverse
from django.utils import http as http_utils
from django.utils.translation import gettext_lazy as _

from rey_dashboard import conf
from rey_dashboard import policy
from rey_dashboard.data import forms
from rey_dashboard.data import tables
from rey_dashboard.inventory import freshness
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import rhythm
from rey_dashboard.pages import views
from rey_dashboard.policy import data


class IndexView(views.PageView):
    """Each part of the inventory: last good, last try, what went wrong."""

    rule = data.READ
    parts = tuple(parts.LABELS)
    template_name = 'rey/data/index.html'
    page_title = _('Data')

    def get(self, request, *args, **kwargs):
        if not self.scope.is_whole:
            raise exceptions.PermissionDenied
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        settings = conf.current()
        collector = context['freshness'].collector
        for part in context['freshness'].parts:
            part.full_due_at = rhythm.next_full_at(part, settings)
            part.next_at = collector.next_at if collector else None
            if part.next_at and rhythm.slack(part.name) and part.full_due_at:
                part.next_at = max(part.next_at, part.full_due_at)
            part.untold = rhythm.UNTOLD.get(part.name)
            part.has_rhythm = part.name in {*rhythm.UNTOLD, *rhythm.EVERY_S}
        return context


class ReadingsView(views.TableView):
    """One row for each reading of a part: what it cost and what it found."""

    rule = data.READ
    parts = tuple(parts.LABELS)
    table = tables.READINGS
    form_class = forms.ReadingsForm
    template_name = 'rey/data/readings.html'
    page_title = _('Readings')

    def get_rows(self):
        if not self.scope.is_whole:
            raise exceptions.PermissionDenied
        return models.PartReading.objects.filter(region=self.scope.region)

    def load(self, page):
        for row in page:
            row.label = parts.LABELS.get(row.name, row.name)


class AgeView(views.ScopedView):
    """The age line of a page, asked for again while new data is coming."""

    rule = data.READ

    def get(self, request):
        return age(request, self.scope.region, request.GET)


class RefreshView(views.ScopedView):
    """Asks the worker to read the cloud now."""

    rule = data.READ

    def post(self, request):
        if not policy.allowed(request, data.REFRESH):
            raise exceptions.PermissionDenied
        freshness.request_refresh(
            self.scope.region, full=request.POST.get('full') == '1'
        )
        if request.headers.get('HX-Request'):
            return age(request, self.scope.region, request.POST, mine=True)
        back = request.POST.get('next', '')
        if not http_utils.url_has_allowed_host_and_scheme(
            back, allowed_hosts=None
        ):
            back = reverse('horizon:rey:data:index')
        return http.HttpResponseRedirect(back)


def age(request, region: str, asked, mine=False) -> http.HttpResponse:
    """The age line; whoever pressed the button has his page loaded anew."""
    names = [
        name
        for name in asked.get('parts', '').split(',')
        if name in parts.LABELS
    ]
    fresh = freshness.of(region, names or tuple(parts.LABELS))
    version = asked.get('version', '')
    mine = mine or asked.get('mine') == '1'
    newer = fresh.version != version and not fresh.coming
    answer = shortcuts.render(
        request,
        'rey/pages/_age.html',
        {'freshness': fresh, 'version': version, 'mine': mine, 'newer': newer},
    )
    if mine and not fresh.coming:
        answer['HX-Refresh'] = 'true'
    return answer
