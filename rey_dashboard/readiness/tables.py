"""The tables of endpoints, runs and points, and their exports' fields."""

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from rey_dashboard.pages import tables


def _attributes(*names):
    return (tables.attribute(name) for name in names)


def _of_probe(field, name=''):
    return tables.Field(
        field, lambda row: row.probe and getattr(row.probe, name or field)
    )


ENDPOINTS = tables.Table(
    schema='rey.endpoints/1',
    noun=_('Endpoints'),
    columns=(
        tables.Column('service', _('Service'), 'service_type'),
        tables.Column('interface', _('Interface'), 'interface'),
        tables.Column('region', _('Region'), 'in_region'),
        tables.Column('url', _('Address in the catalog'), 'url'),
        tables.Column('state', _('State'), 'place_in_order'),
        tables.Column('took', _('Took (ms)'), 'seconds', numeric=True),
        tables.Column('version', _('Version')),
        tables.Column(
            'certificate',
            _('Certificate: days left'),
            'cert_days',
            numeric=True,
        ),
    ),
    fields=(
        tables.Field('endpoint_id', lambda row: row.id),
        *_attributes('service_type', 'service_name', 'interface'),
        *_attributes('in_region', 'url', 'enabled'),
        tables.Field('state', lambda row: str(row.state.value)),
        *(_of_probe(name) for name in ('asked_at', 'status', 'seconds')),
        _of_probe('usual_seconds', 'usual_s'),
        *(_of_probe(name) for name in ('error', 'good_at', 'failing_since')),
        _of_probe('clock_ahead_seconds', 'skew_s'),
        *(
            _of_probe(name)
            for name in ('version', 'least_microversion', 'most_microversion')
        ),
        _of_probe('certificate_subject', 'cert_subject'),
        _of_probe('certificate_names', 'cert_names'),
        _of_probe('certificate_issuer', 'cert_issuer'),
        _of_probe('certificate_ends_at', 'cert_not_after'),
        _of_probe('certificate_days', 'cert_days'),
        _of_probe('certificate_self_signed', 'cert_self_signed'),
        _of_probe('certificate_verifies', 'cert_verifies'),
        _of_probe('certificate_why_not', 'cert_why'),
        _of_probe('certificate_name_matches', 'cert_name_matches'),
    ),
    row_template='rey/readiness/_endpoint.html',
    sort='state',
    ties=(),
)

HOSTS = tables.Table(
    schema='rey.compute-hosts/1',
    noun=_('Compute hosts'),
    columns=(
        tables.Column('host', _('Host'), 'name'),
        tables.Column('zone', _('Zone'), 'zone'),
        tables.Column('state', _('State'), 'place_in_order'),
        tables.Column('registered', _('Registered')),
        tables.Column('mapped', _('Mapped')),
        tables.Column('up', _('Up')),
        tables.Column('aggregates', _('Aggregates')),
        tables.Column('test', _('Test server')),
    ),
    fields=(
        tables.Field('host', lambda row: row.name),
        tables.Field('service_id', lambda row: row.service.id),
        tables.Field('zone', lambda row: row.zone),
        tables.Field('state', lambda row: str(row.state.value)),
        tables.Field(
            'lacks', lambda row: [str(one.value) for one in row.lacks]
        ),
        tables.Field('reported_at', lambda row: row.service.reported_at),
        tables.Field(
            'hypervisor_id', lambda row: row.hypervisor and row.hypervisor.id
        ),
        tables.Field('in_placement', lambda row: row.has_provider),
        tables.Field('service_state', lambda row: row.service.state),
        tables.Field('service_status', lambda row: row.service.status),
        tables.Field('aggregates', lambda row: row.aggregates),
        tables.Field('test_task_id', lambda row: row.test and row.test.pk),
        tables.Field('test_state', lambda row: row.test and row.test.state),
        tables.Field(
            'test_ended_at', lambda row: row.test and row.test.ended_at
        ),
    ),
    row_template='rey/readiness/_host.html',
    sort='state',
    ties=(),
)

RUNS = tables.Table(
    schema='rey.readiness-runs/1',
    noun=_('Runs'),
    columns=(
        tables.Column('asked', _('Asked'), 'asked_at', greatest_first=True),
        tables.Column('who', _('Asked by'), 'asked_by_name'),
        tables.Column('result', _('Result'), 'failed', greatest_first=True),
        tables.Column('passed', _('Passed'), 'passed', numeric=True),
        tables.Column('unknown', _('Not known'), 'unknown', numeric=True),
        tables.Column(
            'took',
            _('Took'),
            lambda: F('ended_at') - F('started_at'),
            numeric=True,
        ),
    ),
    fields=(
        tables.Field('run_id', lambda row: row.pk),
        *_attributes('region', 'asked_by_id', 'asked_by_name', 'asked_at'),
        *_attributes('started_at', 'ended_at', 'stage'),
        *_attributes('passed', 'failed', 'unknown', 'error'),
    ),
    row_template='rey/readiness/_run.html',
    sort='-asked',
    ties=('-id',),
)

#: Of one run; its page shows them in groups.
POINTS = tables.Table(
    schema='rey.readiness/1',
    noun=_('Points'),
    columns=(),
    fields=(
        *_attributes('run_id', 'run_ended_at', 'group', 'key', 'subject'),
        *_attributes('result', 'words', 'evidence'),
    ),
    row_template='',
    sort='',
    ties=(),
)
