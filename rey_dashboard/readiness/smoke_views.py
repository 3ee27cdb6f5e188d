"""Asks where the cloud is to be tried, and plans the task."""

import dataclasses
import uuid

from django import http
from django.core import exceptions
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rey_dashboard.inventory import models as inventory
from rey_dashboard.inventory import parts
from rey_dashboard.pages import views
from rey_dashboard.policy import install
from rey_dashboard.readiness import smoke_forms
from rey_dashboard.readiness import smoke_kind
from rey_dashboard.tasks import models as tasks
from rey_dashboard.tasks import planning
from rey_dashboard.tasks import views as task_views


class SmokeView(views.PageView):
    """With ``?host=`` the server is to run there."""

    rule = install.ACT
    parts = (parts.IDENTITY, parts.COMPUTE_SERVICES)
    template_name = 'rey/readiness/smoke.html'
    page_title = _('Smoke test')

    def get(self, request, *args, **kwargs):
        self._need_whole()
        self.form = smoke_forms.SmokeForm(
            scope=self.scope,
            initial={
                **self._last_time(),
                'token': uuid.uuid4(),
                'host': request.GET.get('host', ''),
            },
        )
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        self._need_whole()
        self.form = smoke_forms.SmokeForm(request.POST, scope=self.scope)
        if not self.form.is_valid():
            return super().get(request, *args, **kwargs)
        asked = self.form.cleaned_data
        project = self.form.project
        task = planning.plan(
            smoke_kind.KIND,
            self.scope.region,
            {
                'project_id': project.project_id,
                'project_name': str(project),
                'image': asked['image'],
                'flavor': asked['flavor'],
                'zone': self.form.zone,
            },
            self._title(project, asked['host']),
            str(asked['token']),
            task_views.actor_of(request),
        )
        return http.HttpResponseRedirect(
            reverse('horizon:rey:tasks:task', args=[task.pk])
        )

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            form=self.form, last=last(self.scope.region), **kwargs
        )

    def _need_whole(self):
        if not self.scope.is_whole:
            raise exceptions.PermissionDenied

    def _last_time(self):
        found = _tasks(self.scope.region).first()
        if not found:
            return {'project': self._of_service_user()}
        asked = found.parameters
        return {
            'project': asked.get('project_id', ''),
            'image': asked.get('image', ''),
            'flavor': asked.get('flavor', ''),
        }

    def _of_service_user(self):
        """The project that it signs in to, where it may do the most."""
        rows = inventory.Right.objects.filter(region=self.scope.region)
        return rows.values_list('project_id', flat=True).first() or ''

    def _title(self, project, host):
        if host:
            told = _t('Smoke test in %(project)s on %(host)s')
        else:
            told = _t('Smoke test in %(project)s')
        return (told % {'project': project, 'host': host})[:255]


@dataclasses.dataclass(frozen=True)
class Last:
    """The last smoke test that was started.

    :param stages: label, seconds and a word of each
    """

    task: tasks.Task
    error: str
    stages: list[tuple[str, float | None, str]]


def last(region: str) -> Last | None:
    """Without times when it has none yet."""
    task = _tasks(region).exclude(started_at=None).first()
    if not task:
        return None
    step = task.steps.first()
    return Last(
        task=task,
        error=step.error,
        stages=[
            (label, seconds, word)
            for _name, label, seconds, word in smoke_kind.SmokeTest().told(
                step.work
            )
        ],
    )


def _tasks(region):
    rows = tasks.Task.objects.filter(region=region, kind=smoke_kind.KIND)
    return rows.order_by('-planned_at', '-pk')
