"""Which release the cloud runs, how long that is cared for, what is next."""

import dataclasses
import datetime

from django.core import exceptions
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from rey_dashboard.inventory import parts
from rey_dashboard.inventory import releases
from rey_dashboard.inventory import scope as scope_
from rey_dashboard.inventory import told_releases
from rey_dashboard.pages import views
from rey_dashboard.policy import operate
from rey_dashboard.policy import update
from rey_dashboard.versions import changes
from rey_dashboard.versions import forms
from rey_dashboard.versions import hypervisors
from rey_dashboard.versions import tables

#: Name in the URL conf, label.
TABS = (
    ('index', _('Endpoints')),
    ('releases', _('Releases')),
    ('changes', _('Before you go on')),
    ('hypervisors', _('Hypervisors')),
)
#: Bootstrap's colour of each state.
COLOURS = {
    releases.Status.MAINTAINED: 'success',
    releases.Status.UNMAINTAINED: 'warning',
    releases.Status.ENDED: 'danger',
}
SLURP = (
    'https://governance.openstack.org/tc/resolutions/'
    '20220210-release-cadence-adjustment.html'
)


@dataclasses.dataclass(frozen=True)
class Shown:
    """A release on a day, as the page tells it.

    :param fits: whether all that the endpoints tell fits it
    """

    release: releases.Release
    day: datetime.date
    fits: bool

    @property
    def place(self) -> int:
        return self.release.place

    @property
    def status(self) -> releases.Status:
        return self.release.status_on(self.day)

    @property
    def colour(self) -> str:
        return COLOURS.get(self.status, 'default')

    @property
    def words(self) -> str:
        return self.release.words_on(self.day)

    @property
    def released(self) -> datetime.date | None:
        return self.release.released

    @property
    def maintained_until(self) -> datetime.date | None:
        return self.release.maintained_until

    @property
    def end_of_life(self) -> datetime.date | None:
        """That which is past, or planned."""
        row = self.release
        planned = row.next_status == releases.Status.ENDED and row.next_date
        return row.end_of_life or planned or None


class Tab(views.TableView):
    """What is of the whole cloud nobody sees who may see a domain only."""

    rule = update.READ
    parts = (parts.CATALOG, parts.PROBES)
    template_name = 'rey/versions/list.html'
    page_title = _('Versions')

    def get(self, request, *args, **kwargs):
        if not self.scope.is_whole:
            raise exceptions.PermissionDenied
        return super().get(request, *args, **kwargs)

    @cached_property
    def day(self) -> datetime.date:
        return timezone.now().date()

    @cached_property
    def endpoints(self):
        return told_releases.endpoints(self.scope.region)

    @cached_property
    def told(self) -> told_releases.Told:
        return told_releases.judge(self.scope.region, self.endpoints)

    @cached_property
    def changes(self) -> list[changes.Row]:
        return changes.before_going_on(self.scope.region, self.told)

    def get_context_data(self, **kwargs):
        starts = changes.starts(self.told)
        return super().get_context_data(
            tabs=[
                (reverse(f'horizon:rey:versions:{name}'), label)
                for name, label in TABS
            ],
            told=self.told,
            has_others=any(
                row.in_region not in (self.scope.region, '')
                for row in self.endpoints
            ),
            fitting=[Shown(row, self.day, True) for row in self.told.fitting],
            ways=[way for way in map(changes.way, starts) if way],
            slurp=SLURP,
            hits=changes.hits(self.changes),
            facts_of=max(row.as_of for row in releases.all_()),
            **kwargs,
        )


class IndexView(Tab):
    """One row an endpoint, with the releases that its number means."""

    table = tables.ENDPOINTS
    form_class = forms.EndpointsForm

    def get_rows(self):
        for row in self.endpoints:
            meant = row.meaning.meant
            row.place = meant[0].place if meant else None
        return self.endpoints


class ReleasesView(Tab):
    """All that we know of, the newest first."""

    table = tables.RELEASES
    page_title = _('Versions: releases')

    def get_rows(self):
        return [
            Shown(row, self.day, row in self.told.fitting)
            for row in releases.all_()
        ]


class ChangesView(Tab):
    """What the next two releases drop or require, what is here first."""

    table = tables.CHANGES
    page_title = _('Versions: before you go on')
    parts = (*Tab.parts, parts.HOSTS, parts.NETWORK_AGENTS)

    def get_rows(self):
        return self.changes

    def get_context_data(self, **kwargs):
        note = _(
            'The list holds what can be seen in what is collected, and is not '
            'complete: read the release notes as well.'
        )
        if not changes.starts(self.told):
            note = _(
                'It is not known from which release an update starts, so '
                'nothing can be said of what comes next.'
            )
        return super().get_context_data(note=note, **kwargs)


class HypervisorsView(Tab):
    """One row a type and version, with the hosts that have it."""

    table = tables.HYPERVISORS
    page_title = _('Versions: hypervisors')
    parts = (*Tab.parts, parts.HOSTS)

    def get_rows(self):
        return hypervisors.of(self.scope.region)

    def get_context_data(self, **kwargs):
        sees = scope_.is_open(self.request, operate.READ)
        return super().get_context_data(sees_services=sees, **kwargs)
