from django.utils.translation import gettext_lazy as _

from rey_dashboard.pages import tables


def attributes(*names):
    return (tables.attribute(name) for name in names)


SERVICES = tables.Table(
    schema='rey.services/1',
    noun=_('Services'),
    columns=(
        tables.Column('name', _('Service'), 'name'),
        tables.Column('host', _('Host'), 'host'),
        tables.Column('state', _('State'), 'state'),
        tables.Column(
            'since',
            _('Seen so since'),
            'state_since',
            greatest_first=True,
            hint=_('As long as the dashboard has seen it so'),
        ),
        tables.Column('status', _('Status'), 'status'),
        tables.Column('report', _('Last report'), 'reported_at'),
        tables.Column('zone', _('Zone'), 'zone'),
    ),
    fields=(
        tables.Field('service_id', lambda row: row.id),
        *attributes('service', 'name', 'binary', 'host', 'zone'),
        *attributes('state', 'state_since', 'forced_down'),
        tables.Field('last_report_at', lambda row: row.reported_at),
        *attributes('status', 'status_since', 'disabled_reason'),
        *attributes('description', 'servers'),
    ),
    row_template='rey/services/_service.html',
    # What is down comes first, and among those alike what is disabled.
    sort='state',
    ties=('status', 'name', 'host', 'id'),
)
