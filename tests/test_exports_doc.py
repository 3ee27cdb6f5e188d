"""The columns that the operator guide tells are those of the exports."""

import csv
import inspect
import json
import pathlib
import re
import textwrap

from django.urls import reverse
import pytest

from rey_dashboard.backups import export_tables
from rey_dashboard.backups import hold_tables
from rey_dashboard.backups import policy_tables
from rey_dashboard.backups import prune_tables
from rey_dashboard.backups import record_tables
from rey_dashboard.backups import tables as backup_tables
from rey_dashboard.data import tables as data_tables
from rey_dashboard.find import tables as find_tables
from rey_dashboard.inventory import resources
from rey_dashboard.pages import tables as page_tables
from rey_dashboard.projects import owned_tables
from rey_dashboard.projects import records
from rey_dashboard.projects import tables
from rey_dashboard.readiness import tables as readiness_tables
from rey_dashboard.services import tables as service_tables
from rey_dashboard.tasks import tables as task_tables
from rey_dashboard.today import tables as today_tables
from rey_dashboard.verification import tables as verification_tables
from rey_dashboard.versions import tables as version_tables
from tests import factory

GUIDE = (
    pathlib.Path(__file__).parents[1] / 'doc/source/operator/exports.rst'
).read_text()
HEADING = re.compile(r'^(.+)\n([-=])\2+$', re.MULTILINE)
SCHEMA = re.compile(r'rey\.[a-z-]+/\d+')
TABLE = re.compile(
    r'^\.\. csv-table::\n(?:   :.+\n)+\n((?:   .*\n?)+)', re.MULTILINE
)
MODULES = (
    tables,
    owned_tables,
    records,
    backup_tables,
    record_tables,
    export_tables,
    policy_tables,
    hold_tables,
    prune_tables,
    data_tables,
    service_tables,
    readiness_tables,
    task_tables,
    today_tables,
    verification_tables,
    version_tables,
    find_tables,
)
#: What the functions that make a table need.
MADE_OF = {
    tables.projects: [()],
    tables.domains_of: [()],
    records.people_in: ['p'],
    records.history_of: ['p', resources.BY_KEY['compute.cores']],
}


def documented():
    """Heading -> the rows of the table below it: name, unit, meaning."""
    found = {}
    pieces = HEADING.split(GUIDE)
    for heading, _line, text in zip(*[iter(pieces[1:])] * 3, strict=True):
        table = TABLE.search(text)
        lines = textwrap.dedent(table.group(1)).splitlines() if table else ()
        found[heading] = [
            [cell.strip(' `') for cell in row]
            for row in csv.reader(lines, delimiter='|', skipinitialspace=True)
        ]
    return found


def served():
    """Schema -> the names of the fields, of every table."""
    found = {}
    for module in MODULES:
        for thing in vars(module).values():
            if inspect.isfunction(thing) and makes_a_table(thing, module):
                thing = thing(*MADE_OF[thing])
            if isinstance(thing, page_tables.Table):
                found[thing.schema] = [field.name for field in thing.fields]
    return found


def makes_a_table(function, module):
    returned = inspect.get_annotations(function).get('return')
    return function.__module__ == module.__name__ and (
        returned is page_tables.Table
    )


DOCUMENTED, SERVED = documented(), served()
SCHEMAS = {name for name in DOCUMENTED if SCHEMA.fullmatch(name)}


def test_the_guide_tells_every_schema_and_no_other():
    assert set(SERVED) == SCHEMAS


@pytest.mark.parametrize('schema', sorted(SCHEMAS | set(SERVED)))
def test_the_guide_tells_every_column_in_its_order(schema):
    told = [name for name, _unit, _meaning in DOCUMENTED.get(schema, ())]
    assert told == SERVED.get(schema)


@pytest.mark.parametrize('schema', sorted(SCHEMAS))
def test_every_column_has_a_meaning_and_the_unit_of_its_name(schema):
    for name, unit, meaning in DOCUMENTED[schema]:
        assert meaning, name
        for end, told in (('mib', 'MiB'), ('gib', 'GiB'), ('hours', 'h')):
            has_it = end in name.split('_')
            assert has_it == (told in unit.split()), name
        assert ('percent' in name) == (unit == '%'), name


@pytest.mark.django_db
def test_the_guide_tells_all_that_a_json_file_says_of_itself(admin):
    factory.collected()
    factory.summary('a')
    told = {name for name, _meaning in DOCUMENTED['In JSON']}
    address = reverse('horizon:rey:projects:hours', args=['a'])
    answer = admin.get(address, {'format': 'json', 'period': 'today'})
    assert set(json.loads(b''.join(answer.streaming_content))) == told
