"""The table of what would be deleted, and the fields of its export."""

from django.utils.translation import gettext_lazy as _

from rey_dashboard.backups import tables as own
from rey_dashboard.pages import tables

GOING = tables.Table(
    schema='rey.backup-pruning/1',
    noun=_('Backups that would be deleted'),
    columns=(
        tables.Column('name', _('Backup'), 'name'),
        tables.Column('volume', _('Volume'), 'volume_name'),
        tables.Column('project', _('Project'), 'project_name'),
        tables.Column('policy', _('Policy'), 'policy_name'),
        tables.Column('reason', _('Why it goes'), 'reason_words'),
        tables.Column(
            'size',
            _('Frees (GiB)'),
            'size_gib',
            numeric=True,
            hint=_(
                'As the quota counts it: an incremental backup with the '
                'size of its volume'
            ),
        ),
        tables.Column('data', _('Data of'), 'data_at', numeric=True),
    ),
    fields=(
        tables.Field('backup_id', lambda row: row.backup.id),
        tables.Field('backup_name', lambda row: row.backup.name),
        tables.Field('volume_id', lambda row: row.backup.volume_id),
        tables.attribute('volume_name'),
        tables.attribute('project_id'),
        *own.PROJECT_FIELDS,
        tables.Field('policy_id', lambda row: row.policy and row.policy.pk),
        tables.Field(
            'policy_name', lambda row: row.policy and row.policy.name
        ),
        tables.Field('reason', lambda row: row.reason.value),
        tables.attribute('size_gib'),
        tables.Field('data_timestamp', lambda row: row.data_at),
    ),
    row_template='rey/backups/_going.html',
    sort='volume',
    ties=(),
)
