"""Asks what is to become of the things that an address selects."""

from collections.abc import Mapping
import uuid

from django import forms
from django import http
from django.core import exceptions
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from rey_dashboard.inventory import models as inventory
from rey_dashboard.inventory import store
from rey_dashboard.pages import views
from rey_dashboard.tasks import models
from rey_dashboard.tasks import planning
from rey_dashboard.tasks import views as task_views

#: Of the selected things that the page names.
NAMED = 10


class AskForm(forms.Form):
    use_required_attribute = False

    #: Makes a double click one task.
    token = forms.UUIDField(widget=forms.HiddenInput)
    #: How many things the page told of.
    expected = forms.IntegerField(widget=forms.HiddenInput)


class AskView(views.PageView):
    """Plans a task, of which the page is the preview.

    It is for who may act in the whole cloud; see ``OfProjects`` for others.

    :cvar kind: of task
    :cvar of_domains: a domain's manager may ask, too, by the rule's twin;
        ``selected`` then goes through ``self.scope``
    :cvar form_class: an ``AskForm``
    :cvar key: what the rows are told by
    :cvar order: of the rows, for people
    :cvar others_match: said, with ``%d``, when the address selects others by
        now than the page told
    :cvar chosen_on: name of the page where the rows are chosen
    :cvar none_chosen: said when no row was ticked there, or those are gone
    :cvar none_match: said when its filter leaves no row
    """

    kind: str
    of_domains = False
    form_class = AskForm
    key = 'id'
    order: tuple[str, ...] = ('name', 'id')
    others_match: str
    chosen_on: str
    none_chosen = _('Nothing was chosen: tick it on the page before.')
    none_match = _('Nothing matches.')

    def selected(self) -> QuerySet:
        """What the address selects; also the place to refuse it."""
        raise NotImplementedError

    def parameters(self, ids: list[str]) -> Mapping:
        """Of the task, by the form's answers."""
        raise NotImplementedError

    def title(self, count: int) -> str:
        raise NotImplementedError

    def domains(self, ids: list[str]) -> set[str]:
        """Ids of the domains that own them; empty ones for what nobody owns.

        Where all are of one, those who may act there steer the task, too.
        """
        return set()

    def planned(self, task: models.Task, ids: list[str]) -> None:
        """What else is to be done then."""

    def form_options(self) -> Mapping:
        """What the form is made with, beside the data."""
        return {}

    def get(self, request, *args, **kwargs):
        self.form = self._form()
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        self.form = self._form(request.POST)
        if self.count and self.form.is_valid():
            rows = self.selected().order_by(*self.order)
            ids = list(rows.values_list(self.key, flat=True))
            domains = self.domains(ids)
            why_not = self._why_not(ids, domains)
            if not why_not:
                return self._plan(ids, domains)
            self.form.add_error(None, why_not)
            self.form.data = {**self.form.data.dict(), 'expected': len(ids)}
        return super().get(request, *args, **kwargs)

    @cached_property
    def count(self) -> int:
        """Of the selected rows, when the page is made."""
        return self.selected().count()

    def get_template_names(self):
        if not self.count:
            return ['rey/tasks/nothing.html']
        return super().get_template_names()

    def get_context_data(self, **kwargs):
        asked = self.request.GET
        is_chosen = 'chosen' in asked
        choose = reverse(self.chosen_on)
        return super().get_context_data(
            form=self.form,
            count=self.count,
            some=self.selected().order_by(*self.order)[:NAMED],
            choose=choose if is_chosen else f'{choose}?{asked.urlencode()}',
            nothing=self.none_chosen if is_chosen else self.none_match,
            **kwargs,
        )

    def _form(self, data=None):
        if not (self.scope.is_whole or self.of_domains):
            raise exceptions.PermissionDenied
        options = dict(self.form_options())
        options['initial'] = {
            'token': uuid.uuid4(),
            'expected': self.count,
            **options.get('initial', {}),
        }
        return self.form_class(data, **options)

    def _why_not(self, ids, domains):
        if not ids or len(ids) != self.form.cleaned_data['expected']:
            return self.others_match % len(ids)
        if self.scope.is_whole:
            return ''
        is_one = len(domains) == 1 and '' not in domains
        if not is_one or not domains <= self.scope.domain_ids:
            return _(
                'They belong to more than one domain. A task changes what one '
                'domain owns: choose those of one, and then those of another.'
            )
        return ''

    def _plan(self, ids, domains):
        # In one place only where all belong there, and not to nobody.
        domain_id = next(iter(domains)) if len(domains) == 1 else ''
        task = planning.plan(
            self.kind,
            self.scope.region,
            self.parameters(ids),
            self.title(len(ids)),
            str(self.form.cleaned_data['token']),
            task_views.actor_of(self.request),
            domain_id,
        )
        self.planned(task, ids)
        return http.HttpResponseRedirect(
            reverse('horizon:rey:tasks:task', args=[task.pk])
        )


class OfProjects(AskView):
    """Of rows with a ``project_id``: also for who manages their domain."""

    of_domains = True

    def domains(self, ids):
        owners = {}
        for batch in store.batches(ids, store.BATCH):
            rows = self.selected().filter(**{f'{self.key}__in': batch})
            owners.update(rows.values_list(self.key, 'project_id'))
        domains = {}
        for batch in store.batches(set(owners.values()), store.BATCH):
            rows = inventory.Project.objects.filter(
                region=self.scope.region, id__in=batch
            )
            domains.update(rows.values_list('id', 'domain_id'))
        # What went meanwhile, or whose project is not known, is nobody's.
        return {domains.get(owners.get(id_), '') for id_ in ids}
