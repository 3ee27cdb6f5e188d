"""The tables of baselines, comparisons and points, and their exports."""

from collections.abc import Mapping

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from rey_dashboard.pages import tables
from rey_dashboard.verification import handing


def _attributes(*names):
    return (tables.attribute(name) for name in names)


def _of_row(name):
    def value(row: Mapping):
        return row[name]

    return tables.Field(name, value)


def _of_baseline(name, field):
    return tables.Field(name, lambda row: getattr(row.baseline, field))


_ASKED = (
    tables.Column('asked', _('Asked'), 'asked_at', greatest_first=True),
    tables.Column('who', _('Asked by'), 'asked_by_name'),
)
_TOOK = tables.Column(
    'took',
    _('Took'),
    lambda: F('ended_at') - F('started_at'),
    numeric=True,
)
_RUN = ('region', 'asked_by_id', 'asked_by_name', 'asked_at')
_TIMES = ('started_at', 'ended_at', 'stage', 'error')

BASELINES = tables.Table(
    schema='rey.baselines/1',
    noun=_('Baselines'),
    columns=(
        tables.Column('name', _('Name'), 'name'),
        *_ASKED,
        tables.Column('state', _('State')),
        tables.Column(
            'comparisons',
            _('Comparisons'),
            'number_of_comparisons',
            numeric=True,
        ),
        _TOOK,
    ),
    fields=(
        tables.Field('baseline_id', lambda row: row.pk),
        tables.Field('name', lambda row: row.name),
        *_attributes(*_RUN, *_TIMES),
        tables.Field('comparisons', lambda row: row.number_of_comparisons),
    ),
    row_template='rey/verification/_baseline.html',
    sort='-asked',
    ties=('-id',),
)

COMPARISONS = tables.Table(
    schema='rey.comparisons/1',
    noun=_('Comparisons'),
    columns=(
        *_ASKED,
        tables.Column('baseline', _('Compared with'), 'baseline__name'),
        tables.Column('result', _('Result'), 'failed', greatest_first=True),
        tables.Column('worse', _('Worse'), 'worse', numeric=True),
        tables.Column('passed', _('Passed'), 'passed', numeric=True),
        _TOOK,
    ),
    fields=(
        tables.Field('comparison_id', lambda row: row.pk),
        _of_baseline('baseline_id', 'pk'),
        _of_baseline('baseline_name', 'name'),
        *_attributes(*_RUN, *_TIMES),
        *_attributes('passed', 'failed', 'noted', 'unknown', 'worse'),
        *_attributes('sha256', 'html_sha256'),
    ),
    row_template='rey/verification/_comparison.html',
    sort='-asked',
    ties=('-id',),
)

#: Of one comparison; its page shows them in groups.
POINTS = tables.Table(
    schema=handing.SCHEMA,
    noun=_('Points'),
    columns=(),
    fields=tuple(
        _of_row(name)
        for name in (
            *('group', 'subject', 'change', 'result'),
            *('number', 'words', 'evidence'),
        )
    ),
    row_template='',
    sort='',
    ties=(),
)
