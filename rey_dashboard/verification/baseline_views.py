"""A baseline: take it, look at it, compare with it, delete it."""

from django import http
from django import shortcuts
from django.core import exceptions
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from horizon import messages

from rey_dashboard import policy
from rey_dashboard.inventory import parts
from rey_dashboard.pages import views
from rey_dashboard.policy import update
from rey_dashboard.runs import models
from rey_dashboard.runs import reports
from rey_dashboard.verification import forms
from rey_dashboard.verification import points
from rey_dashboard.verification import runs
from rey_dashboard.verification import upgrade_checks
from rey_dashboard.verification import upgrade_text
from rey_dashboard.verification import views as report_views

#: Comparisons that the page names; their own page has all.
SHOWN = 20


def _to(name, *arguments):
    address = reverse(f'horizon:rey:verification:{name}', args=arguments)
    return http.HttpResponseRedirect(address)


class Act(views.ScopedView):
    """What takes a right to act on the whole cloud."""

    rule = update.READ

    def dispatch(self, request, *args, **kwargs):
        if not policy.allowed(request, update.ACT):
            raise exceptions.PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def post(self, request, **kwargs):
        if not self.scope.is_whole:
            raise exceptions.PermissionDenied
        who = request.user.id, request.user.username or request.user.id
        return self.act(who, **kwargs)

    def baseline(self, baseline_id):
        rows = models.Baseline.objects.filter(region=self.scope.region)
        return shortcuts.get_object_or_404(
            rows.defer('snapshot'), pk=baseline_id
        )


class TakeView(Act):
    """Asks a worker for a baseline."""

    def act(self, who):
        name = self.request.POST.get('name', '').strip()
        name = name.replace('\0', '')
        made = runs.ask_baseline(self.scope.region, name, *who)
        return _to('baseline', made.pk)


class CompareView(Act):
    """Asks a worker for a comparison."""

    def act(self, who, baseline_id):
        baseline = self.baseline(baseline_id)
        if not baseline.is_good:
            raise http.Http404
        made = runs.ask_comparison(baseline, *who)
        return _to('report', made.pk)


class DeleteView(Act):
    """With all that was compared with it."""

    def act(self, who, baseline_id):
        baseline = self.baseline(baseline_id)
        if baseline.is_live or baseline.comparisons.filter(ended_at=None):
            messages.error(
                self.request, _('A worker is at it. Wait until that is over.')
            )
            return _to('baseline', baseline_id)
        baseline.delete()
        messages.success(
            self.request, _('The baseline %s is deleted.') % baseline.name
        )
        return _to('index')


class BaselineView(report_views.Tab, views.PageView):
    """One baseline; what is posted is what upgrade checks printed."""

    template_name = 'rey/verification/baseline.html'
    page_title = _('Verification: a baseline')
    fault = None

    @cached_property
    def baseline(self) -> models.Baseline:
        rows = models.Baseline.objects.filter(region=self.scope.region)
        return shortcuts.get_object_or_404(rows, pk=self.kwargs['baseline_id'])

    def get(self, request, *args, **kwargs):
        self.form = forms.UpgradeChecksForm()
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        if not self.scope.is_whole or not policy.allowed(request, update.ACT):
            raise exceptions.PermissionDenied
        self.form = forms.UpgradeChecksForm(request.POST, request.FILES)
        if self.form.is_valid() and self._keep():
            return _to('baseline', self.baseline.pk)
        return super().get(request, *args, **kwargs)

    def _keep(self):
        given, user = self.form.cleaned_data, self.request.user
        try:
            kept = upgrade_checks.keep(
                self.baseline,
                given['told'],
                given['service'],
                user.id,
                user.username or user.id,
            )
        except upgrade_text.Wrong as error:
            self.fault = error
            return False
        names = ', '.join(row.service for row in kept)
        messages.success(self.request, _('Kept: %s') % names)
        return True

    def get_context_data(self, **kwargs):
        snapshot = self.baseline.snapshot
        unread = snapshot.get('unread', {})
        found = upgrade_checks.points_of(self.baseline)
        return super().get_context_data(
            baseline=self.baseline,
            form=self.form,
            fault=self.fault,
            held=points.held(snapshot),
            release=snapshot.get('versions', {}).get('release', ''),
            unread=[
                (parts.LABELS.get(name, name), why)
                for name, why in unread.items()
            ],
            groups=_grouped(self.baseline, found),
            compared=self.comparisons.filter(baseline=self.baseline).order_by(
                '-asked_at', '-pk'
            )[:SHOWN],
            number=self.baseline.comparisons.count(),
            **kwargs,
        )


def _grouped(baseline, found):
    rows = [
        {
            'group': point.group,
            'subject': point.subject,
            'change': point.change,
            'result': point.result,
            'number': point.number,
            'evidence': point.evidence,
        }
        for point in found
    ]
    shown = points.shown(baseline.pk, baseline.ended_at, rows)
    return reports.grouped(shown, points.GROUPS)
