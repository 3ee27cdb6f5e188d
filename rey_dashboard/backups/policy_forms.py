from collections.abc import Iterator
import hashlib
import json

from django import forms as django_forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rey_dashboard.backups import models
from rey_dashboard.backups import policies
from rey_dashboard.backups import rates
from rey_dashboard.backups import schedule
from rey_dashboard.pages import forms

_LISTED = {'project': 'projects', 'domain': 'domains'}


def _number(label, name, help_text):
    least, most = policies.NUMBERS[name]
    return django_forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        help_text=help_text,
    )


class PolicyForm(django_forms.Form):
    """What a policy is to say.

    :param scope: of the user who acts: of a domain's manager the policy is
        for one of his domains
    :param policy: that it changes; its domain stays
    """

    use_required_attribute = False

    name = django_forms.CharField(
        label=_('Name'),
        max_length=64,
        help_text=_('It stands in the description of each backup.'),
    )
    domain = django_forms.ChoiceField(
        label=_('Kept for'),
        required=False,
        help_text=_(
            'A domain’s managers see its policies and change them. It cannot '
            'be changed later.'
        ),
    )
    reach = django_forms.ChoiceField(
        label=_('Backs up'),
        choices=policies.Reach.choices,
        help_text=_('Volumes that a setting excludes are always left out.'),
    )
    values = django_forms.CharField(
        label=_('Of these, one on each line'),
        required=False,
        max_length=100_000,
        widget=django_forms.Textarea(attrs={'rows': 4, 'spellcheck': 'false'}),
        help_text=_(
            'Names or ids of projects or domains, names of types, key=value '
            'of metadata, ids of volumes. Empty for all volumes.'
        ),
    )
    cron = django_forms.CharField(
        label=_('Schedule'),
        max_length=255,
        help_text=_(
            'As cron has it: minute, hour, day of the month, month, day of '
            'the week. 0 1 * * * is each night at one, 30 22 * * FRI Fridays '
            'at half past ten in the evening.'
        ),
    )
    time_zone = django_forms.ChoiceField(
        label=_('Time zone'),
        help_text=_(
            'What is due in an hour that summer time leaves out runs right '
            'after it; in one that comes twice it runs once.'
        ),
    )
    window_min = _number(
        _('Window (minutes)'),
        'window_min',
        _(
            'Nothing more begins so long after it was due. 0 for no limit: '
            'then a run that was missed is made up however late.'
        ),
    )
    method = django_forms.ChoiceField(
        label=_('How'),
        choices=[
            (rates.INCREMENTAL, _('Incremental, where there is a good one')),
            (rates.FULL, _('Full')),
        ],
    )
    full_every = _number(
        _('Full after so many in a chain'),
        'full_every',
        _('All of a chain are needed to restore; 0 for never.'),
    )
    keep_last = _number(
        _('Keep the last'),
        'keep_last',
        _('Of each volume. 0 to go by days alone; with 0 for both all stay.'),
    )
    keep_days = _number(
        _('Keep for days'),
        'keep_days',
        _('A backup stays while it is one of the last, or younger than this.'),
    )
    target_h = django_forms.IntegerField(
        label=_('Target (hours)'),
        required=False,
        min_value=1,
        max_value=policies.MOST_H,
        help_text=_(
            'How old the last good backup may be. Volumes are judged by it; '
            'leave it empty to judge them by the settings.'
        ),
    )
    at_once = _number(
        _('At once on each back end'),
        'at_once',
        _('Over all tasks that say the same or less.'),
    )
    container = django_forms.CharField(
        label=_('Container'),
        required=False,
        max_length=255,
        help_text=_(
            'Bucket, pool or folder of the backup storage; leave it empty '
            'for the one of cinder-backup.'
        ),
    )
    enabled = django_forms.BooleanField(
        label=_('Enabled'),
        required=False,
        help_text=_(
            'It runs when it is due; until then it can be run by hand.'
        ),
    )
    #: Of what was shown as its preview.
    shown = django_forms.CharField(
        required=False, widget=django_forms.HiddenInput
    )
    #: That it was made from.
    version = django_forms.IntegerField(
        required=False, widget=django_forms.HiddenInput
    )

    def __init__(self, data=None, *, scope, policy=None):
        super().__init__(data, initial=_initial(policy))
        self.scope = scope
        self._policy = policy
        self._domain_id = policy and policy.domain_id
        # Its own is named, too, where this host does not know it any more.
        zones = schedule.zones() | {self.initial['time_zone']}
        self.fields['time_zone'].choices = [
            (name, name) for name in sorted(zones)
        ]
        self._offer_domains()
        if not scope.is_whole:
            self.fields['reach'].choices = [
                choice
                for choice in policies.Reach.choices
                if choice[0] != policies.Reach.DOMAIN
            ]
        for name, field in self.fields.items():
            if name != 'enabled':
                field.widget.attrs['class'] = 'form-control input-sm'

    def _offer_domains(self):
        if self._domain_id is not None:
            del self.fields['domain']
            return
        whole = [('', _('the whole cloud'))] if self.scope.is_whole else []
        field = self.fields['domain']
        field.choices = [*whole, *forms.domains(self.scope)[1:]]
        field.required = not self.scope.is_whole

    @property
    def domain_id(self) -> str:
        """Of a valid one."""
        if self._domain_id is not None:
            return self._domain_id
        return self.cleaned_data['domain']

    @property
    def digest(self) -> str:
        """Of what a valid one says."""
        said = [policies.written(self.told), self.domain_id]
        text = json.dumps(said, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    @property
    def is_shown(self) -> bool:
        """Whether its preview was shown of just this."""
        return self.cleaned_data['shown'] == self.digest

    def clean(self):
        given = super().clean()
        if self.errors:
            return given
        values = self._values(given)
        self.told = policies.Told(
            scope=policies.Scope(given['reach'], tuple(values)),
            **{
                name: given[name]
                for name in given.keys() & vars(policies.Told()).keys()
            },
        )
        for name, words in policies.problems(self.told):
            self.add_error('reach' if name == 'kind' else name, words)
        twin = self.twin
        if twin and (self._policy or policies.current(twin) != self.told):
            self.add_error(
                'name', _('There is another one of this name already.')
            )
        return given

    @property
    def twin(self) -> models.BackupPolicy | None:
        """Another policy of its domain that has its name.

        Says that the same as a new one, somebody has pressed twice.
        """
        rows = models.BackupPolicy.objects.filter(
            region=self.scope.region,
            domain_id=self.domain_id,
            name=self.told.name,
            removed_at=None,
        )
        if self._policy:
            rows = rows.exclude(pk=self._policy.pk)
        return rows.first()

    def _values(self, given) -> list[str]:
        lines = given['values'].replace('\0', '').splitlines()
        said = list(dict.fromkeys(line.strip() for line in lines))
        said = [line for line in said if line]
        if given['reach'] == policies.Reach.ALL:
            return []
        if given['reach'] in _LISTED and len(said) <= policies.MOST_VALUES:
            return list(self._ids(_LISTED[given['reach']], said))
        return said

    def _ids(self, of, said) -> Iterator[str]:
        """Of what the user may see: a name stands for one thing alone."""
        rows = getattr(self.scope, of)()
        if of == 'projects':
            rows = rows.filter(gone_at=None)
            domain_id = self._domain_id or self.cleaned_data.get('domain')
            if domain_id:
                rows = rows.filter(domain_id=domain_id)
        ids = set(rows.filter(id__in=said).values_list('id', flat=True))
        named = {}
        for name, id_ in rows.filter(name__in=said).values_list('name', 'id'):
            named.setdefault(name, []).append(id_)
        for line in said:
            found = [line] if line in ids else named.get(line, [])
            if len(found) == 1:
                yield found[0]
            else:
                words = (
                    _('More than one has the name %s: take its id.')
                    if found
                    else _('There is no %s.')
                )
                self.add_error('values', words % line)


def _initial(policy: models.BackupPolicy | None) -> dict:
    if policy is None:
        own = {'time_zone': timezone.get_current_timezone_name()}
        told = policies.Told()
    else:
        own = {'version': policy.version}
        told = policies.current(policy)
    return {
        **vars(told),
        'reach': told.scope.kind,
        'values': '\n'.join(told.scope.values),
        **own,
    }
