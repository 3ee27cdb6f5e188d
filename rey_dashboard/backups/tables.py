"""The tables of projects and volumes, and the fields of their exports."""

from django.utils.translation import gettext_lazy as _

from rey_dashboard.inventory import models
from rey_dashboard.pages import leads
from rey_dashboard.pages import protection
from rey_dashboard.pages import tables


def _project(name):
    """A field of the row's project, which may be gone."""
    return lambda row: row.project and getattr(row.project, name)


def attributes(*names):
    return (tables.attribute(name) for name in names)


PROJECT_FIELDS = (
    tables.Field('project_name', _project('name')),
    tables.Field('domain_id', _project('domain_id')),
    tables.Field('domain_name', _project('domain_name')),
)
_TARGET = (
    tables.Field('target_hours', lambda row: row.target_h),
    tables.attribute('target_source'),
)
_FAILURES = tables.Field('failures_7_days', lambda row: row.failures_7d)

PROJECTS = tables.Table(
    schema='rey.backup-projects/1',
    noun=_('Projects'),
    columns=(
        tables.Column(
            'project',
            _('Project'),
            leads.Lead(models.ProjectSummary, 'sort_name'),
        ),
        tables.Column('volumes', _('Volumes'), 'volumes', numeric=True),
        tables.Column(
            'within',
            _('Within target'),
            'percent',
            numeric=True,
            hint=_('Volumes with a good backup that is young enough'),
        ),
        tables.Column(
            'within_gib', _('GiB within'), 'within_gib', numeric=True
        ),
        tables.Column('oldest', _('Oldest good backup'), 'oldest_good_at'),
        tables.Column(
            'at_risk',
            _('State'),
            'at_risk',
            greatest_first=True,
            hint=_('It sorts by the volumes at risk'),
        ),
        tables.Column(
            'failures', _('Failures, 7 days'), 'failures_7d', numeric=True
        ),
        tables.Column('held', _('GiB held'), 'held_gib', numeric=True),
        tables.Column(
            'snapshots',
            _('Snapshots'),
            'snapshots',
            numeric=True,
            hint=_('They are no backups: they live with the volume'),
        ),
    ),
    fields=(
        tables.attribute('project_id'),
        *PROJECT_FIELDS,
        tables.Field('contact', _project('contact')),
        *attributes('volumes'),
        tables.Field('size_gib', lambda row: row.gib),
        *attributes('counted', 'within', 'within_gib'),
        tables.Field('within_percent', lambda row: row.percent),
        *attributes(*(state.value for state in protection.ORDER)),
        *attributes('at_risk', 'at_risk_gib', 'oldest_good_at'),
        *attributes('failing_since', 'fail_reason'),
        _FAILURES,
        *attributes('backups', 'held_gib', 'snapshots'),
        *_TARGET,
    ),
    row_template='rey/backups/_project.html',
    sort='-at_risk',
    ties=('-at_risk_gib', 'project_id'),
)

VOLUMES = tables.Table(
    schema='rey.backup-volumes/1',
    noun=_('Volumes'),
    columns=(
        tables.Column('name', _('Volume'), 'sort_name'),
        tables.Column('state', _('State'), 'severity'),
        tables.Column('size', _('Size (GiB)'), 'size_gib', numeric=True),
        tables.Column('type', _('Type'), 'type'),
        tables.Column('last_good', _('Last good backup'), 'last_good_at'),
        tables.Column(
            'proven',
            _('Proven on'),
            leads.Lead(
                models.ProvenVolume, 'at', key='volume_id', of='volume_id'
            ),
            greatest_first=True,
            hint=_(
                'A drill restored a backup of it elsewhere, and checked it'
            ),
        ),
        tables.Column('last_try', _('Last try'), 'last_try_at'),
        tables.Column('target', _('Target'), 'target_h'),
        tables.Column('failing', _('Failing since'), 'failing_since'),
        tables.Column('backups', _('Backups'), 'backups', numeric=True),
        tables.Column('held', _('GiB held'), 'held_gib', numeric=True),
        tables.Column(
            'snapshots',
            _('Snapshots'),
            'snapshots',
            numeric=True,
            hint=_('They are no backups: they live with the volume'),
        ),
    ),
    fields=(
        *attributes('volume_id', 'name', 'project_id'),
        *PROJECT_FIELDS,
        *attributes('state', 'within', 'status', 'size_gib'),
        *attributes('type', 'back_end'),
        tables.Field(
            'server_ids', lambda row: [id_ for id_, _n in row.servers]
        ),
        tables.Field(
            'server_names', lambda row: [name for _id, name in row.servers]
        ),
        tables.attribute('last_good_at'),
        tables.Field('last_good_backup_id', lambda row: row.last_good_id),
        tables.Field('last_good_backup_name', lambda row: row.last_good_name),
        tables.Field('proven_at', lambda row: row.proven and row.proven.at),
        tables.Field(
            'proven_backup_id',
            lambda row: row.proven and row.proven.backup_id,
        ),
        tables.attribute('last_try_at'),
        *_TARGET,
        *attributes('failing_since', 'fail_reason'),
        _FAILURES,
        *attributes('backups', 'held_gib', 'snapshots'),
    ),
    row_template='rey/backups/_volume.html',
    sort='state',
    ties=('-size_gib', 'sort_name', 'volume_id'),
)
