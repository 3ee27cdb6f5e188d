"""The table of exports of backups' records, and its export's fields."""

from django.utils.translation import gettext_lazy as _

from rey_dashboard.backups import tables as own
from rey_dashboard.pages import tables

EXPORTS = tables.Table(
    schema='rey.backup-exports/1',
    noun=_('Exports of records'),
    columns=(
        tables.Column('task', _('Export'), 'title'),
        tables.Column('ended', _('Made'), 'ended_at', greatest_first=True),
        tables.Column('who', _('Asked by'), 'asked_by_name'),
        tables.Column('records', _('Records'), 'done', numeric=True),
        tables.Column('failed', _('Failed'), 'failed', numeric=True),
        tables.Column('file', _('File')),
    ),
    fields=(
        tables.Field('task_id', lambda row: row.pk),
        *own.attributes('title', 'state', 'asked_by_id', 'asked_by_name'),
        *own.attributes('started_at', 'ended_at'),
        tables.Field('records', lambda row: row.done),
        tables.attribute('failed'),
        tables.Field('sealed', lambda row: row.sealed),
    ),
    row_template='rey/backups/_export.html',
    sort='-ended',
    ties=('-id',),
)
