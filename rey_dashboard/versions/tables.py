"""The tables of the Versions page, and their exports' fields."""

from django.utils.translation import gettext_lazy as _

from rey_dashboard.inventory import releases
from rey_dashboard.pages import tables


def _attributes(*names):
    return (tables.attribute(name) for name in names)


def _of_probe(field):
    return tables.Field(
        field, lambda row: row.probe and getattr(row.probe, field)
    )


def _number_of(project):
    def told(row):
        numbers = row.release.numbers.get(project, ())
        return ['.'.join(map(str, number)) for number in numbers]

    return tables.Field(f'{project}_number', told)


ENDPOINTS = tables.Table(
    schema='rey.versions/1',
    noun=_('Endpoints'),
    columns=(
        tables.Column('service', _('Service'), 'service_type'),
        tables.Column('interface', _('Interface'), 'interface'),
        tables.Column('region', _('Region'), 'in_region'),
        tables.Column('version', _('API')),
        tables.Column('range', _('Microversions')),
        tables.Column(
            'release',
            _('Release'),
            'place',
            hint=_('The releases that have this number'),
        ),
        tables.Column('asked', _('Asked')),
    ),
    fields=(
        tables.Field('endpoint_id', lambda row: row.id),
        *_attributes('service_type', 'service_name', 'interface'),
        *_attributes('in_region', 'url'),
        *(_of_probe(name) for name in ('asked_at', 'version')),
        *map(_of_probe, ('least_microversion', 'most_microversion')),
        tables.Field(
            'releases', lambda row: [one.id for one in row.meaning.meant]
        ),
        tables.Field('beyond', lambda row: row.meaning.beyond),
    ),
    row_template='rey/versions/_endpoint.html',
    sort='service',
    ties=(),
)

RELEASES = tables.Table(
    schema='rey.releases/1',
    noun=_('Releases'),
    columns=(
        tables.Column('release', _('Release'), 'place', greatest_first=True),
        tables.Column('here', _('Here')),
        tables.Column('state', _('State')),
        tables.Column(
            'released', _('Released'), 'released', greatest_first=True
        ),
        tables.Column('ends', _('Maintained until'), 'maintained_until'),
        tables.Column('end', _('End of life'), 'end_of_life'),
        tables.Column('source', _('Source')),
    ),
    fields=(
        tables.Field('release', lambda row: row.release.id),
        tables.Field('name', lambda row: row.release.name),
        *_attributes('fits'),
        tables.Field('slurp', lambda row: row.release.is_slurp),
        tables.Field('status', lambda row: row.status.value),
        *_attributes('released', 'maintained_until', 'end_of_life'),
        *(_number_of(project) for project in releases.PROJECTS),
        tables.Field('source', lambda row: row.release.source),
        tables.Field('source_of', lambda row: row.release.as_of),
    ),
    row_template='rey/versions/_release.html',
    sort='-release',
    ties=(),
)

CHANGES = tables.Table(
    schema='rey.release-changes/1',
    noun=_('What the next releases drop or require'),
    columns=(
        tables.Column('seen', _('Seen here'), 'order'),
        tables.Column('release', _('Release'), 'place'),
        tables.Column('what', _('What')),
        tables.Column('source', _('Source')),
    ),
    fields=(
        tables.Field('release', lambda row: row.change.release.id),
        tables.Field('kind', lambda row: row.change.kind),
        tables.Field('name', lambda row: row.change.name),
        tables.Field('least', lambda row: row.change.least),
        *_attributes('words', 'seen', 'names'),
        tables.Field('source', lambda row: row.change.source),
        tables.Field('source_of', lambda row: row.change.as_of),
    ),
    row_template='rey/versions/_change.html',
    sort='seen',
    ties=(),
)

HYPERVISORS = tables.Table(
    schema='rey.hypervisors/1',
    noun=_('Hypervisors'),
    columns=(
        tables.Column('type', _('Hypervisor'), 'type'),
        tables.Column('version', _('Version'), 'version'),
        tables.Column('hosts', _('Hosts'), 'number', numeric=True),
        tables.Column('up', _('Up'), 'up', numeric=True),
        tables.Column('enabled', _('Enabled'), 'enabled', numeric=True),
        tables.Column('names', _('Which')),
    ),
    fields=(
        *_attributes('type'),
        tables.Field('version', lambda row: row.version_told),
        tables.Field('version_number', lambda row: row.version),
        tables.Field('hosts', lambda row: row.number),
        *_attributes('up', 'enabled', 'names'),
    ),
    row_template='rey/versions/_hypervisor.html',
    sort='type',
    ties=(),
)
