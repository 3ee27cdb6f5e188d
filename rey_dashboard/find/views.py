"""One box for everything: the page that answers it."""

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses

from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from rey_dashboard.find import forms
from rey_dashboard.find import kinds
from rey_dashboard.find import live
from rey_dashboard.find import rows
from rey_dashboard.find import tables
from rey_dashboard.inventory import looking_up
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import scope as scope_
from rey_dashboard.pages import panels
from rey_dashboard.pages import views
from rey_dashboard.policy import find

#: Hits of each kind that the first page shows.
FIRST = 5


@dataclasses.dataclass(frozen=True)
class Group:
    """The first hits of one kind.

    :param count: of all
    """

    kind: kinds.Kind
    count: int
    rows: Sequence[rows.Row]


class IndexView(views.TableView):
    """Some hits of each kind, or with ``kind`` all of one."""

    rule = find.READ
    parts = (
        parts.READY,
        parts.IDENTITY,
        parts.SERVERS,
        parts.VOLUMES,
        parts.SNAPSHOTS,
        parts.BACKUPS,
        parts.NETWORK,
        parts.PEOPLE,
        parts.ADDRESSES,
    )
    table = tables.FOUND
    template_name = 'rey/find/index.html'
    page_title = _('Find')

    @cached_property
    def scopes(self) -> Mapping[str, scope_.Scope]:
        """Kind -> what the user may see of it, if anything."""
        found = {kind.name: kind.scope(self.request) for kind in kinds.ALL}
        return {name: scope for name, scope in found.items() if scope}

    @property
    def kinds(self) -> list[kinds.Kind]:
        return [kind for kind in kinds.ALL if kind.name in self.scopes]

    @cached_property
    def tells_hosts(self) -> bool:
        return any(scope.is_whole for scope in self.scopes.values())

    @cached_property
    def may_admin(self) -> bool:
        return panels.may_admin(self.request)

    def get_table(self):
        left_out = {'host': self.tells_hosts, 'horizon': self.may_admin}
        names = [name for name, is_told in left_out.items() if not is_told]
        return self.table.without(*names)

    @cached_property
    def asked(self) -> str:
        return self.form.cleaned_data.get('q', '')

    @cached_property
    def terms(self) -> tuple[str, ...]:
        return looking_up.terms(self.asked)

    def get_form(self):
        return forms.FindForm(
            self.request.GET, scope=self.scope, kinds=self.kinds
        )

    def nothing(self, rows_):
        return []

    def get_rows(self):
        """Nothing is looked for while the form cannot be used."""
        self.found = {}
        if not self.form.errors:
            self.found = self._look_up()
        return rows.Found(
            (kinds.BY_NAME[name], hits) for name, hits in self.found.items()
        )

    def order(self, rows_, sort):
        return rows_

    def load(self, page):
        rows.load(self.request, page, self.terms, self.may_admin)

    def _look_up(self):
        chosen = self.form.cleaned_data['kind']
        wanted = [chosen] if chosen else list(self.scopes)
        # Mostly one: all kinds are open for the same domains.
        by_scope = {}
        for name in wanted:
            if not kinds.BY_NAME[name].live:
                by_scope.setdefault(self.scopes[name], []).append(name)
        found = {}
        for scope, names in by_scope.items():
            found |= looking_up.look_up(
                scope.region, self.terms, names, scope.domain_ids
            )
        region = self.scope.region
        found |= live.look_up(self.request, region, self.asked, wanted)
        return {kind.name: found[kind.name] for kind in kinds.ALL
                if kind.name in found}  # fmt: skip

    def _groups(self):
        found = [
            (kinds.BY_NAME[name], hits) for name, hits in self.found.items()
        ]
        groups = [
            Group(kind, len(hits), rows.Found([(kind, hits)])[:FIRST])
            for kind, hits in found
            if len(hits)
        ]
        self.load([row for group in groups for row in group.rows])
        # What is meant is mostly a whole word.
        return sorted(groups, key=lambda group: group.rows[0].hit.rank)

    def _is_made(self):
        """Not before the first collection has ended."""
        pages = models.DirectoryPage.objects.filter(region=self.scope.region)
        return pages.exists()

    def get_context_data(self, **kwargs):
        is_one = bool(self.form.cleaned_data.get('kind'))
        total = len(self.rows)
        groups = []
        if not is_one:
            groups, self.rows = self._groups(), []
        return super().get_context_data(
            groups=groups,
            total=total,
            is_made=bool(total) or self._is_made(),
            is_one=is_one,
            asked=self.asked if self.terms else '',
            is_short=len(self.terms) and len(self.terms[0]) == 1,
            kinds=self.kinds,
            tells_hosts=self.tells_hosts,
            may_admin=self.may_admin,
            **kwargs,
        )
