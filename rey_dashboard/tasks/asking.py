"""Asks what is to become of the things that an address selects."""

from collections.abc import Mapping
import uuid

from django import forms
from django import http
from django.db.models import QuerySet
from django.urls import reverse

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

    :cvar kind: of task
    :cvar form_class: an ``AskForm``
    :cvar key: what the rows are told by
    :cvar order: of the rows, for people
    :cvar others_match: said, with ``%d``, when the address selects others by
        now than the page told
    """

    kind: str
    form_class = AskForm
    key = 'id'
    order: tuple[str, ...] = ('name', 'id')
    others_match: str

    def selected(self) -> QuerySet:
        """What the address selects; also the place to refuse it."""
        raise NotImplementedError

    def parameters(self, ids: list[str]) -> Mapping:
        """Of the task, by the form's answers."""
        raise NotImplementedError

    def title(self, count: int) -> str:
        raise NotImplementedError

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
        if self.form.is_valid():
            rows = self.selected().order_by(*self.order)
            ids = list(rows.values_list(self.key, flat=True))
            if ids and len(ids) == self.form.cleaned_data['expected']:
                return self._plan(ids)
            self.form.add_error(None, self.others_match % len(ids))
            self.form.data = {**self.form.data.dict(), 'expected': len(ids)}
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        rows = self.selected()
        return super().get_context_data(
            form=self.form,
            count=rows.count(),
            some=rows.order_by(*self.order)[:NAMED],
            **kwargs,
        )

    def _form(self, data=None):
        options = dict(self.form_options())
        options['initial'] = {
            'token': uuid.uuid4(),
            'expected': self.selected().count(),
            **options.get('initial', {}),
        }
        return self.form_class(data, **options)

    def _plan(self, ids):
        task = planning.plan(
            self.kind,
            self.scope.region,
            self.parameters(ids),
            self.title(len(ids)),
            str(self.form.cleaned_data['token']),
            task_views.actor_of(self.request),
        )
        self.planned(task, ids)
        return http.HttpResponseRedirect(
            reverse('horizon:rey:tasks:task', args=[task.pk])
        )
