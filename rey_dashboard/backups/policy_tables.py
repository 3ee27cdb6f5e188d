"""The tables of policies and of one's runs, and their exports' fields."""

from django.utils.translation import gettext_lazy as _

from rey_dashboard.backups import tables as own
from rey_dashboard.pages import tables


def _told(name):
    return lambda row: getattr(row.told, name)


def _last(name):
    return lambda row: row.last and getattr(row.last, name)


def _task_state(name):
    """Of a run's task, which may be deleted."""

    def state(row):
        run = row.last if name == 'last' else row
        return run and run.task and run.task.state

    return state


POLICIES = tables.Table(
    schema='rey.backup-policies/1',
    noun=_('Policies'),
    columns=(
        tables.Column('name', _('Policy'), 'name'),
        tables.Column('scope', _('Backs up')),
        tables.Column('next', _('Next run'), 'next_at'),
        tables.Column('method', _('Method')),
        tables.Column('keep', _('Keeps')),
        tables.Column('volumes', _('Volumes'), 'volumes', numeric=True),
        tables.Column('gib', _('GiB'), 'gib', numeric=True),
        tables.Column('last', _('Last run')),
        tables.Column('enabled', _('Enabled'), 'enabled', greatest_first=True),
    ),
    fields=(
        tables.Field('policy_id', lambda row: row.pk),
        *own.attributes('name', 'domain_id', 'enabled', 'version'),
        tables.Field('scope', lambda row: row.told.scope.kind),
        tables.Field('scope_values', lambda row: list(row.told.scope.values)),
        tables.Field('cron', _told('cron')),
        tables.Field('time_zone', _told('time_zone')),
        tables.Field('window_minutes', _told('window_min')),
        tables.Field('method', _told('method')),
        tables.Field('full_every', _told('full_every')),
        tables.Field('target_hours', _told('target_h')),
        tables.Field('container', _told('container')),
        tables.Field('keep_last', _told('keep_last')),
        tables.Field('keep_days', _told('keep_days')),
        tables.Field('at_once', _told('at_once')),
        *own.attributes('volumes'),
        tables.Field('size_gib', lambda row: row.gib),
        *own.attributes('next_at'),
        tables.Field('last_due_at', _last('due_at')),
        tables.Field('last_state', _last('state')),
        tables.Field('last_task_id', _last('task_id')),
        tables.Field('last_task_state', _task_state('last')),
        *own.attributes('removed_at'),
    ),
    row_template='rey/backups/_policy.html',
    sort='name',
    ties=('id',),
)

RUNS = tables.Table(
    schema='rey.backup-policy-runs/1',
    noun=_('Runs'),
    columns=(
        tables.Column('due', _('Due'), 'due_at', greatest_first=True),
        tables.Column('state', _('State'), 'state'),
        tables.Column('task', _('Task'), 'task'),
        tables.Column('note', _('Remarks')),
        tables.Column('pruning', _('Deleting')),
        tables.Column('version', _('Version'), 'version', numeric=True),
    ),
    fields=(
        *own.attributes('due_at', 'state', 'seen_at', 'version', 'task_id'),
        tables.Field('task_state', _task_state('task')),
        tables.Field('volumes_left_out', lambda row: row.left_out),
        tables.Field('pruning_task_id', lambda row: row.pruning_id),
        *own.attributes('note'),
    ),
    row_template='rey/backups/_policy_run.html',
    sort='-due',
    ties=('-id',),
)
