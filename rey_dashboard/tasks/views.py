"""The list of tasks, one task's page, and what can be asked of it."""

from django import http
from django import shortcuts
from django.core import exceptions
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from horizon import messages

from rey_dashboard.pages import names
from rey_dashboard.pages import panels
from rey_dashboard.pages import views
from rey_dashboard.policy import tasks as rules
from rey_dashboard.tasks import forms
from rey_dashboard.tasks import handover
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models
from rey_dashboard.tasks import news
from rey_dashboard.tasks import orders
from rey_dashboard.tasks import planning
from rey_dashboard.tasks import records
from rey_dashboard.tasks import seeing
from rey_dashboard.tasks import showing
from rey_dashboard.tasks import tables

#: Steps with an error whose request ids a report of the page tells.
MOST_REPORTED = 10


class IndexView(views.TableView):
    """One row a task, the youngest first."""

    rule = rules.READ
    table = tables.TASKS
    template_name = 'rey/tasks/index.html'
    page_title = _('Tasks')

    def get_form(self):
        return forms.TasksForm(
            self.request.GET,
            scope=self.scope,
            user_id=self.request.user.id,
            kinds=seeing.listed(self.request),
        )

    def get_rows(self):
        return seeing.of(self.request)

    def load(self, page):
        for task in page:
            task.progress = showing.progress(task)
            task.took = showing.took(task)
            task.note = seeing.note(self.request, task)

    def get_context_data(self, **kwargs):
        troubles = {}
        if self.scope.is_whole:
            troubles = kinds.installed().troubles
        context = super().get_context_data(
            troubles=troubles.values(), **kwargs
        )
        shown = context['page'].object_list
        return {
            **context,
            'is_live': any(task.progress.is_live for task in shown),
        }


class _OfTask:
    """Finds the task of the address, and the kind that it is of."""

    @cached_property
    def task(self) -> models.Task:
        return shortcuts.get_object_or_404(
            seeing.of(self.request), pk=self.kwargs['task_id']
        )

    @cached_property
    def kind(self) -> kinds.Kind:
        return planning.find(self.task.kind)

    @cached_property
    def may_act(self) -> bool:
        return seeing.may_act(self.request, self.task)


class TaskView(_OfTask, views.TableView):
    """A task: how far it is, its steps, and what was said of it."""

    rule = rules.READ
    table = tables.STEPS
    form_class = forms.StepsForm
    template_name = 'rey/tasks/task.html'
    page_title = '{{ task.title }}'

    def get_rows(self):
        if self.task.state in models.Task.ENDED:
            news.see(self.request, self.task)
        return self.task.steps.all()

    def load(self, page):
        remarks = self.kind.remarks(self.task.region, page)
        may_admin = panels.may_admin(self.request)
        for step in page:
            told = remarks.get(step.pk, {})
            step.changes = list(showing.changes(step, self.kind, told))
            step.words = showing.flags(step, self.kind)
            step.links = [
                link
                for link in self.kind.links(step)
                if may_admin or not link.admin
            ]
            if not self.is_whole:
                step.error = showing.without_addresses(step.error)

    @cached_property
    def is_whole(self) -> bool:
        return seeing.is_whole(self.request, self.task)

    def get_context_data(self, **kwargs):
        self.task.note = seeing.note(self.request, self.task)
        context = super().get_context_data(
            task=self.task,
            is_whole=self.is_whole,
            domain=self._domain(),
            progress=showing.progress(self.task),
            left_out=self.task.steps.filter(
                state=models.Step.State.REFUSED
            ).count(),
            buttons=self._buttons(),
            preview=showing.preview(self.task, self.kind),
            leads=self.kind.leads(self.task) if self.may_act else (),
            comments=self.task.comments.order_by('at'),
            records=self.task.records.order_by('at'),
            may_act=self.may_act,
            handover=handover.words(
                self.task,
                self.kind,
                self.request.build_absolute_uri(self.request.path),
                self.is_whole,
            ),
            **kwargs,
        )
        shown = context['page'].object_list
        first = next(
            (
                step
                for step in shown
                if step.state != models.Step.State.REFUSED
            ),
            None,
        )
        context['commands'] = self.kind.commands(first) if first else []
        return context

    def _domain(self):
        domain_id = self.task.domain_id
        known = names.of_domains(self.task.region, [domain_id])
        return known.get(domain_id) or domain_id

    def _buttons(self):
        if not self.may_act:
            return []
        return showing.buttons(self.task, self.kind)

    def report_ids(self):
        """Of the steps that met an error, the last ones first."""
        steps = self.task.steps.exclude(error='').order_by('-pk')
        for step in steps[:MOST_REPORTED]:
            told = [step.request_id, step.error_request_id]
            yield f'step {step.number}', told


class OrderView(_OfTask, views.ScopedView):
    """Starts, pauses, resumes, cancels, retries, undoes, assigns, comments."""

    rule = rules.READ

    def post(self, request, **kwargs):
        asked = getattr(self, f'_{kwargs["order"]}', None)
        if kwargs['order'] not in showing.ORDERS or not asked:
            raise http.Http404
        if not self.may_act:
            raise exceptions.PermissionDenied
        actor = actor_of(request)
        task = self.task
        try:
            task = asked(actor) or task
        except (orders.NotNow, planning.CannotUndo):
            messages.warning(
                request,
                _('This cannot be asked of the task now: it has changed.'),
            )
        return http.HttpResponseRedirect(
            reverse('horizon:rey:tasks:task', args=[task.pk])
        )

    def _start(self, actor):
        wanted = showing.to_type(self.task, self.kind)
        if wanted and self.request.POST.get('typed', '').strip() != wanted:
            messages.error(
                self.request,
                _('Nothing was started: type the number of steps, %s.')
                % wanted,
            )
            return
        orders.start(self.task, actor)

    def _pause(self, actor):
        orders.pause(self.task, actor)

    def _resume(self, actor):
        orders.resume(self.task, actor)

    def _cancel(self, actor):
        orders.cancel(self.task, actor)

    def _retry(self, actor):
        orders.retry(self.task, actor)

    def _undo(self, actor):
        title = _('Undo: %s') % self.task.title
        # One undoing of a task at a time: its own form would be a second.
        over = self.task.undone_by.filter(state__in=models.Task.ENDED).count()
        token = f'undo-{self.task.pk}-{self.task.done}-{over}'
        return planning.plan_undo(self.task, title[:255], token, actor)

    def _assign(self, actor):
        orders.assign(self.task, actor, actor.id, actor.name)

    def _comment(self, actor):
        text = self.request.POST.get('text', '').strip()
        if text:
            orders.comment(self.task, actor, text[:10_000])


def actor_of(request) -> records.Actor:
    user = request.user
    return records.Actor(
        id=user.id,
        name=user.username or '',
        address=request.META.get('REMOTE_ADDR', ''),
    )
