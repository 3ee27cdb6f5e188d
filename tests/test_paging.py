"""Pages of sorted rows: the same rows and order as all rows sorted at once."""

import random

import pytest

from rey_dashboard.inventory import coverage_sums
from rey_dashboard.inventory import domain_coverage
from rey_dashboard.inventory import models
from rey_dashboard.inventory import values
from rey_dashboard.pages import protection
from rey_dashboard.pages import tables
from tests import factory
from tests import factory_backups

pytestmark = pytest.mark.django_db

SIZE = 7
#: ``servers_in_error`` is never NULL, ``sort_name`` may be.
TABLE = tables.Table(
    schema='x',
    noun='x',
    columns=(
        tables.Column('name', 'x', 'sort_name'),
        tables.Column('errors', 'x', 'servers_in_error'),
    ),
    fields=(),
    row_template='x',
    sort='name',
    ties=('sort_name', '-project_id'),
)


@pytest.fixture
def rows():
    drawn = random.Random(1)
    models.ProjectSummary.objects.bulk_create(
        models.ProjectSummary(
            region=factory.REGION,
            project_id=f'{number:03}',
            state='enabled',
            sort_name=drawn.choice([None, 'a', 'b', 'c', 'd']),
            servers_in_error=drawn.randrange(4),
        )
        for number in range(60)
    )
    return models.ProjectSummary.objects.all()


def expected(name, descending):
    """Ids by plain rules: unknown last, then ties, the id falling."""
    found = list(models.ProjectSummary.objects.order_by('-project_id'))
    for column, flip in (('sort_name', False), (name, descending)):
        known = [row for row in found if getattr(row, column) is not None]
        known.sort(key=lambda row: getattr(row, column), reverse=False)
        if flip:
            known = _falling(known, column)
        unknown = [row for row in found if getattr(row, column) is None]
        found = [*known, *unknown]
    return [row.project_id for row in found]


def _falling(rows, column):
    groups = {}
    for row in rows:
        groups.setdefault(getattr(row, column), []).append(row)
    return [row for key in sorted(groups, reverse=True) for row in groups[key]]


def ids(rows):
    return [row.project_id for row in rows]


@pytest.mark.parametrize(
    'only', [{}, {'sort_name': None}, {'servers_in_error': 9}]
)
@pytest.mark.parametrize('sort', ['name', '-name', 'errors', '-errors'])
def test_every_page_has_the_rows_of_its_place(rows, sort, only):
    descending = sort.startswith('-')
    name = {'name': 'sort_name'}.get(sort.strip('-'), 'servers_in_error')
    pages = TABLE.ordered(rows.filter(**only), sort, factory.REGION)
    wanted = [
        project_id
        for project_id in expected(name, descending)
        if rows.filter(**only, project_id=project_id).exists()
    ]
    for first in range(0, 60, SIZE):
        assert ids(pages[first : first + SIZE]) == wanted[first : first + SIZE]
    assert ids(pages.iterator(chunk_size=5)) == wanted
    assert pages.count() == len(pages) == len(wanted)


def test_the_last_page_is_read_from_the_end(rows, django_assert_num_queries):
    pages = TABLE.ordered(rows, 'errors', factory.REGION)

    with django_assert_num_queries(2) as queries:
        assert len(pages[56:63]) == 4

    assert 'LIMIT 4' in queries.captured_queries[-1]['sql']
    assert 'OFFSET' not in queries.captured_queries[-1]['sql']


def test_values_are_told_once_and_in_order(rows):
    found = models.ProjectSummary.objects.filter(sort_name__isnull=False)
    assert list(values.of(found, 'sort_name')) == ['a', 'b', 'c', 'd']
    assert list(values.of(found.filter(servers_in_error=9), 'sort_name')) == []


def judged():
    factory.project('p', domain_id='d')
    factory.project('q', domain_id='e')
    volumes = (
        ('p', 'protected', 5),
        ('p', 'protected', 6),
        ('p', 'stale', 7),
        ('q', 'protected', 8),
        ('q', 'excluded', 9),
        ('strange', 'never', 10),
    )
    for number, (project_id, state, size) in enumerate(volumes):
        factory_backups.volume(str(number), project_id, state, size_gib=size)
    sums = coverage_sums.Sums(factory.REGION)
    for _row in sums.added(models.VolumeCoverage.objects.all()):
        pass
    return sums


def told():
    columns = 'domain_id', 'state', *domain_coverage.AMOUNTS
    return set(models.DomainCoverage.objects.values_list(*columns))


def test_volumes_are_added_up_by_domain_and_state():
    sums = judged()
    models.DomainCoverage.objects.all().delete()

    domain_coverage.record(factory.REGION, sums.states())

    assert told() == {
        ('d', 'protected', 2, 11, 2, 11),
        ('d', 'stale', 1, 7, 0, 0),
        ('e', 'protected', 1, 8, 1, 8),
        ('e', 'excluded', 1, 9, 0, 0),
        ('', 'never', 1, 10, 0, 0),
    }


def test_the_bar_of_domains_is_that_of_their_volumes():
    sums = judged()

    domain_coverage.record(factory.REGION, sums.states())

    of_domains = protection.of_domains(models.DomainCoverage.objects.all())
    of_volumes = protection.of_volumes(models.VolumeCoverage.objects.all())
    assert of_domains == of_volumes
    assert of_domains.volumes == 6


def test_sums_that_are_the_same_are_not_written(django_assert_num_queries):
    sums = judged()
    domain_coverage.record(factory.REGION, sums.states())

    with django_assert_num_queries(2):
        domain_coverage.record(factory.REGION, sums.states())
