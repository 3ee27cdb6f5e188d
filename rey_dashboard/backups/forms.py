import datetime

from django.db.models import Exists
from django.db.models import OuterRef
from django.db.models import Q
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from rey_dashboard.inventory import coverage_sums
from rey_dashboard.inventory import models
from rey_dashboard.inventory import values
from rey_dashboard.pages import forms
from rey_dashboard.pages import protection

STATES = protection.STATES
NEVER_PROVEN, LONG_AGO, PROVEN = 'never', 'long_ago', 'lately'
LONG_DAYS = 30
AT_RISK, NOT_WITHIN = 'at_risk', 'not_within'
_OF_STATES = [
    ('', _('Any state')),
    (AT_RISK, _('At risk')),
    *STATES.choices,
]
#: Those of Cinder 29, ``objects/fields.py``.
STATUSES = (
    'available',
    'creating',
    'error',
    'restoring',
    'deleting',
    'error_deleting',
    'deleted',
)
CHAIN, VOLUME_GONE, PROJECT_GONE, ANY = (
    'chain',
    'volume_gone',
    'project_gone',
    'any',
)


class OfDomain(forms.Filter):
    """Knows which projects a filter means."""

    def __init__(self, data, *, scope):
        super().__init__(data, scope=scope)
        if 'domain' in self.fields:
            self.fields['domain'].choices = forms.domains(scope)

    def in_domain(self, rows):
        """Those of the chosen domain and project."""
        cleaned = self.cleaned_data
        if cleaned['domain']:
            rows = rows.filter(
                project_id__in=self.ids(domain_id=cleaned['domain'])
            )
        if cleaned.get('project'):
            rows = rows.filter(project_id=cleaned['project'])
        return rows

    def named(self, q):
        """Ids of the projects that have it in a name, id or contact."""
        return self.ids(
            Q(sort_name__contains=q.casefold())
            | Q(domain_name__icontains=q)
            | Q(contact__icontains=q)
        )

    def ids(self, *args, **kwargs):
        found = self.scope.summaries().filter(*args, **kwargs)
        return found.values('project_id')


class ProjectsForm(OfDomain):
    """What the list of projects filters by."""

    narrowing = ('q', 'domain', 'state', 'under')

    q = forms.search(_('Name, id, domain or contact'))
    domain = forms.choice(_('Domain'))
    state = forms.choice(_('Has volumes'), _OF_STATES)
    under = forms.percent(_('Within target under … %'), _('Under … %'))

    def filter(self, rows):
        cleaned = self.cleaned_data
        if cleaned['q']:
            rows = rows.filter(
                Q(project_id__contains=cleaned['q'].lower())
                | Q(project_id__in=self.named(cleaned['q']))
            )
        if cleaned['state']:
            # Each state has a column with its number of volumes.
            rows = rows.filter(**{f'{cleaned["state"]}__gt': 0})
        if cleaned['under'] is not None:
            rows = rows.filter(percent__lt=cleaned['under'])
        return self.in_domain(rows)


class VolumesForm(OfDomain):
    """What the list of volumes filters by."""

    narrowing = (
        *('q', 'project', 'domain', 'state', 'type', 'back_end'),
        'proven',
    )

    q = forms.search(_('Name or id'))
    project = forms.search(_('Project id'))
    domain = forms.choice(_('Domain'))
    state = forms.choice(
        _('State'),
        [*_OF_STATES, (NOT_WITHIN, _('Not within target'))],
    )
    type = forms.choice(_('Volume type'))
    back_end = forms.choice(_('Back end'))
    proven = forms.choice(
        _('Proven'),
        [
            ('', _('Proven or not')),
            (NEVER_PROVEN, _('Never proven')),
            (
                LONG_AGO,
                format_lazy(_('Not in the last {days} days'), days=LONG_DAYS),
            ),
            (
                PROVEN,
                format_lazy(_('In the last {days} days'), days=LONG_DAYS),
            ),
        ],
    )

    def __init__(self, data, *, scope):
        super().__init__(data, scope=scope)
        self._offer('type', _('All types'))
        if scope.is_whole:
            self._offer('back_end', _('All back ends'))
        else:
            del self.fields['back_end']

    def _offer(self, name, every):
        found = values.of(self.scope.volume_coverage(), name)
        self.fields[name].choices = [
            ('', every),
            *((value, value) for value in found if value),
        ]

    def filter(self, rows):
        cleaned = self.cleaned_data
        if cleaned['q']:
            rows = rows.filter(
                Q(sort_name__contains=cleaned['q'].casefold())
                | Q(volume_id__contains=cleaned['q'].lower())
            )
        for name in ('type', 'back_end'):
            if cleaned.get(name):
                rows = rows.filter(**{name: cleaned[name]})
        return self.in_domain(self._proven(self._in_state(rows)))

    def _proven(self, rows):
        chosen = self.cleaned_data['proven']
        if not chosen:
            return rows
        there = models.ProvenVolume.objects.filter(
            region=OuterRef('region'), volume_id=OuterRef('volume_id')
        )
        if chosen != NEVER_PROVEN:
            days = datetime.timedelta(days=LONG_DAYS)
            there = there.filter(at__gt=timezone.now() - days)
        found = Exists(there)
        return rows.filter(found if chosen == PROVEN else ~found)

    def _in_state(self, rows):
        state = self.cleaned_data['state']
        if state == AT_RISK:
            # An index has the severity together with all that is looked for.
            return rows.filter(severity__lt=len(models.VolumeCoverage.AT_RISK))
        if state == NOT_WITHIN:
            rows = rows.exclude(state__in=coverage_sums.NOT_COUNTED)
            return rows.filter(within=False)
        return rows.filter(state=state) if state else rows


class RecordsForm(OfDomain):
    """What the list of all backups filters by."""

    narrowing = (
        'q',
        'project',
        'domain',
        'volume',
        'status',
        'kind',
        'problem',
    )

    q = forms.search(_('Name or id'))
    project = forms.search(_('Project id'))
    domain = forms.choice(_('Domain'))
    volume = forms.search(_('Volume id'))
    status = forms.choice(
        _('Status'),
        [('', _('Any status')), *((name, name) for name in STATUSES)],
    )
    kind = forms.choice(
        _('Kind'),
        [
            ('', _('Full and incremental')),
            ('full', _('Full')),
            ('incremental', _('Incremental')),
        ],
    )
    problem = forms.choice(
        _('Problem'),
        [
            ('', _('Problem or not')),
            (CHAIN, _('Chain broken')),
            (VOLUME_GONE, _('Volume gone')),
            (PROJECT_GONE, _('Project gone')),
            (ANY, _('Any problem')),
        ],
    )

    def filter(self, rows):
        cleaned = self.cleaned_data
        if cleaned['q']:
            rows = rows.filter(
                Q(name__icontains=cleaned['q'])
                | Q(id__contains=cleaned['q'].lower())
            )
        if cleaned['volume']:
            rows = rows.filter(volume_id=cleaned['volume'])
        if cleaned['status']:
            rows = rows.filter(status=cleaned['status'])
        if cleaned['kind']:
            rows = rows.filter(is_incremental=cleaned['kind'] != 'full')
        if cleaned['problem']:
            rows = rows.filter(id__in=self._ill(cleaned['problem']))
        return self.in_domain(rows)

    def _ill(self, problem):
        broken = ~Q(problem='')
        conditions = {
            CHAIN: broken,
            VOLUME_GONE: Q(volume_gone=True),
            PROJECT_GONE: Q(project_gone=True),
            ANY: broken | Q(volume_gone=True) | Q(project_gone=True),
        }
        chains = models.BackupChain.objects.filter(
            conditions[problem], region=self.scope.region
        )
        return chains.values('backup_id')


class LevelsForm(OfDomain):
    """Whose service level it is, and of which."""

    narrowing = ('q',)

    q = forms.search(_('Name or id'))
    by = forms.choice(
        _('By'), [('project', _('By project')), ('domain', _('By domain'))]
    )
    by.initial = 'project'

    @property
    def is_by_domain(self) -> bool:
        return self.data.get('by') == 'domain'

    def filter(self, rows):
        q = self.cleaned_data['q']
        if not q:
            return rows
        if self.is_by_domain:
            return rows.filter(
                Q(sort_name__contains=q.casefold())
                | Q(domain_id__contains=q.lower())
            )
        return rows.filter(
            Q(sort_name__contains=q.casefold())
            | Q(project_id__contains=q.lower())
        )
