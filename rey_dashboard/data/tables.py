from django.db.models import F
from django.utils.translation import gettext_lazy as _

from rey_dashboard.pages import tables

READINGS = tables.Table(
    schema='rey.readings/1',
    noun=_('Readings'),
    columns=(
        tables.Column(
            'started', _('Begun'), 'started_at', greatest_first=True
        ),
        tables.Column('part', _('Part'), 'name'),
        tables.Column('kind', _('Read'), 'kind'),
        tables.Column('outcome', _('Outcome'), 'outcome'),
        tables.Column(
            'took',
            _('Took'),
            lambda: F('ended_at') - F('started_at'),
            numeric=True,
        ),
        tables.Column('rows', _('Rows told'), 'rows', numeric=True),
        tables.Column('gone', _('Gone'), 'gone', numeric=True),
        tables.Column('calls', _('Calls'), 'calls', numeric=True),
        tables.Column('request', _('Request id')),
    ),
    fields=(
        tables.Field('part', lambda row: row.name),
        tables.attribute('region'),
        tables.Field('collection', lambda row: row.number),
        tables.attribute('kind'),
        tables.attribute('outcome'),
        tables.attribute('started_at'),
        tables.attribute('ended_at'),
        tables.Field('took_seconds', lambda row: row.took),
        tables.attribute('rows'),
        tables.attribute('gone'),
        tables.attribute('calls'),
        tables.attribute('error'),
        tables.attribute('note'),
        tables.attribute('request_id'),
    ),
    row_template='rey/data/_reading.html',
    sort='-started',
    ties=('name', 'id'),
)
