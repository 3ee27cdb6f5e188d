"""The columns that the Projects page offers, and what it shows at first."""

from collections.abc import Iterable
from collections.abc import Sequence
import functools

from django.db.models import F
from django.db.models import Value
from django.db.models.functions import NullIf
from django.utils.translation import gettext_lazy as _

from rey_dashboard.inventory import hours
from rey_dashboard.inventory import models
from rey_dashboard.inventory import resources
from rey_dashboard.pages import leads
from rey_dashboard.pages import tables

NAME = tables.Column('name', _('Project'), 'sort_name', kind='name')
#: Always the first column.
FIXED = (NAME.name,)
USUAL = (
    'name',
    'servers',
    'vcpus',
    'ram',
    'volumes',
    'storage',
    'fullest',
    'vcpu_hours',
    'trend',
)


def offered(
    spans: Sequence[hours.Span], volume_types: Iterable[resources.Resource]
) -> tuple[tables.Column, ...]:
    """All columns in their order; hours are those of the spans."""
    of_hours = functools.partial(_of_hours, spans)
    return (
        NAME,
        *(_of_quota(resource) for resource in resources.ALL),
        *(_of_quota(resource) for resource in volume_types),
        tables.Column(
            'fullest',
            _('Fullest quota'),
            'fullest_percent',
            numeric=True,
            kind='fullest',
            hint=_('The quota that is used most, of all services'),
        ),
        of_hours('server_hours', _('Server hours')),
        of_hours('vcpu_hours', _('vCPU hours')),
        of_hours('ram_mib_hours', _('RAM GiB hours'), 'mib'),
        of_hours('disk_gib_hours', _('Disk GiB hours')),
        tables.Column(
            'trend',
            _('vCPUs, 30 days'),
            leads.Lead(models.Trend, 'vcpus_change'),
            numeric=True,
            kind='trend',
            hint=_(
                'Mean of each day, and the change since a week ago; '
                'it sorts by the change'
            ),
        ),
        tables.Column(
            'errors',
            _('In error'),
            'servers_in_error',
            numeric=True,
            kind='errors',
            hint=_('Servers in state ERROR'),
        ),
        tables.Column(
            'backup',
            _('Backup'),
            leads.Lead(models.ProjectCoverage, 'percent'),
            numeric=True,
            kind='backup',
            hint=_('Volumes whose last good backup is within its target'),
        ),
        tables.Column(
            'domain',
            _('Domain'),
            functools.partial(_told, 'domain_name'),
            kind='domain',
        ),
        tables.Column(
            'contact',
            _('Contact'),
            functools.partial(_told, 'contact'),
            kind='contact',
        ),
        tables.Column('state', _('State'), 'state', kind='state'),
    )


def _of_quota(resource):
    per_thing = resource.key in resources.PER_THING
    return tables.Column(
        resource.name,
        resource.label,
        leads.Lead(
            models.Quota,
            'limit' if per_thing else 'in_use',
            where=(
                ('service', resource.service),
                ('resource', resource.resource),
            ),
        ),
        numeric=True,
        kind='limit' if per_thing else f'quota {resource.unit}'.strip(),
    )


def _of_hours(spans, measure, label, unit=''):
    return tables.Column(
        measure,
        label,
        _by_hours(measure, spans),
        numeric=True,
        kind=f'hours {unit}'.strip(),
    )


def _by_hours(measure, spans):
    if len(spans) != 1 or not spans[0].ready:
        return functools.partial(hours.of_project, measure, spans)
    days = spans[0].days
    return leads.Lead(
        models.PeriodHours,
        measure,
        key='owner_id',
        where=(
            ('first', days.first),
            ('last', days.last),
            ('kind', hours.KINDS.PROJECT),
        ),
        or_zero=True,
    )


def _told(field):
    """Nothing sorts like what is not known: last."""
    return NullIf(F(field), Value(''))
