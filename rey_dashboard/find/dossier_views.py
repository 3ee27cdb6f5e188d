"""All that is known of one thing, on one page."""

from django.core import exceptions
from django.utils.functional import cached_property

from rey_dashboard.find import dossier as dossier_
from rey_dashboard.find import kinds
from rey_dashboard.find import of_hosts
from rey_dashboard.find import of_projects
from rey_dashboard.find import of_servers
from rey_dashboard.find import of_volumes
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import scope as scope_
from rey_dashboard.pages import panels
from rey_dashboard.pages import views
from rey_dashboard.policy import find
from rey_dashboard.policy import usage

ALL = (
    of_servers.Server,
    of_volumes.Volume,
    of_volumes.Backup,
    of_hosts.Host,
    of_projects.Project,
)


class DossierView(views.PageView):
    rule = find.READ
    parts = (
        parts.SERVERS,
        parts.VOLUMES,
        parts.BACKUPS,
        parts.IDENTITY,
        parts.NETWORK,
        parts.MIGRATIONS,
        parts.COMPUTE_SERVICES,
        parts.READY,
    )
    dossier: type[dossier_.Dossier] = None
    template_name = 'rey/find/dossier.html'
    page_title = '{{ dossier.name }}'

    @cached_property
    def kind(self) -> kinds.Kind:
        return kinds.BY_NAME[self.dossier.kind]

    def get(self, request, *args, **kwargs):
        scope = self.kind.scope(request)
        if not scope:
            raise exceptions.PermissionDenied
        self.thing = self.dossier(request, scope, kwargs['thing_id'])
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        thing = self.thing
        facts = [
            fact for fact in thing.facts() if fact.value not in ('', None)
        ]
        listings = [listing for listing in thing.listings() if listing.count]
        is_whole = thing.scope.is_whole
        return super().get_context_data(
            dossier=thing,
            kind=self.kind,
            facts=facts,
            listings=listings,
            commands=list(thing.commands()) if is_whole else [],
            may_admin=panels.may_admin(self.request),
            sees_projects=scope_.is_open(self.request, usage.READ)
            and thing.has_project_page,
            **kwargs,
        )
