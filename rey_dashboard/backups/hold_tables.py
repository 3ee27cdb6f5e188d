"""The table of holds, and the fields of its export."""

from django.utils.translation import gettext_lazy as _

from rey_dashboard.backups import tables as own
from rey_dashboard.inventory import models
from rey_dashboard.pages import leads
from rey_dashboard.pages import tables


def _backup(name):
    return lambda row: row.backup and getattr(row.backup, name)


def _name(row):
    return row.backup.name if row.backup else row.backup_name or None


HOLDS = tables.Table(
    schema='rey.backup-holds/1',
    noun=_('Holds'),
    columns=(
        tables.Column(
            'backup',
            _('Backup'),
            leads.Lead(models.Backup, 'name', key='id', of='backup_id'),
        ),
        tables.Column('volume', _('Volume')),
        tables.Column(
            'project',
            _('Project'),
            leads.Lead(models.ProjectSummary, 'sort_name'),
        ),
        tables.Column('reason', _('Why'), 'reason'),
        tables.Column('until', _('Until'), 'until'),
        tables.Column('who', _('Who'), 'who_name'),
        tables.Column('at', _('Since'), 'at', numeric=True),
    ),
    fields=(
        tables.Field('hold_id', lambda row: row.pk),
        tables.attribute('backup_id'),
        tables.Field('backup_name', _name),
        tables.Field('volume_id', _backup('volume_id')),
        tables.attribute('volume_name'),
        tables.attribute('project_id'),
        *own.PROJECT_FIELDS,
        *own.attributes('reason', 'until', 'at', 'who_id', 'who_name'),
        *own.attributes('ended_at', 'ended_by_id', 'ended_by_name'),
    ),
    row_template='rey/backups/_hold.html',
    sort='-at',
    ties=('backup_id', 'id'),
)
