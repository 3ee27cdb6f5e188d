"""One project: who and what it is, its quotas, and a tab for each thing."""

from django import http
from django.db.models import OuterRef
from django.db.models import Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rey_dashboard.inventory import drift
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import resources
from rey_dashboard.inventory import scope
from rey_dashboard.pages import panels
from rey_dashboard.pages import protection
from rey_dashboard.pages import tables
from rey_dashboard.pages import views
from rey_dashboard.policy import operate
from rey_dashboard.policy import usage
from rey_dashboard.projects import owned_tables

#: Tabs of a project's page: name in the URL conf, label, what it counts.
TABS = (
    ('detail', gettext_lazy('Servers'), models.Server),
    ('volumes', gettext_lazy('Volumes'), models.Volume),
    ('snapshots', gettext_lazy('Snapshots'), models.Snapshot),
    ('backups', gettext_lazy('Backups'), models.Backup),
    ('floating_ips', gettext_lazy('Floating IPs'), models.FloatingIp),
    ('people', gettext_lazy('People'), None),
    ('hours', gettext_lazy('Hours'), None),
    ('history', gettext_lazy('History'), None),
)
QUOTA_PARTS = (
    parts.IDENTITY,
    parts.COMPUTE_QUOTAS,
    parts.VOLUME_QUOTAS,
    parts.NETWORK,
)


class ProjectView(views.TableView):
    """A tab; the subclass names its place in the URL conf as ``tab``."""

    rule = usage.READ
    tab: str
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

    def get_about(self):
        return {**super().get_about(), 'project_id': self.project_id}

    def get_context_data(self, **kwargs):
        quotas = self.scope.all_quotas().filter(project_id=self.project_id)
        quotas = list(quotas)
        drifts = drift.mark(self.scope, quotas)
        quotas = quota_groups(quotas)
        return super().get_context_data(
            project=self.project,
            detail=self.scope.projects().filter(id=self.project_id).first(),
            quotas=quotas,
            mending=drift.commands(self.project_id) if drifts else [],
            idle=sum(len(group['idle']) for group in quotas),
            fullest=resources.find(
                self.project.fullest_service, self.project.fullest_resource
            ),
            tabs=self._tabs(),
            may_admin=panels.may_admin(self.request),
            **kwargs,
        )

    def _tabs(self):
        for name, label, model in TABS:
            count = None
            if model:
                count = self.scope.owned(model, self.project_id).count()
            yield {
                'label': label,
                'count': count,
                'url': reverse(
                    f'horizon:rey:projects:{name}', args=[self.project_id]
                ),
                'is_active': name == self.tab,
            }


class _OwnedView(ProjectView):
    """Things of one kind, with the names of what they refer to."""

    model: type
    owned_table: tables.Table
    #: Column that is added: what is asked, our field with its id.
    names = {'user_name': (scope.Scope.users, 'user_id')}

    def get_table(self):
        if self.scope.is_whole:
            return self.owned_table
        return self.owned_table.without('host')

    def get_rows(self):
        named = {
            column: Subquery(
                asked(self.scope).filter(id=OuterRef(field)).values('name')[:1]
            )
            for column, (asked, field) in self.names.items()
        }
        return self.scope.owned(self.model, self.project_id).annotate(**named)


class ServersView(_OwnedView):
    parts = (*QUOTA_PARTS, parts.SERVERS, parts.PEOPLE)
    tab = 'detail'
    model = models.Server
    owned_table = owned_tables.SERVERS


class VolumesView(_OwnedView):
    parts = (*QUOTA_PARTS, parts.VOLUMES, parts.PEOPLE)
    tab = 'volumes'
    model = models.Volume
    owned_table = owned_tables.VOLUMES

    def load(self, page):
        """The names of the servers that the volumes are attached to."""
        ids = {server_id for row in page for server_id in row.server_ids}
        names = dict(
            self.scope.servers().filter(id__in=ids).values_list('id', 'name')
        )
        for row in page:
            row.servers = [
                (server_id, names.get(server_id) or server_id)
                for server_id in row.server_ids
            ]


class SnapshotsView(_OwnedView):
    parts = (*QUOTA_PARTS, parts.SNAPSHOTS, parts.PEOPLE)
    tab = 'snapshots'
    model = models.Snapshot
    owned_table = owned_tables.SNAPSHOTS
    names = {
        **_OwnedView.names,
        'volume_name': (scope.Scope.volumes, 'volume_id'),
    }


class BackupsView(_OwnedView):
    parts = (*QUOTA_PARTS, parts.BACKUPS, parts.PEOPLE)
    tab = 'backups'
    model = models.Backup
    owned_table = owned_tables.BACKUPS
    names = SnapshotsView.names

    def get_rows(self):
        proven = self.scope.proven_volumes().filter(backup_id=OuterRef('id'))
        return (
            super()
            .get_rows()
            .annotate(proven_at=Subquery(proven.values('at')[:1]))
        )

    def get_context_data(self, **kwargs):
        volumes = self.scope.volume_coverage()
        return super().get_context_data(
            protection=protection.of_volumes(
                volumes.filter(project_id=self.project_id)
            ),
            links=scope.is_open(self.request, operate.READ),
            **kwargs,
        )


class FloatingIpsView(_OwnedView):
    parts = QUOTA_PARTS
    tab = 'floating_ips'
    model = models.FloatingIp
    owned_table = owned_tables.FLOATING_IPS
    names = {'server_name': (scope.Scope.servers, 'server_id')}


def quota_groups(quotas) -> list[dict]:
    """Quotas by service: those in use, and the idle ones.

    Most are idle: cinder alone has three quotas for each volume type.
    """
    order = [resource.key for resource in resources.ALL]
    groups = []
    for service, label in resources.SERVICES.items():
        rows = [row for row in quotas if row.service == service]
        for row in rows:
            row.known = resources.find(service, row.resource)
        rows.sort(key=lambda row: (_place(order, row.known), row.resource))
        idle = [row for row in rows if not row.in_use and not row.listed]
        if rows:
            in_use = [row for row in rows if row not in idle]
            groups.append({'label': label, 'in_use': in_use, 'idle': idle})
    return groups


def _place(order, resource):
    key = resource.key
    return order.index(key) if key in order else len(order)
