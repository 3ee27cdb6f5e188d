"""One finding: what proves it, the way out, and what people say of it."""

from django import http
from django import shortcuts
from django.core import exceptions
from django.urls import reverse
from django.utils import http as http_utils
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from horizon import messages

from rey_dashboard.checks import models
from rey_dashboard.checks import orders
from rey_dashboard.checks import registry
from rey_dashboard.checks import seeing
from rey_dashboard.checks import showing
from rey_dashboard.inventory import scope as scope_
from rey_dashboard.inventory import told_releases
from rey_dashboard.pages import names
from rey_dashboard.pages import reporting
from rey_dashboard.pages import times
from rey_dashboard.pages import views
from rey_dashboard.policy import today as rules
from rey_dashboard.policy import usage
from rey_dashboard.tasks import views as task_views
from rey_dashboard.today import acting
from rey_dashboard.today import attention
from rey_dashboard.today import evidence
from rey_dashboard.today import forms

WHAT = acting.WHAT
#: Where it is not known which release the cloud runs.
LATEST = 'latest'
DOCUMENTATION = 'https://docs.openstack.org/'
LONGEST_COMMENT = 10_000


class _OfFinding:
    """Finds that of the address, among those that the user may see."""

    rule = rules.READ

    @cached_property
    def finding(self) -> models.Finding:
        return shortcuts.get_object_or_404(
            seeing.of(self.request), pk=self.kwargs['finding_id']
        )

    @cached_property
    def is_whole(self) -> bool:
        """Whether he may see it by a right on the whole cloud."""
        rule = registry.installed()[self.finding.check_name].rule
        return scope_.of(self.request, rule).is_whole

    @cached_property
    def may_act(self) -> bool:
        return acting.may_act(self.request, self.finding)


class FindingView(_OfFinding, views.PageView):
    """All that is known of one finding."""

    template_name = 'rey/today/finding.html'
    page_title = '{{ title }}'

    def get_context_data(self, **kwargs):
        finding = self.finding
        check = registry.installed()[finding.check_name]
        runbook = showing.runbook(finding)
        known = names.of_projects(self.scope.region, [finding.project_id])
        run = models.CheckRun.objects.filter(
            region=finding.region, check_name=finding.check_name
        ).first()
        return super().get_context_data(
            finding=finding,
            title=showing.title(finding),
            check=check,
            colour=showing.COLOURS[finding.severity],
            icon=attention.ICONS[finding.severity],
            facts=evidence.facts(finding.evidence, self.is_whole),
            is_whole=self.is_whole,
            runbook=runbook,
            usual=showing.usual(finding),
            documentation=_documentation(runbook, finding.region),
            not_now=showing.state(run) if self.is_whole else '',
            project=known.get(finding.project_id) or finding.project_id,
            page=showing.page(finding),
            change=acting.change(self.request, finding),
            sees_projects=scope_.is_open(self.request, usage.READ),
            may_act=self.may_act,
            may={order.__name__ for order in orders.possible(finding)},
            hours=forms.HOURS,
            records=finding.records.order_by('-at', '-pk'),
            **kwargs,
        )

    def report_ids(self):
        shown = evidence.shown(self.finding.evidence, self.is_whole)
        yield 'evidence', reporting.found_in(shown)


def _documentation(runbook, region):
    if not runbook or not runbook.documentation:
        return ''
    known = told_releases.of(region).release
    release = known.id if known else LATEST
    return DOCUMENTATION + runbook.documentation.replace('{release}', release)


class OrderView(_OfFinding, views.ScopedView):
    """Acknowledges, snoozes, assigns, comments, and takes back."""

    def post(self, request, **kwargs):
        asked = _ORDERS.get(kwargs['order'])
        if not asked:
            raise http.Http404
        order, ask = asked
        finding = self.finding
        if not self.may_act:
            raise exceptions.PermissionDenied
        actor = task_views.actor_of(request)
        try:
            ask(request, finding, actor)
        except orders.NotNow:
            why = acting.why_not(finding, actor, order)
            if why:
                messages.warning(request, why)
        return http.HttpResponseRedirect(self._back())

    def _back(self):
        back = self.request.POST.get('next', '')
        if http_utils.url_has_allowed_host_and_scheme(
            back, allowed_hosts=None
        ):
            return back
        return reverse(
            'horizon:rey:today:finding', args=[self.kwargs['finding_id']]
        )


def _acknowledge(request, finding, actor):
    orders.acknowledge(finding, actor)
    messages.success(request, _('Acknowledged: others see that you know.'))


def _unacknowledge(request, finding, actor):
    orders.unacknowledge(finding, actor)


def _snooze(request, finding, actor):
    form = forms.SnoozeForm(request.POST)
    if not form.is_valid():
        for errors in form.errors.values():
            for error in errors:
                messages.error(request, _('It was not snoozed. %s') % error)
        return
    until, reason = form.until, form.cleaned_data['reason']
    acting.once(
        finding,
        actor,
        WHAT.SNOOZED,
        lambda: orders.snooze(finding, actor, until, reason),
        reason=reason,
    )
    messages.success(
        request,
        _('Nobody is asked to look before %s.') % times.moment(until),
    )


def _wake(request, finding, actor):
    orders.wake(finding, actor)


def _assign(request, finding, actor):
    """To oneself, or to nobody."""
    to, name = actor.id, actor.name
    if request.POST.get('to') == 'nobody':
        to = name = ''
    acting.once(
        finding,
        actor,
        WHAT.ASSIGNED,
        lambda: orders.assign(finding, actor, to, name),
        assignee_id=to,
    )


def _comment(request, finding, actor):
    text = request.POST.get('text', '').strip()[:LONGEST_COMMENT]
    if text:
        acting.once(
            finding,
            actor,
            WHAT.COMMENTED,
            lambda: orders.comment(finding, actor, text),
            text=text,
        )


#: By the word in the address.
_ORDERS = {
    'acknowledge': (orders.acknowledge, _acknowledge),
    'unacknowledge': (orders.unacknowledge, _unacknowledge),
    'snooze': (orders.snooze, _snooze),
    'wake': (orders.wake, _wake),
    'assign': (orders.assign, _assign),
    'comment': (orders.comment, _comment),
}
