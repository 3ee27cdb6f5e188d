"""What was found, as a table, and the fields of its export."""

import dataclasses

from django.utils.translation import gettext_lazy as _

from rey_dashboard.inventory import looking_up
from rey_dashboard.pages import tables

#: How good a hit is, in an export.
RANKS = {
    looking_up.EXACT: 'whole',
    looking_up.BEGIN: 'beginning',
    looking_up.PART: 'part',
}


@dataclasses.dataclass(frozen=True)
class _Table(tables.Table):
    """It has its one order: the best hits first, then by name."""

    def headers(self, sort):
        return [
            {'column': column, 'next': '', 'aria': 'none'}
            for column in self.columns
        ]


def _told(name):
    return lambda row: row.told and getattr(row.told, name)


FOUND = _Table(
    schema='rey.found/1',
    noun=_('What was found'),
    columns=(
        tables.Column('name', _('Name')),
        tables.Column('state', _('State')),
        tables.Column('project', _('Project')),
        tables.Column('host', _('Host')),
        tables.Column('horizon', _('Page')),
    ),
    fields=(
        tables.Field('kind', lambda row: row.hit.kind),
        tables.Field('id', lambda row: row.hit.id),
        tables.Field('name', lambda row: row.name),
        tables.Field('match', lambda row: RANKS[row.hit.rank]),
        tables.Field('words', lambda row: row.words),
        tables.Field('state', _told('state')),
        tables.Field('project_id', _told('project_id')),
        tables.Field('project_name', _told('project_name')),
        tables.Field('domain_id', _told('domain_id')),
        tables.Field('domain_name', _told('domain_name')),
        tables.Field('host', _told('host')),
    ),
    row_template='rey/find/_row.html',
    sort='',
    ties=(),
)
