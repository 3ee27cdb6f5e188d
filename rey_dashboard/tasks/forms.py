from django import forms as django_forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rey_dashboard.pages import forms
from rey_dashboard.tasks import kinds as kinds_
from rey_dashboard.tasks import models

LIVE = 'live'
STATES = models.Task.State


class TasksForm(forms.Filter):
    """Which tasks are listed.

    :param kinds: those to choose from
    """

    narrowing = ('q', 'mine', 'state', 'kind', 'since')

    q = forms.search(_('Title, person, project'))
    mine = forms.choice(_('Whose'), [('', _("Everybody's")), ('1', _('Mine'))])
    state = forms.choice(
        _('State'),
        [('', _('Any state')), (LIVE, _('Not ended')), *STATES.choices],
    )
    kind = forms.choice(_('Kind'))
    since = django_forms.DateField(
        label=_('Since'),
        required=False,
        widget=django_forms.DateInput(attrs={'type': 'date'}),
    )

    def __init__(self, data, *, scope, user_id, kinds):
        super().__init__(data, scope=scope)
        self._user_id = user_id
        self.fields['kind'].choices = [
            ('', _('All kinds')),
            *(
                (name, kinds_.installed()[name].label)
                for name in sorted(kinds)
            ),
        ]

    def filter(self, rows):
        chosen = self.cleaned_data
        if chosen['q']:
            # The start of an id is enough; many tasks have a project.
            rows = rows.filter(
                Q(title__icontains=chosen['q'])
                | Q(asked_by_name__icontains=chosen['q'])
                | Q(assignee_name__icontains=chosen['q'])
                | Q(pk__in=_with_target(chosen['q']))
            )
        if chosen['mine']:
            rows = rows.filter(
                Q(asked_by_id=self._user_id) | Q(assignee_id=self._user_id)
            )
        if chosen['state'] == LIVE:
            rows = rows.exclude(state__in=models.Task.ENDED)
        elif chosen['state']:
            rows = rows.filter(state=chosen['state'])
        if chosen['kind']:
            rows = rows.filter(kind=chosen['kind'])
        if chosen['since']:
            rows = rows.filter(planned_at__date__gte=chosen['since'])
        return rows


class StepsForm(forms.Filter):
    """Which steps of a task are listed."""

    narrowing = ('q', 'state')

    q = forms.search(_('Name or id'))
    state = forms.choice(
        _('State'), [('', _('Any state')), *models.Step.State.choices]
    )

    def filter(self, rows):
        chosen = self.cleaned_data
        if chosen['q']:
            rows = rows.filter(
                Q(target_name__icontains=chosen['q'])
                | Q(target__startswith=chosen['q'].lower())
            )
        if chosen['state']:
            rows = rows.filter(state=chosen['state'])
        return rows


def _with_target(q):
    found = models.Step.objects.filter(target=q.lower())
    return found.values('task_id')
