"""The lists of the Projects panel, and the fields of their exports."""

from collections.abc import Sequence
import dataclasses
import functools

from django.utils.translation import gettext_lazy as _

from rey_dashboard.inventory import domains
from rey_dashboard.inventory import hours
from rey_dashboard.inventory import models
from rey_dashboard.inventory import resources
from rey_dashboard.pages import leads
from rey_dashboard.pages import tables


def _of_quota(resource):
    unit = f'_{resource.unit}' if resource.unit else ''

    def field(column, attribute):
        def value(row):
            return row.quotas.get(resource.key, {}).get(attribute)

        return tables.Field(f'{resource.name}_{column}{unit}', value)

    if resource.key in resources.PER_THING:
        return [field('limit', 'limit')]
    fields = [field('used', 'in_use'), field('limit', 'limit')]
    if resource.service != resources.NETWORK:
        fields.append(field('reserved', 'reserved'))
    return fields


def _of_hours(measure):
    return tables.Field(measure, lambda row: row.hours[measure])


def _fullest(row):
    if not row.fullest_service:
        return None
    return f'{row.fullest_service}.{row.fullest_resource}'


def _of_backup(name, attribute):
    return tables.Field(
        name, lambda row: row.backup and getattr(row.backup, attribute)
    )


#: Every column of every resource, whatever the page shows.
PROJECT_FIELDS = (
    *(
        tables.attribute(name)
        for name in (
            'project_id',
            'name',
            'domain_id',
            'domain_name',
            'state',
            'contact',
            'servers_in_error',
        )
    ),
    *(field for resource in resources.ALL for field in _of_quota(resource)),
    tables.Field('fullest_quota', _fullest),
    tables.Field('fullest_quota_percent', lambda row: row.fullest_percent),
    *(_of_hours(measure) for measure in hours.MEASURES),
    tables.Field(
        'vcpus_change_in_a_week',
        lambda row: row.trend and row.trend.vcpus_change,
    ),
    _of_backup('backup_counted', 'counted'),
    _of_backup('backup_within', 'within'),
    _of_backup('backup_within_percent', 'percent'),
    _of_backup('backup_at_risk', 'at_risk'),
)


def projects(columns) -> tables.Table:
    return tables.Table(
        schema='rey.projects/1',
        noun=_('Projects'),
        columns=columns,
        fields=PROJECT_FIELDS,
        row_template='rey/projects/_row.html',
        sort='name',
        ties=('sort_name', 'project_id'),
    )


def domains_of(spans: Sequence[hours.Span]) -> tables.Table:
    used = {
        resource.name: resource
        for resource in resources.ALL
        if resource.name in domains.RESOURCES
    }
    return tables.Table(
        schema='rey.domains/1',
        noun=_('Domains'),
        columns=(
            tables.Column('name', _('Domain'), 'sort_name'),
            tables.Column('projects', _('Projects'), 'projects', numeric=True),
            tables.Column(
                'nearly_full',
                _('Over 90 %'),
                'projects_nearly_full',
                numeric=True,
                hint=_('Projects that use over 90 % of a quota'),
            ),
            tables.Column(
                'errors', _('In error'), 'servers_in_error', numeric=True
            ),
            *(
                tables.Column(
                    name, resource.label, f'{name}_used', numeric=True
                )
                for name, resource in used.items()
            ),
            tables.Column(
                'vcpu_hours',
                _('vCPU hours'),
                functools.partial(hours.of_domain, 'vcpu_hours', spans),
                numeric=True,
            ),
        ),
        fields=(
            *(
                tables.attribute(name)
                for name in (
                    'domain_id',
                    'name',
                    'projects',
                    'projects_nearly_full',
                    'servers_in_error',
                )
            ),
            *(
                field
                for name, resource in used.items()
                for field in _of_domain(name, resource.unit)
            ),
            *(_of_hours(measure) for measure in hours.MEASURES),
        ),
        row_template='rey/projects/_domain.html',
        sort='name',
        ties=('sort_name', 'domain_id'),
    )


def _of_domain(name, unit):
    end = f'_{unit}' if unit else ''
    for column in ('used', 'limit'):
        attribute = f'{name}_{column}'
        yield tables.Field(
            f'{attribute}{end}',
            lambda row, attribute=attribute: getattr(row, attribute),
        )


def _item(name, key=None):
    return tables.Field(name, lambda row: row[key or name])


#: Of many users, whose hours are added up beforehand.
BY_NAME = leads.Lead(models.User, 'name', key='id', of='user_id')
USERS = tables.Table(
    schema='rey.user-hours/1',
    noun=_('Users'),
    columns=(
        tables.Column('user', _('User'), 'user_name'),
        tables.Column('projects', _('Projects'), 'projects', numeric=True),
        tables.Column(
            'server_hours',
            _('Server hours'),
            'total_server_hours',
            numeric=True,
        ),
        tables.Column(
            'vcpu_hours', _('vCPU hours'), 'total_vcpu_hours', numeric=True
        ),
        tables.Column(
            'ram_mib_hours',
            _('RAM GiB hours'),
            'total_ram_mib_hours',
            numeric=True,
        ),
        tables.Column(
            'disk_gib_hours',
            _('Disk GiB hours'),
            'total_disk_gib_hours',
            numeric=True,
        ),
    ),
    fields=(
        _item('user_id'),
        _item('name', 'user_name'),
        _item('projects'),
        *(_item(measure, f'total_{measure}') for measure in hours.MEASURES),
    ),
    row_template='rey/projects/_user.html',
    sort='-vcpu_hours',
    ties=('user_id',),
)
USERS_READY = dataclasses.replace(
    USERS,
    columns=(
        dataclasses.replace(USERS.columns[0], order_by=BY_NAME),
        *USERS.columns[1:],
    ),
)


def _of_project(name):
    return lambda row: row.project and getattr(row.project, name)


QUOTAS = tables.Table(
    schema='rey.quotas/1',
    noun=_('Quotas'),
    columns=(
        tables.Column('project', _('Project')),
        tables.Column('service', _('Service'), 'service'),
        tables.Column('resource', _('Resource'), 'resource'),
        tables.Column('used', _('Used / limit'), 'in_use', numeric=True),
        tables.Column('reserved', _('Reserved'), 'reserved', numeric=True),
        tables.Column('percent', _('Use in %'), 'percent', numeric=True),
    ),
    fields=(
        tables.attribute('project_id'),
        tables.Field('project_name', _of_project('name')),
        tables.Field('domain_id', _of_project('domain_id')),
        tables.Field('domain_name', _of_project('domain_name')),
        *(
            tables.attribute(name)
            for name in (
                'service',
                'resource',
                'in_use',
                'reserved',
                'limit',
                'percent',
            )
        ),
    ),
    row_template='rey/projects/_quota.html',
    sort='-percent',
    ties=('project_id', 'service', 'resource'),
)
