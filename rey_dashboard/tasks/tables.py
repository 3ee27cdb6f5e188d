"""The tables of tasks and of one task's steps, and their exports' fields."""

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from rey_dashboard.pages import tables


def attributes(*names):
    return (tables.attribute(name) for name in names)


TASKS = tables.Table(
    schema='rey.tasks/1',
    noun=_('Tasks'),
    columns=(
        tables.Column('task', _('Task'), 'title'),
        tables.Column('state', _('State'), 'state'),
        tables.Column('who', _('Asked by'), 'asked_by_name'),
        tables.Column('assignee', _('Assigned to'), 'assignee_name'),
        tables.Column(
            'planned', _('Planned'), 'planned_at', greatest_first=True
        ),
        tables.Column(
            'started', _('Started'), 'started_at', greatest_first=True
        ),
        tables.Column(
            'took',
            _('Took'),
            lambda: F('ended_at') - F('started_at'),
            numeric=True,
        ),
        tables.Column('estimate', _('Estimate'), 'estimate_s', numeric=True),
    ),
    fields=(
        tables.Field('task_id', lambda row: row.pk),
        *attributes('title', 'kind', 'state', 'region', 'domain_id'),
        *attributes('asked_by_id', 'asked_by_name'),
        *attributes('assignee_id', 'assignee_name'),
        *attributes('planned_at', 'started_at', 'ended_at'),
        tables.Field('steps', lambda row: row.total),
        *attributes('done', 'failed', 'cancelled'),
        tables.Field('estimate_seconds', lambda row: row.estimate_s),
        tables.Field('undo_of_task_id', lambda row: row.undo_of_id),
    ),
    row_template='rey/tasks/_task.html',
    sort='-planned',
    ties=('-id',),
)

STEPS = tables.Table(
    schema='rey.task-steps/1',
    noun=_('Steps'),
    columns=(
        tables.Column('number', '#', 'number', numeric=True),
        tables.Column('target', _('Of'), 'target_name'),
        tables.Column('service', _('Service'), 'service'),
        tables.Column('change', _('Before → after')),
        tables.Column('state', _('State'), 'state'),
        tables.Column(
            'took',
            _('Took'),
            lambda: F('ended_at') - F('started_at'),
            numeric=True,
        ),
    ),
    fields=(
        *attributes('number', 'target', 'target_name', 'service', 'state'),
        *attributes('before', 'after', 'flags', 'attempts'),
        *attributes('error', 'remedy', 'request_id', 'error_request_id'),
        *attributes('started_at', 'ended_at'),
    ),
    row_template='rey/tasks/_step.html',
    sort='number',
    ties=('number',),
)
