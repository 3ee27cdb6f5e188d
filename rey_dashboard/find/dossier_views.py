"""All that is known of one thing, on one page."""

from django.core import exceptions
from django.urls import reverse
from django.utils.functional import cached_property

from rey_dashboard.find import dossier as dossier_
from rey_dashboard.find import kinds
from rey_dashboard.find import now_kinds
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


class _OfThing(views.PageView):
    """Finds that of the address, among those that the user may see."""

    rule = find.READ
    dossier: type[dossier_.Dossier] = None

    @cached_property
    def kind(self) -> kinds.Kind:
        return kinds.BY_NAME[self.dossier.kind]

    def get(self, request, *args, **kwargs):
        scope = self.kind.scope(request)
        if not scope:
            raise exceptions.PermissionDenied
        self.thing = self.dossier(request, scope, kwargs['thing_id'])
        return super().get(request, *args, **kwargs)


class DossierView(_OfThing):
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
    template_name = 'rey/find/dossier.html'
    page_title = '{{ dossier.name }}'

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
            live_page=now_page(thing),
            may_admin=panels.may_admin(self.request),
            sees_projects=scope_.is_open(self.request, usage.READ)
            and thing.has_project_page,
            **kwargs,
        )


class NowView(_OfThing):
    """As its service has it now: a part of its page, or a page of its own."""

    page_title = '{{ dossier.name }}'

    def get(self, request, *args, **kwargs):
        answer = super().get(request, *args, **kwargs)
        answer['Cache-Control'] = 'no-store'
        return answer

    @property
    def is_part(self) -> bool:
        return bool(self.request.headers.get('HX-Request'))

    def get_template_names(self):
        return [f'rey/find/{"_now" if self.is_part else "now"}.html']

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            dossier=self.thing,
            live=now_kinds.KINDS[self.dossier.kind](self.thing).ask(),
            live_page=now_page(self.thing),
            page=dossier_.page(self.dossier.kind, self.thing.id),
            is_part=self.is_part,
            **kwargs,
        )


def now_page(thing: dossier_.Dossier) -> str:
    return reverse(f'horizon:rey:find:{thing.kind}_live', args=[thing.id])
