from django import forms
from django.utils.translation import gettext_lazy as _

from rey_dashboard.backups import restore_over_kind
from rey_dashboard.backups import restore_sources
from rey_dashboard.inventory import models
from rey_dashboard.pages import naming
from rey_dashboard.tasks import asking


class _Asking(asking.AskForm):
    """Shows its fields as a grid.

    :cvar shown: names of the fields in their order
    """

    shown: tuple[str, ...] = ()

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        for name in self.shown:
            self.fields[name].widget.attrs['class'] = 'form-control input-sm'

    @property
    def rows(self):
        return [self[name] for name in self.shown if name in self.fields]


class _WithType(_Asking):
    """Asks for a volume type.

    :param scope: of the region whose types are offered
    """

    type = forms.ChoiceField(label=_('Type'), required=False)
    at_once = forms.IntegerField(
        label=_('At once'),
        min_value=1,
        max_value=100,
        help_text=_('Over all tasks that say the same or less.'),
    )

    def __init__(self, *args, scope, **more):
        super().__init__(*args, **more)
        self._scope = scope
        names = sorted(restore_sources.Types(scope.region).names)
        self.fields['type'].choices = [
            ('', _('As the volume has it, or the default')),
            *((name, name) for name in names),
        ]


class RestoreForm(_WithType):
    """What is to become of the new volumes.

    :param one: the only source, where there is only one
    """

    shown = ('name', 'type', 'size_gib', 'at_once')

    name = forms.CharField(
        label=_('Name of the new volume'),
        required=False,
        max_length=255,
        help_text=_('Empty: the name of the old one.'),
    )
    size_gib = forms.IntegerField(
        label=_('Size (GiB)'), required=False, max_value=1_000_000
    )

    def __init__(self, *args, one: restore_sources.Source | None, **more):
        super().__init__(*args, **more)
        self.fields['at_once'].initial = 2
        if one is None:
            # Of several these would be those of all.
            del self.fields['name'], self.fields['size_gib']
            return
        self.fields['name'].widget.attrs['placeholder'] = one.name
        size = self.fields['size_gib']
        size.initial = size.min_value = one.backup.size_gib
        size.widget.attrs['min'] = one.backup.size_gib
        size.validators.append(
            forms.fields.validators.MinValueValidator(one.backup.size_gib)
        )
        del self.fields['at_once']


class RestoreOverForm(_Asking):
    """Which volume is written over.

    :param source: whose project's volumes can be named
    :ivar row: the volume that was named
    """

    shown = ('volume',)

    volume = forms.CharField(
        label=_('Volume to write over (name or id)'), max_length=255
    )

    def __init__(self, *args, source, **more):
        super().__init__(*args, **more)
        self._source = source
        self.row: models.Volume | None = None

    def clean_volume(self):
        named = self.cleaned_data['volume']
        backup = self._source.backup
        rows = models.Volume.objects.filter(
            region=backup.region, project_id=backup.project_id
        )
        found = list(rows.filter(id=named)[:1])
        found = found or list(rows.filter(name=named)[:2])
        if len(found) != 1:
            raise forms.ValidationError(
                _('Several volumes have this name: give the id.')
                if found
                else _(
                    'The project of the backup has no volume of this name or '
                    'id.'
                )
            )
        self.row = found[0]
        refused = restore_over_kind.refused(self._source, self.row)
        if refused:
            remedy = restore_over_kind.remedy(self.row)
            raise forms.ValidationError(f'{refused} {remedy}'.strip())
        return named


class ProveForm(_WithType):
    """Where backups are proven.

    :ivar project: that was named; none for each backup's own
    """

    shown = ('project', 'type', 'at_once')

    project = forms.CharField(
        label=_('Scratch project (name or id)'),
        required=False,
        max_length=255,
        help_text=_(
            'There the volumes are made, and its quota pays while they are '
            'there. The service user needs the role admin in it. Empty: each '
            'in the project of its own backup.'
        ),
    )

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        self.fields['at_once'].initial = 1
        self.project: models.ProjectSummary | None = None

    def clean_project(self):
        named = self.cleaned_data['project']
        if named:
            self.project = naming.project(self._scope, named)
        return named
