from django import http
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rey_dashboard.inventory import parts
from rey_dashboard.pages import views
from rey_dashboard.projects import forms
from rey_dashboard.projects import tables

PARTS = (
    parts.IDENTITY,
    parts.SERVERS,
    parts.VOLUMES,
    parts.COMPUTE_QUOTAS,
    parts.VOLUME_QUOTAS,
)


class IndexView(views.TableView):
    """One row a project: what it uses of what it may."""

    parts = PARTS
    table = tables.PROJECTS
    form_class = forms.FilterForm
    template_name = 'rey/projects/index.html'
    page_title = gettext_lazy('Projects')

    def get_rows(self):
        return self.scope.summaries()

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            left_out=self.scope.left_out(), **kwargs
        )


class _ProjectView(views.TableView):
    """One project: its quotas, and one table of what it owns."""

    parts = PARTS
    template_name = 'rey/projects/detail.html'
    page_title = '{{ project.name|default:project.project_id }}'

    def get(self, request, *args, **kwargs):
        self.project_id = kwargs['project_id']
        self.project = (
            self.scope.summaries().filter(project_id=self.project_id).first()
        )
        if not self.project:
            raise http.Http404(
                _('No project with this id has been collected.')
            )
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            project=self.project,
            detail=self.scope.projects().filter(id=self.project_id).first(),
            quotas=quota_groups(self.scope.quotas(self.project_id)),
            counts={
                'servers': self.scope.servers(self.project_id).count(),
                'volumes': self.scope.volumes(self.project_id).count(),
            },
            **kwargs,
        )


class ServersView(_ProjectView):
    table = tables.SERVERS

    def get_rows(self):
        return self.scope.servers(self.project_id)


class VolumesView(_ProjectView):
    table = tables.VOLUMES

    def get_rows(self):
        return self.scope.volumes(self.project_id)


def quota_groups(quotas) -> list[dict]:
    """Quotas by service: those that tell something, and the idle ones.

    Idle is what has neither a limit nor use: cinder has three such quotas for
    each volume type.
    """
    labels = {'compute': _('Compute'), 'volume': _('Block storage')}
    groups = []
    for service, label in labels.items():
        rows = [row for row in quotas if row.service == service]
        rows.sort(key=lambda row: (_weight(row.resource), row.resource))
        idle = [row for row in rows if row.limit < 0 and not row.in_use]
        if rows:
            telling = [row for row in rows if row not in idle]
            groups.append({'label': label, 'telling': telling, 'idle': idle})
    return groups


def _weight(resource):
    first = ('instances', 'cores', 'ram', 'volumes', 'gigabytes', 'snapshots')
    return first.index(resource) if resource in first else len(first)
