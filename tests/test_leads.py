"""Orders that another table's index gives: the same as the database's own."""

import datetime
import random

import pytest

from rey_dashboard.inventory import hour_sums
from rey_dashboard.inventory import hours
from rey_dashboard.inventory import models
from rey_dashboard.pages import leads
from rey_dashboard.pages import tables
from rey_dashboard.projects import columns
from tests import factory

pytestmark = pytest.mark.django_db

COUNT, SIZE = 40, 7
DAY = datetime.date(2026, 1, 2)
SPANS = (hours.Span(hour_sums.Period(DAY, DAY), ready=True),)
COLUMNS = columns.offered(SPANS, ())
TABLE = tables.Table(
    schema='x',
    noun='x',
    columns=COLUMNS,
    fields=(),
    row_template='x',
    sort='name',
    ties=('project_id',),
)
LED = {
    column.name: column.order_by
    for column in COLUMNS
    if isinstance(column.order_by, leads.Lead)
}
NUMBERS = {'within': 0, 'within_gib': 0, 'gib': 0, 'volumes': 1, 'counted': 1}


@pytest.fixture
def rows():
    """Projects of which some have a number, some none, some no row."""
    drawn = random.Random(3)
    for number in range(COUNT):
        project_id = f'{number:02}'
        factory.summary(project_id)
        for lead in {id(lead): lead for lead in LED.values()}.values():
            value = drawn.choice([None, 0, 1, 2, 3])
            if value is not None:
                write(lead, project_id, value)
    # Another cloud's, and one that is no row of the page.
    for lead in LED.values():
        write(lead, '01', 9, region='elsewhere')
        write(lead, 'hidden', 9)
    return models.ProjectSummary.objects.filter(region=factory.REGION)


def write(lead, project_id, value, region=factory.REGION):
    columns = {
        'region': region,
        lead.key: project_id,
        **dict(lead.where),
    }
    fields = {field.name for field in lead.model._meta.concrete_fields}
    rest = dict.fromkeys(hours.MEASURES, 0) | NUMBERS
    rest |= {'seen': 1, 'projects': 1}
    rest = {name: rest[name] for name in rest if name in fields}
    lead.model.objects.update_or_create(
        **columns,
        defaults={lead.field: value},
        create_defaults=rest | {lead.field: value},
    )


def values_of(pages, name):
    lead = LED[name]
    found = lead.model.objects.filter(
        region=factory.REGION, **dict(lead.where)
    )
    known = dict(found.values_list(lead.key, lead.field))
    return [
        known.get(row.project_id, 0 if lead.or_zero else None)
        for row in pages.iterator(5)
    ]


@pytest.mark.parametrize('sign', ['', '-'])
@pytest.mark.parametrize('name', LED)
def test_many_rows_have_the_order_of_few(rows, monkeypatch, name, sign):
    few = values_of(TABLE.ordered(rows, sign + name, factory.REGION), name)
    assert len(set(few)) > 3
    monkeypatch.setattr(leads, 'FEW', 0)
    pages = TABLE.ordered(rows, sign + name, factory.REGION)

    assert values_of(pages, name) == few

    whole = [row.project_id for row in pages.iterator(5)]
    assert sorted(whole) == [f'{number:02}' for number in range(COUNT)]
    assert pages.count() == len(pages) == COUNT
    for first in range(0, COUNT, SIZE):
        page = pages[first : first + SIZE]
        assert [row.project_id for row in page] == whole[first : first + SIZE]


def test_a_filter_holds_for_rows_in_anothers_order(rows, monkeypatch):
    monkeypatch.setattr(leads, 'FEW', 0)
    wanted = ['03', '07', '11']
    found = TABLE.ordered(
        rows.filter(project_id__in=wanted), '-vcpus', factory.REGION
    )
    assert sorted(row.project_id for row in found[0:SIZE]) == wanted
