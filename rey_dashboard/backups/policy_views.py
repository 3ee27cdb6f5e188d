"""The list of policies, one's page, and the volumes that it reaches."""

import datetime

from django.db.models import F
from django.db.models import OuterRef
from django.db.models import Subquery
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from rey_dashboard import policy as rights
from rey_dashboard.backups import forecast
from rey_dashboard.backups import left_out as left_outs
from rey_dashboard.backups import models
from rey_dashboard.backups import policies
from rey_dashboard.backups import policy_filters
from rey_dashboard.backups import policy_rights
from rey_dashboard.backups import policy_room
from rey_dashboard.backups import policy_tables
from rey_dashboard.backups import policy_words
from rey_dashboard.backups import schedule
from rey_dashboard.backups import views
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import scope
from rey_dashboard.pages import names
from rey_dashboard.pages import protection
from rey_dashboard.pages import views as page_views
from rey_dashboard.policy import operate
from rey_dashboard.policy import usage

#: What begins later than this after it was due was made up.
LATE = datetime.timedelta(minutes=2)
#: Other policies of which the page looks whether they reach the same volumes.
OTHERS = 30
#: Versions of the history that are shown.
VERSIONS = 50


class PoliciesView(views.TabView):
    """One row a policy."""

    form_class = policy_filters.PoliciesForm
    page_title = _('Policies of backups')
    table = policy_tables.POLICIES
    template_name = 'rey/backups/policies.html'
    when_empty = _(
        'A policy backs up volumes at the times that it says, and deletes '
        'what need not be kept. “New policy…” makes one, and shows first what '
        'it would do.'
    )

    def get_rows(self):
        return policy_rights.of(self.scope)

    def load(self, page):
        versions = models.BackupPolicyVersion.objects.filter(
            policy__in=page, version=F('policy__version')
        )
        told = {row.policy_id: policies.read(row.told) for row in versions}
        last = _last_runs(page)
        known = policy_words.names(
            self.scope, (one.scope for one in told.values())
        )
        domains = _domain_names(self.scope.region, page)
        for row in page:
            row.told, row.last = told[row.pk], last.get(row.pk)
            row.domain = domains.get(row.domain_id) or row.domain_id
            row.scope = policy_words.scope(
                row.told.scope, known, policy_words.NAMED
            )
            row.method = policy_words.method(row.told)
            row.keep = policy_words.keep(row.told)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            may_act=scope.is_open(self.request, operate.ACT), **kwargs
        )


class _OfPolicy:
    """Finds the policy of the address, and what it says."""

    @cached_property
    def policy(self) -> models.BackupPolicy:
        return policy_rights.one(self.scope, self.kwargs['policy_id'])

    @cached_property
    def told(self) -> policies.Told:
        return policies.current(self.policy)

    @property
    def reached(self):
        return policies.reached(
            self.scope.region, self.told.scope, self.policy.domain_id
        )


class PolicyView(_OfPolicy, page_views.TableView):
    """What it says, the coming week, its runs so far, and its history."""

    rule = operate.READ
    parts = (
        parts.IDENTITY,
        parts.VOLUMES,
        parts.BACKUPS,
        parts.VOLUME_QUOTAS,
    )
    table = policy_tables.RUNS
    form_class = policy_filters.RunsForm
    template_name = 'rey/backups/policy.html'
    page_title = _('A policy of backups')

    def get_rows(self):
        return self.policy.runs.select_related('task', 'pruning')

    def load(self, page):
        left_out = left_outs.of(run.task_id for run in page)
        for run in page:
            run.due_there = self._there(run.due_at)
            late = run.seen_at - run.due_at
            run.late_s = late.total_seconds() if late > LATE else None
            run.left_out, _why = left_out.get(run.task_id, (0, ''))

    def _there(self, at):
        try:
            return schedule.local(at, self.told.time_zone)
        except schedule.WrongZone:
            return at

    def get_context_data(self, **kwargs):
        region, policy = self.scope.region, self.policy
        known = policy_words.names(self.scope, [self.told.scope])
        domains = _domain_names(region, [policy])
        week = self._week()
        return super().get_context_data(
            policy=policy,
            domain=domains.get(policy.domain_id) or policy.domain_id,
            may_act=policy_rights.may_act(self.request, policy),
            told=self.told,
            unknown=self._unknown(),
            facts=list(policy_words.how(self.told, known)),
            protection=protection.of_volumes(self.reached),
            others=_others(self.scope, policy, self.reached),
            week=week,
            short=policy_room.of(region, week) if week else None,
            may_set_quotas=rights.allowed(self.request, usage.ACT),
            history=_history(self.scope, policy),
            **kwargs,
        )

    def _unknown(self):
        try:
            policies.need_known(self.told.scope)
        except policies.UnknownScope as error:
            return str(error)
        return ''

    def _week(self):
        if self.policy.removed_at or not self.told.scope.is_known:
            return None
        try:
            return forecast.of(
                self.scope.region,
                self.told,
                self.policy.domain_id,
                timezone.now(),
                self.policy,
            )
        except schedule.Wrong:
            return None


class ReachedView(_OfPolicy, views.VolumesView):
    """The volumes that it reaches, as the tab Volumes has them."""

    page_title = _('Volumes of a policy')
    template_name = 'rey/backups/policy_volumes.html'
    acts = ()

    def get_rows(self):
        return self.reached

    def get_context_data(self, **kwargs):
        return {
            **super().get_context_data(policy=self.policy, **kwargs),
            'protection': None,
        }


def _last_runs(page) -> dict[int, models.BackupPolicyRun]:
    runs = models.BackupPolicyRun.objects.filter(policy=OuterRef('pk'))
    latest = models.BackupPolicy.objects.filter(
        pk__in=[row.pk for row in page]
    ).annotate(last=Subquery(runs.order_by('-due_at').values('pk')[:1]))
    found = models.BackupPolicyRun.objects.filter(
        pk__in=[pk for pk in latest.values_list('last', flat=True) if pk]
    )
    return {run.policy_id: run for run in found.select_related('task')}


def _domain_names(region, page):
    return names.of_domains(region, (row.domain_id for row in page))


def _others(scope_, policy, reached):
    """Enabled ones that reach the same volumes: policy, and how many."""
    rows = policy_rights.of(scope_).filter(enabled=True, removed_at=None)
    if policy.domain_id:
        rows = rows.filter(domain_id__in=('', policy.domain_id))
    found = []
    for other in rows.exclude(pk=policy.pk).order_by('name')[:OTHERS]:
        told = policies.current(other)
        theirs = policies.reached(other.region, told.scope, other.domain_id)
        both = reached.filter(volume_id__in=theirs.values('volume_id'))
        number = both.count()
        if number:
            found.append((other, number))
    return found


def _history(seen, policy):
    """Versions, the latest first, each with what it has changed."""
    rows = list(policy.versions.order_by('-version')[: VERSIONS + 1])
    told = [policies.read(row.told) for row in rows]
    known = policy_words.names(seen, (one.scope for one in told))
    for place, row in enumerate(rows[:VERSIONS]):
        row.first = place + 1 == len(rows)
        row.changes = (
            ()
            if row.first
            else policy_words.changes(told[place + 1], told[place], known)
        )
    return rows[:VERSIONS]
