"""Hours of the offered periods: ready rows tell what the days tell."""

import datetime

from django.utils import timezone
import pytest

from rey_dashboard import worker
from rey_dashboard.inventory import hour_sums
from rey_dashboard.inventory import hours
from rey_dashboard.inventory import models
from rey_dashboard.inventory import usage
from tests import factory

pytestmark = pytest.mark.django_db
# Each part has a thread, so a connection, of its own: no test transaction.
collecting = pytest.mark.django_db(transaction=True)

REGION = factory.REGION
TODAY = datetime.date(2026, 3, 20)


@pytest.fixture(autouse=True)
def at(monkeypatch):
    """Sets the clock to noon of a day; the 20th of March 2026 at first."""

    def at(day):
        noon = datetime.datetime.combine(
            day, datetime.time(12), tzinfo=datetime.UTC
        )
        monkeypatch.setattr(timezone, 'now', lambda: noon)

    at(TODAY)
    return at


def ago(days):
    return TODAY - datetime.timedelta(days=days)


@pytest.fixture
def days():
    """Two projects of one domain, one of nobody knows which, for 60 days."""
    for project_id in ('p', 'q'):
        factory.project(project_id, domain_id='d')
        factory.summary(project_id, domain_id='d')
    for number in range(60):
        factory.hours('p', ago(number), 1 + number, user_id='u')
        factory.hours('p', ago(number), 100, user_id='v')
        factory.hours('q', ago(number), 7, user_id='u')
    factory.hours('strange', ago(3), 5)


def told(name):
    """Everything that pages ask of a period."""
    spans = hours.coverage(REGION, hour_sums.named(TODAY)[name]).spans
    summaries = models.ProjectSummary.objects.order_by('project_id')
    return (
        hours.of_projects(REGION, ['p', 'q', 'nothing'], spans),
        hours.of_domains(REGION, ['d'], spans),
        [
            row.told
            for row in summaries.annotate(
                told=hours.of_project('vcpu_hours', spans)
            )
        ],
    )


@pytest.mark.parametrize('name', sorted(hour_sums.named(TODAY)))
def test_ready_rows_tell_what_the_days_tell(days, name):
    of_days = told(name)
    assert of_days[0]['p']['vcpu_hours'] > 100

    hour_sums.rebuild(REGION, TODAY)

    assert told(name) == of_days


def test_what_is_over_is_ready_and_the_running_day_is_not(days):
    hour_sums.rebuild(REGION, TODAY)
    periods = hour_sums.named(TODAY)

    thirty = hours.coverage(REGION, periods[hour_sums.THIRTY])
    month = hours.coverage(REGION, periods[hour_sums.MONTH])

    assert thirty.ready
    assert [span.ready for span in month.spans] == [True, False]
    assert month.spans[1].days == hour_sums.Period(TODAY, TODAY)


def test_users_and_their_projects_are_counted(days):
    hour_sums.rebuild(REGION, TODAY)
    week = hours.coverage(REGION, hour_sums.named(TODAY)[hour_sums.WEEK])

    found = {
        row['user_id']: (row['projects'], row['total_vcpu_hours'])
        for row in hours.of_users(REGION, week.spans)
    }

    assert found == {'u': (3, 35 + 7 * 7 + 5), 'v': (1, 700)}


def written(queries):
    return [
        query['sql']
        for query in queries
        if query['sql'].startswith(('INSERT', 'UPDATE', 'DELETE'))
        and 'periodhours' in query['sql']
    ]


def test_what_is_ready_is_not_written_again(
    days, django_assert_max_num_queries
):
    hour_sums.rebuild(REGION, TODAY)
    models.UsageDay.objects.filter(day=TODAY).update(vcpu_hours=9)
    hour_sums.forget(REGION, TODAY)

    with django_assert_max_num_queries(9) as queries:
        hour_sums.rebuild(REGION, TODAY)

    assert not written(queries.captured_queries)


def test_a_project_that_becomes_known_counts_for_its_domain(days):
    hour_sums.rebuild(REGION, TODAY)
    factory.project('strange', domain_id='d')

    hour_sums.rebuild(REGION, TODAY)

    week = hours.coverage(REGION, hour_sums.named(TODAY)[hour_sums.WEEK])
    found = hours.of_domains(REGION, ['d'], week.spans)
    assert found['d']['vcpu_hours'] == 700 + 35 + 7 * 7 + 5


def test_only_periods_with_the_day_are_forgotten(days):
    hour_sums.rebuild(REGION, TODAY)

    hour_sums.forget(REGION, ago(10))

    named = hour_sums.named(TODAY)
    assert hours.coverage(REGION, named[hour_sums.WEEK]).ready
    assert hours.coverage(REGION, named[hour_sums.LAST_MONTH]).ready
    assert not hours.coverage(REGION, named[hour_sums.THIRTY]).ready


def test_periods_of_an_earlier_day_are_dropped(days):
    hour_sums.rebuild(REGION, ago(40))
    hour_sums.rebuild(REGION, TODAY)

    rows = models.PeriodHours.objects.values_list('first', 'last').distinct()
    wanted = hour_sums.named(TODAY).values()
    over = {hour_sums.over(period, TODAY) for period in wanted} - {None}
    assert {hour_sums.Period(*row) for row in rows} == over


@collecting
def test_a_collection_adds_up_what_is_over(cloud, at):
    cloud.add_project('p')
    cloud.usage.add('a', 'p', '2026-03-18T18:00:00', '2026-03-19T06:00:00')
    worker.collect_once()
    assert told(hour_sums.WEEK)[0]['p']['server_hours'] == 12
    assert told(hour_sums.WEEK)[0] == ready('p')


@collecting
def test_days_that_are_read_again_are_added_up_again(cloud, at):
    cloud.add_project('p')
    cloud.usage.add('a', 'p', '2026-03-18T18:00:00', '2026-03-19T06:00:00')
    worker.collect_once()
    cloud.usage.add('b', 'p', '2026-03-18T00:00:00', '2026-03-18T06:00:00')

    usage.forget(REGION, 5)
    worker.collect_once()

    assert ready('p')['p']['server_hours'] == 18


def ready(project_id):
    week = hour_sums.named(TODAY)[hour_sums.WEEK]
    rows = hour_sums.of(REGION, week, hour_sums.KINDS.PROJECT)
    return {
        row.owner_id: {name: getattr(row, name) for name in hour_sums.MEASURES}
        for row in rows.filter(owner_id=project_id)
    }
