"""What would be deleted now, and the task that deletes it."""

import uuid

from django import http
from django import shortcuts
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from horizon import messages

from rey_dashboard.backups import dry_runs
from rey_dashboard.backups import prune_forms
from rey_dashboard.backups import prune_kind
from rey_dashboard.backups import prune_plan
from rey_dashboard.backups import prune_tables
from rey_dashboard.backups import views
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import scope
from rey_dashboard.pages import views as page_views
from rey_dashboard.policy import operate
from rey_dashboard.tasks import planning
from rey_dashboard.tasks import views as task_views

#: Projects of which the page tells what becomes free, most first.
PROJECTS = 10
#: Policies of which a dry run is made at once: each takes a moment.
POLICIES = 25


class PruningView(views.TabView):
    """One row a backup that would be deleted now; nothing is deleted here."""

    parts = (parts.IDENTITY, parts.VOLUMES, parts.BACKUPS)
    form_class = prune_forms.PruningForm
    page_title = _('Pruning of backups')
    table = prune_tables.GOING
    template_name = 'rey/backups/pruning.html'
    when_empty = _('Nothing would be deleted now.')

    def get_rows(self):
        if self.form.errors:
            return []
        going = [one for run in self.runs for one in run.going]
        projects = self.projects_of(one.project_id for one in going)
        for one in going:
            one.project = projects.get(one.project_id)
        return going

    @cached_property
    def runs(self) -> list[dry_runs.DryRun]:
        if self.form.is_by_hand:
            asked, found = self.form.by_hand(), self.form.unclaimed
            if asked is None:
                return []
            return [dry_runs.by_hand(found, self.scope.region, asked)]
        chosen = self.form.chosen
        # A file has all, however long that takes.
        if 'format' not in self.request.GET:
            chosen = chosen[:POLICIES]
        return [dry_runs.of_policy(policy) for policy in chosen]

    def get_context_data(self, **kwargs):
        rows = list(self.rows)
        freed = dry_runs.freed(rows)
        form_failed = bool(self.form.errors)
        runs = [] if form_failed else self.runs
        is_by_hand = not form_failed and self.form.is_by_hand
        names = ('policy', 'keep_last', 'keep_days', 'project', 'domain')
        return super().get_context_data(
            runs=[(run, str(uuid.uuid4())) for run in runs],
            is_by_hand=is_by_hand,
            more_policies=0 if form_failed else self._more_policies(),
            by_hand=[(name, self.form.data.get(name, '')) for name in names],
            gib=sum(one.size_gib for one in rows),
            freed=freed[:PROJECTS],
            more_freed=len(freed) - PROJECTS,
            may_act=scope.is_open(self.request, operate.ACT),
            **kwargs,
        )

    def _more_policies(self):
        if self.form.is_by_hand:
            return 0
        return max(0, self.form.chosen.count() - POLICIES)


class PruneView(page_views.ScopedView):
    """Plans what the page Pruning has shown, of one policy or by hand."""

    rule = operate.ACT

    def post(self, request):
        form = prune_forms.PruningForm(request.POST, scope=self.scope)
        if not form.is_valid() or not form.cleaned_data['policy']:
            return http.HttpResponseBadRequest(
                form.errors.as_text(), content_type='text/plain'
            )
        if form.is_by_hand:
            asked = form.by_hand()
            title = _t('Delete backups that no policy looks after')
        else:
            policy = shortcuts.get_object_or_404(form.chosen)
            asked = prune_plan.Asked(
                policy=policy.pk, domain_id=policy.domain_id
            )
            title = _t('Delete what policy %s need not keep') % policy.name
        return self._plan(asked, title)

    def _plan(self, asked, title):
        if asked is None:
            messages.warning(self.request, _('Choose one domain, please.'))
            return self._back()
        task = planning.plan(
            prune_kind.KIND,
            self.scope.region,
            prune_plan.written(asked),
            title[:255],
            self.request.POST.get('token', '')[:64] or str(uuid.uuid4()),
            task_views.actor_of(self.request),
            asked.domain_id,
        )
        if not task.steps.exists():
            task.delete()
            messages.info(self.request, _('There is nothing to delete now.'))
            return self._back()
        return http.HttpResponseRedirect(
            reverse('horizon:rey:tasks:task', args=[task.pk])
        )

    def _back(self):
        return http.HttpResponseRedirect(
            reverse('horizon:rey:backups:pruning')
        )
