"""The tables of backups and service levels, and their exports' fields."""

import dataclasses

from django.utils.translation import gettext_lazy as _

from rey_dashboard.backups import tables as own
from rey_dashboard.inventory import levels
from rey_dashboard.inventory import models
from rey_dashboard.pages import leads
from rey_dashboard.pages import tables


def _by_chain(field):
    """The order of what is known of a backup beyond Cinder's row."""
    return leads.Lead(models.BackupChain, field, key='backup_id', of='id')


def _chain(name):
    return lambda row: row.chain and getattr(row.chain, name)


RECORDS = tables.Table(
    schema='rey.backup-records/1',
    noun=_('Backups'),
    columns=(
        tables.Column('name', _('Backup'), 'name'),
        tables.Column('status', _('Status'), 'status'),
        tables.Column('kind', _('Kind'), _by_chain('depth')),
        tables.Column('volume', _('Volume'), _by_chain('sort_volume')),
        tables.Column('project', _('Project'), _by_chain('sort_project')),
        tables.Column(
            'size',
            _('Size (GiB)'),
            'size_gib',
            numeric=True,
            hint=_(
                'As the quota counts it: an incremental backup with the '
                'size of its volume'
            ),
        ),
        tables.Column('objects', _('Objects'), 'object_count', numeric=True),
        tables.Column('data', _('Data of'), 'data_timestamp', numeric=True),
        tables.Column('created', _('Created'), 'created_at', numeric=True),
        tables.Column(
            'took',
            _('Took'),
            'took',
            numeric=True,
            hint=_(
                'Not known of those that others depend on: Cinder changes '
                'them later'
            ),
        ),
    ),
    fields=(
        tables.Field('backup_id', lambda row: row.id),
        *own.attributes('name', 'project_id'),
        *own.PROJECT_FIELDS,
        tables.Field('project_gone', _chain('project_gone')),
        *own.attributes('volume_id', 'volume_name'),
        tables.Field('volume_gone', _chain('volume_gone')),
        *own.attributes('snapshot_id', 'status', 'fail_reason', 'size_gib'),
        *own.attributes('object_count', 'is_incremental'),
        *own.attributes('has_dependent_backups'),
        tables.Field('depth', _chain('depth')),
        tables.Field(
            'parent_backup_id', lambda row: row.parent and row.parent[0]
        ),
        tables.Field('full_backup_id', lambda row: row.full_id),
        tables.Field('chain_problem', _chain('problem')),
        *own.attributes('container', 'zone', 'data_timestamp'),
        *own.attributes('created_at', 'updated_at'),
        tables.Field(
            'took_seconds',
            lambda row: (
                None if row.took is None else round(row.took.total_seconds())
            ),
        ),
        tables.Field('hold_reason', lambda row: row.hold and row.hold.reason),
        tables.Field('hold_until', lambda row: row.hold and row.hold.until),
    ),
    row_template='rey/backups/_record.html',
    sort='-created',
    ties=('name', 'id'),
)


def _item(name):
    return lambda row: row[name]


def _level_columns(label):
    return (
        tables.Column('name', label, 'sort_name'),
        *(
            tables.Column(
                str(span),
                _('Last %d days') % span,
                f'percent_{span}',
                numeric=True,
            )
            for span in levels.SPANS
        ),
    )


LEVELS = tables.Table(
    schema='rey.backup-levels/1',
    noun=_('Service level'),
    columns=_level_columns(_('Project')),
    fields=(
        *(
            tables.Field(name, _item(name))
            for name in (
                'project_id',
                'project_name',
                'domain_id',
                'domain_name',
            )
        ),
        *(
            field
            for span in levels.SPANS
            for field in (
                tables.Field(
                    f'last_{span}_days_percent', _item(f'percent_{span}')
                ),
                tables.Field(f'last_{span}_days_known', _item(f'days_{span}')),
            )
        ),
    ),
    row_template='rey/backups/_level.html',
    sort='7',
    ties=('percent_30', 'sort_name', 'project_id'),
)
LEVELS_OF_DOMAINS = dataclasses.replace(
    LEVELS,
    columns=_level_columns(_('Domain')),
    ties=('percent_30', 'sort_name', 'domain_id'),
)
