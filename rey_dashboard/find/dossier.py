"""All that is known of one thing: what the pages of each kind share."""

import abc
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
import dataclasses
import datetime
from typing import Any

from django import http
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rey_dashboard.checks import models as check_models
from rey_dashboard.checks import registry
from rey_dashboard.checks import seeing
from rey_dashboard.checks import showing
from rey_dashboard.find import told
from rey_dashboard.inventory import meanings
from rey_dashboard.inventory import models
from rey_dashboard.inventory import resources
from rey_dashboard.inventory import scope as scope_
from rey_dashboard.policy import usage
from rey_dashboard.tasks import models as task_models
from rey_dashboard.tasks import seeing as task_seeing

#: Things of a list, and lines of the time line: the youngest.
MOST = 20
MOST_EVENTS = 60


@dataclasses.dataclass(frozen=True)
class Fact:
    """A line; ``value`` is a text, a number or a time.

    :param page: where it leads
    """

    label: str
    value: Any
    page: str = ''


@dataclasses.dataclass(frozen=True)
class Thing:
    """Something that belongs to it, in a list.

    :param words: what else is told of it
    """

    name: str
    state: str = ''
    page: str = ''
    words: str = ''

    @property
    def colour(self) -> str:
        return told.colour(self.state)


@dataclasses.dataclass(frozen=True)
class Listing:
    """Things of one kind; ``count`` is that of all, ``page`` shows them."""

    label: str
    things: Sequence[Thing]
    count: int
    page: str = ''


@dataclasses.dataclass(frozen=True)
class Event:
    at: datetime.datetime
    words: str
    page: str = ''


@dataclasses.dataclass(frozen=True)
class Fault:
    """What went wrong, in the service's words and in ours."""

    service: str
    words: str
    meaning: meanings.Meaning | None = None


class Dossier(abc.ABC):
    """One thing, as the user may see it.

    :cvar kind: as ``kinds`` has it
    :cvar quotas: resources of its project that it counts for
    :cvar words_of_change: on the button that leads to these quotas
    :cvar made_as: where a step that makes such a thing keeps the new id
    :raises django.http.Http404: he may see no such thing
    """

    kind: str
    quotas: tuple[str, ...] = ()
    words_of_change = _('Set quotas of its project…')
    made_as = ''

    def __init__(self, request, scope: scope_.Scope, id_: str):
        self.request = request
        self.scope = scope
        self.id = id_
        self.row = self.find()
        if self.row is None:
            raise http.Http404(_t('Nothing with this id has been collected.'))

    @abc.abstractmethod
    def find(self) -> Any | None:
        """Its row, within the scope."""

    @property
    def name(self) -> str:
        return self.row.name or self.id

    @property
    def project_id(self) -> str:
        """Of its owner; empty without one."""
        return self.row.project_id

    @property
    def state(self) -> str:
        return self.row.status

    @property
    def colour(self) -> str:
        return told.colour(self.state)

    @property
    @abc.abstractmethod
    def words(self) -> str:
        """Its state in plain words."""

    @property
    def fault(self) -> Fault | None:
        return None

    @abc.abstractmethod
    def facts(self) -> Iterator[Fact]: ...

    def listings(self) -> Iterator[Listing]:
        yield from ()

    def own_events(self) -> Iterator[Event]:
        """Beside those of tasks and findings."""
        yield from ()

    def commands(self) -> Iterator[registry.Command]:
        yield from ()

    @cached_property
    def project(self) -> models.Project | None:
        rows = self.scope.projects().filter(id=self.project_id)
        return rows.first()

    @cached_property
    def domain(self) -> models.Domain | None:
        if not self.project:
            return None
        return self.scope.domains().filter(id=self.project.domain_id).first()

    @cached_property
    def has_project_page(self) -> bool:
        rows = self.scope.summaries().filter(project_id=self.project_id)
        return rows.exists()

    @cached_property
    def sees_usage(self) -> bool:
        """Whether he may see who made it, and what its project uses."""
        return scope_.is_open(self.request, usage.READ)

    def used(self) -> list[models.Quota]:
        """The quotas of its project that it counts for."""
        if not self.sees_usage:
            return []
        rows = {
            f'{row.service}.{row.resource}': row
            for row in self.scope.all_quotas().filter(
                project_id=self.project_id
            )
        }
        found = [rows[key] for key in self.quotas if key in rows]
        for row in found:
            row.known = resources.find(row.service, row.resource)
        return found

    def made_by(self) -> Iterator[Fact]:
        user_id = self.row.user_id
        if not user_id or not self.sees_usage:
            return
        user = self.scope.users().filter(id=user_id).first()
        words = user.name if user else user_id
        if user and user.email:
            words = f'{user.name} <{user.email}>'
        yield Fact(_t('Made by'), words)

    @property
    def task_targets(self) -> Iterable[str]:
        """Ids that steps of tasks on it name."""
        return (self.id,)

    @property
    def mark(self) -> str:
        """Request id of the step that made it, as its owner may write it."""
        return ''

    @cached_property
    def tasks(self) -> list[task_models.Task]:
        """Ours that touched it, the youngest first, with how that went.

        That which made it is the last one, however many there are.
        """
        rows = task_models.Step.objects.filter(
            task__in=task_seeing.of(self.request)
        ).exclude(state=task_models.Step.State.REFUSED)
        rows = rows.select_related('task').order_by('-task_id')
        steps = list(rows.filter(target__in=list(self.task_targets))[:MOST])
        if self.mark:
            # Two queries: each goes by an index of its own.
            steps += [
                step
                for step in rows.filter(request_id=self.mark)[:MOST]
                if step.work.get(self.made_as) == self.id
            ]
        for step in steps:
            step.task.step = step
        return [step.task for step in steps]

    @property
    def of_findings(self) -> Q:
        """Which findings are of it."""
        return Q(subject=self.id)

    @cached_property
    def findings(self) -> list[check_models.Finding]:
        """The open ones first, the worst and youngest first."""
        rows = seeing.of(self.request).filter(self.of_findings)
        rows = sorted(
            rows.order_by('severity', '-opened_at')[: 5 * MOST],
            key=lambda row: row.resolved_at is not None,
        )
        for row in rows:
            row.words = showing.title(row)
            row.colour = showing.COLOURS[row.severity]
            row.page = reverse('horizon:rey:today:finding', args=[row.pk])
        return rows

    def changes(self) -> list[registry.Change]:
        """Tasks that may be planned for it, and for what was found of it."""
        found = self._of_project()
        for row in self.findings:
            change = None if row.resolved_at else showing.change(row)
            if change:
                found[change.address] = change
        return self.allowed(found.values())

    def _of_project(self):
        if not self.quotas or not self.project or self.project.gone_at:
            return {}
        chosen = urlencode({'chosen': 1, 'project': self.project.id})
        address = f'{reverse("horizon:rey:projects:set_quotas")}?{chosen}'
        change = registry.Change(self.words_of_change, address, usage.ACT)
        return {address: change}

    def allowed(
        self, changes: Iterable[registry.Change]
    ) -> list[registry.Change]:
        return [
            change
            for change in changes
            if seeing.may_plan(self.request, change)
        ]

    def events(self) -> list[Event]:
        """What happened to it, the youngest first."""
        found = [*self.own_events(), *self._of_tasks(), *self._of_findings()]
        found = [event for event in found if event.at]
        found.sort(key=lambda event: event.at, reverse=True)
        return found[:MOST_EVENTS]

    def _of_tasks(self):
        for task in self.tasks:
            page = reverse('horizon:rey:tasks:task', args=[task.pk])
            name = task.asked_by_name or task.asked_by_id
            told_ = {'title': task.title, 'name': name}
            yield Event(
                task.planned_at,
                _t('Task planned by %(name)s: %(title)s') % told_,
                page,
            )
            yield Event(
                task.step.ended_at,
                _t('Task ended here, %(state)s: %(title)s')
                % {**told_, 'state': task.step.get_state_display()},
                page,
            )

    def _of_findings(self):
        for row in self.findings:
            yield Event(row.opened_at, _t('Found: %s') % row.words, row.page)
            yield Event(row.resolved_at, _t('Over: %s') % row.words, row.page)


def page(kind: str, id_: str) -> str:
    """Address of the dossier of a thing."""
    return reverse(f'horizon:rey:find:{kind}', args=[id_])
