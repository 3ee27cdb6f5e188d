import datetime

from django import forms as django_forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rey_dashboard.checks import models
from rey_dashboard.checks import registry
from rey_dashboard.pages import forms

AWAKE, OPEN, ACKNOWLEDGED, SNOOZED, RESOLVED, ANY = (
    'awake',
    'open',
    'acknowledged',
    'snoozed',
    'resolved',
    'any',
)
AREAS = {
    'install': _('Install'),
    'operate': _('Operate'),
    'usage': _('Usage'),
    'update': _('Update'),
}
#: Hours that a finding sleeps.
HOURS = (
    (1, _('1 hour')),
    (4, _('4 hours')),
    (24, _('1 day')),
    (72, _('3 days')),
    (168, _('1 week')),
    (720, _('30 days')),
)
#: Nobody remembers why after that.
LONGEST_DAYS = 365


class FindingsForm(forms.Filter):
    """Which findings are listed; without a word those that are open."""

    narrowing = (
        'q',
        'state',
        'severity',
        'area',
        'check',
        'mine',
        'project',
        'host',
    )

    q = forms.search(_('Text, name or id'))
    state = forms.choice(
        _('State'),
        [
            ('', _('Open')),
            (AWAKE, _('Needs attention')),
            (ACKNOWLEDGED, _('Acknowledged')),
            (SNOOZED, _('Snoozed')),
            (RESOLVED, _('Resolved')),
            (ANY, _('Open and resolved')),
        ],
    )
    severity = forms.choice(_('Severity'))
    area = forms.choice(_('Area'))
    check = forms.choice(_('Check'))
    mine = forms.choice(
        _('Whose'), [('', _("Everybody's")), ('1', _('Assigned to me'))]
    )
    project = forms.search(_('Project id'))
    host = forms.search(_('Host'))

    def __init__(self, data, *, scopes, user_id, tells_hosts):
        super().__init__(data, scope=None)
        self._user_id = user_id
        checks = {name: registry.installed()[name] for name in scopes}
        self._of_area = {}
        for name, check in checks.items():
            self._of_area.setdefault(check.area, []).append(name)
        self.fields['severity'].choices = [
            ('', _('Any severity')),
            *((str(value), label) for value, label in _SEVERITIES),
        ]
        self.fields['area'].choices = [
            ('', _('All areas')),
            *(
                (name, label)
                for name, label in AREAS.items()
                if name in self._of_area
            ),
        ]
        labels = sorted(
            (str(check.label), name) for name, check in checks.items()
        )
        self.fields['check'].choices = [
            ('', _('All checks')),
            *((name, label) for label, name in labels),
        ]
        if not tells_hosts:
            del self.fields['host']

    def filter(self, rows):
        chosen = self.cleaned_data
        rows = _in_state(rows, chosen['state'])
        if chosen['q']:
            rows = rows.filter(_with_text(chosen['q']))
        if chosen['severity']:
            rows = rows.filter(severity=int(chosen['severity']))
        if chosen['area']:
            rows = rows.filter(check_name__in=self._of_area[chosen['area']])
        if chosen['check']:
            rows = rows.filter(check_name=chosen['check'])
        if chosen['mine']:
            rows = rows.filter(assignee_id=self._user_id)
        if chosen['project']:
            rows = rows.filter(project_id=chosen['project'])
        if chosen.get('host'):
            rows = rows.filter(host__icontains=chosen['host'])
        return rows


class SnoozeForm(django_forms.Form):
    """How long nobody has to look at it, and why."""

    use_required_attribute = False

    hours = django_forms.TypedChoiceField(
        label=_('For'), choices=HOURS, coerce=int, required=False
    )
    day = django_forms.DateField(label=_('Or until'), required=False)
    reason = django_forms.CharField(label=_('Why'), max_length=1000)

    def clean(self):
        cleaned = super().clean()
        day = cleaned.get('day')
        today = timezone.localdate()
        if day and day <= today:
            self.add_error('day', _('That day is over: choose a later one.'))
        elif day and (day - today).days > LONGEST_DAYS:
            self.add_error(
                'day', _('At most %d days: who knows then why?') % LONGEST_DAYS
            )
        if not day and not cleaned.get('hours') and 'hours' not in self.errors:
            self.add_error('hours', _('Say for how long.'))
        return cleaned

    @property
    def until(self) -> datetime.datetime:
        """The beginning of that day for the user, or so many hours on."""
        day = self.cleaned_data.get('day')
        if day:
            start = datetime.datetime.combine(day, datetime.time())
            return timezone.make_aware(start)
        hours = self.cleaned_data['hours']
        return timezone.now() + datetime.timedelta(hours=hours)


_SEVERITIES = models.Finding.Severity.choices


def _in_state(rows, state):
    if state == ANY:
        return rows
    if state == RESOLVED:
        return rows.exclude(resolved_at=None)
    if state == AWAKE:
        return rows.awake()
    rows = rows.open()
    if state == ACKNOWLEDGED:
        return rows.exclude(acknowledged_at=None)
    if state == SNOOZED:
        return rows.filter(snoozed_until__gt=timezone.now())
    return rows


def _with_text(q):
    return (
        Q(title__icontains=q)
        | Q(subject_name__icontains=q)
        | Q(subject__icontains=q)
        | Q(project_id=q.lower())
    )
