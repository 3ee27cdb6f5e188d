"""The tables of findings and of checks, and their exports' fields."""

from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from rey_dashboard.pages import tables


def attributes(*names):
    return (tables.attribute(name) for name in names)


FINDINGS = tables.Table(
    schema='rey.findings/1',
    noun=_('Findings'),
    columns=(
        tables.Column('finding', _('Finding'), 'title'),
        tables.Column('severity', _('Severity'), 'severity'),
        tables.Column('state', _('State')),
        tables.Column(
            'since',
            _('Since'),
            lambda: Coalesce('since', 'opened_at'),
            greatest_first=True,
        ),
        tables.Column('hits', _('Whom it hits'), 'hits', numeric=True),
        tables.Column('project', _('Project')),
        tables.Column('host', _('Host'), 'host'),
        tables.Column('check', _('Check'), 'check_name'),
        tables.Column('assignee', _('Assigned to'), 'assignee_name'),
    ),
    fields=(
        tables.Field('finding_id', lambda row: row.pk),
        tables.Field('title', lambda row: row.shown_title),
        tables.Field(
            'severity',
            lambda row: type(row).Severity(row.severity).name.lower(),
        ),
        *attributes('area', 'region'),
        tables.Field('check', lambda row: row.check_name),
        *attributes('subject', 'subject_name', 'project_id', 'project_name'),
        *attributes('host', 'hits', 'hits_what', 'evidence'),
        *attributes('since', 'first_seen_at', 'last_seen_at', 'opened_at'),
        *attributes('resolved_at', 'returns'),
        *attributes(
            'acknowledged_at', 'acknowledged_by_id', 'acknowledged_by_name'
        ),
        *attributes('snoozed_until', 'snooze_reason'),
        *attributes('snoozed_by_id', 'snoozed_by_name'),
        *attributes('assignee_id', 'assignee_name'),
    ),
    row_template='rey/today/_finding.html',
    sort='severity',
    ties=('-hits', 'opened_at', 'id'),
)

CHECKS = tables.Table(
    schema='rey.checks/1',
    noun=_('Checks'),
    columns=(
        tables.Column('check', _('Check'), 'label'),
        tables.Column('area', _('Area'), 'area'),
        tables.Column('state', _('State'), 'why_not'),
        tables.Column('looked', _('Looked'), 'looked_at', greatest_first=True),
        tables.Column(
            'good', _('Last good look'), 'last_good_at', greatest_first=True
        ),
        tables.Column('took', _('Took'), 'took_s', numeric=True),
        tables.Column('open', _('Open findings'), 'open', numeric=True),
    ),
    fields=(
        tables.Field('check', lambda row: row.name),
        *attributes('label', 'area'),
        tables.Field('not_looked_because', lambda row: row.why_not),
        *attributes('looked_at', 'last_good_at'),
        tables.Field('took_seconds', lambda row: row.took_s),
        tables.Field('found', lambda row: row.found),
        tables.Field('open_findings', lambda row: row.open),
    ),
    row_template='rey/today/_check.html',
    sort='area',
    ties=(),
)
