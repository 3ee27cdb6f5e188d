import datetime
import json

from django import db
from django.db.models import OuterRef
from django.db.models import Subquery
from django.template import loader
from django.test import utils
from django.utils import translation
import pytest

from rey_dashboard.inventory import history
from rey_dashboard.inventory import models
from rey_dashboard.inventory import resources
from rey_dashboard.pages import periods
from rey_dashboard.projects import charts
from tests import factory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override('en-us'):
        yield


FIRST = datetime.date(2026, 2, 27)
PERIOD = periods.Period(FIRST, FIRST + datetime.timedelta(days=2))
RAM = resources.BY_KEY['compute.ram']
VCPUS = resources.BY_KEY['compute.cores']


def day(place):
    return FIRST + datetime.timedelta(days=place)


def user(user_id, name):
    models.User.objects.create(
        region=factory.REGION,
        id=user_id,
        name=name,
        domain_id='default',
        enabled=True,
        seen=1,
    )


def rows():
    """As the page asks for them, in an order of its own."""
    names = models.User.objects.filter(id=OuterRef('user_id')).values('name')
    return models.UsageDay.objects.annotate(
        user_name=Subquery(names[:1])
    ).order_by('-vcpu_hours')


def names():
    return [
        series['name'] for series in charts.of_hours(rows(), PERIOD)['series']
    ]


def test_each_day_of_the_period_has_a_bar_of_each_user():
    user('u1', 'ann')
    user('u2', 'bob')
    factory.hours('p', day(0), 10.004, 'u1')
    factory.hours('p', day(2), 5.0, 'u1')
    factory.hours('p', day(2), 96.0, 'u2')

    assert charts.of_hours(rows(), PERIOD) == {
        'kind': 'hours',
        'language': 'en-us',
        'days': ['2026-02-27', '2026-02-28', '2026-03-01'],
        'series': [
            {'name': 'bob', 'values': [0, 0, 96.0]},
            {'name': 'ann', 'values': [10.0, 0, 5.0]},
        ],
        'has_others': False,
        'labels': {'axis': 'vCPU hours', 'total': 'Together'},
    }


def test_users_after_the_seventh_are_put_together():
    for place in range(9):
        factory.hours('p', day(0), 10.0 + place, f'u{place}')
    factory.hours('p', day(1), 1.5, 'u0')

    chart = charts.of_hours(rows(), PERIOD)

    assert [series['name'] for series in chart['series']] == [
        *(f'u{place}' for place in range(8, 1, -1)),
        'others',
    ]
    assert chart['series'][-1]['values'] == [21.0, 1.5, 0]
    assert chart['has_others'] is True


def test_many_rows_cost_two_queries_and_no_look_up_of_a_name_each():
    for place in range(3):
        for user_id in ('u1', 'u2', 'u3'):
            factory.hours('p', day(place), 1.0, user_id)

    with utils.CaptureQueriesContext(db.connection) as queries:
        charts.of_hours(rows(), PERIOD)

    assert len(queries) == 2
    assert 'rey_dashboard_user"' not in queries[0]['sql']


def test_who_has_no_name_is_told_by_the_id_and_without_one_is_unknown():
    user('u1', '')
    user('u2', ' \n ')
    for hours, user_id in ((4.0, 'u1'), (3.0, 'u2'), (2.0, 'u3'), (1.0, '')):
        factory.hours('p', day(0), hours, user_id)

    assert names() == ['u1', 'u2', 'u3', 'unknown']


def test_users_of_one_name_stay_apart():
    user('u1', 'admin')
    user('u2', 'admin')
    user('u3', 'others')
    user('u4', 'a\nb')
    for hours, user_id in enumerate(('u4', 'u3', 'u2', 'u1'), start=1):
        factory.hours('p', day(0), hours, user_id)

    assert names() == ['admin (u1)', 'admin (u2)', 'others (u3)', 'a b']


def test_no_name_of_a_user_ends_the_json_of_the_page():
    name = '</script><img src=x onerror=alert(1)>' + '\N{GRINNING FACE}' * 200
    user('u1', name)
    factory.hours('p', day(0), 1.0, 'u1')

    html = loader.render_to_string(
        'rey/pages/_chart.html',
        {
            'chart': charts.of_hours(rows(), PERIOD),
            'id': 'data',
            'label': '"<b>',
        },
    )

    begin = '<script id="data" type="application/json">'
    text, rest = html.removeprefix(begin).split('</script>')
    assert json.loads(text)['series'][0]['name'] == name
    assert 'data-rey-chart="data"' in rest
    assert 'aria-label="&quot;&lt;b&gt;"' in rest


def test_nothing_known_is_no_chart():
    factory.hours('p', day(0), 0.0, 'u1')

    assert charts.of_hours(rows(), PERIOD) == {}
    assert charts.of_hours(rows().none(), PERIOD) == {}
    assert charts.of_history([history.Point(day(0))], VCPUS) == {}


def test_a_history_tells_our_own_days_from_novas_and_from_unknown_ones():
    points = [
        history.Point(day(0), 512.0, source=history.NOVA),
        history.Point(day(1)),
        history.Point(day(2), 1536.0, 0, 3072, history.OWN),
    ]

    with translation.override('de'):
        chart = charts.of_history(points, RAM)

    assert json.loads(json.dumps(chart)) == chart
    assert chart.pop('labels')['axis'] == str(RAM.label)
    assert chart == {
        'kind': 'history',
        'language': 'de',
        'days': ['2026-02-27', '2026-02-28', '2026-03-01'],
        'mean': [None, None, 1.5],
        'nova': [0.5, None, None],
        'minimum': [None, None, 0.0],
        'maximum': [None, None, 3.0],
    }


def test_what_is_counted_stays_as_it_is():
    points = [history.Point(day(0), 4 / 3, 1, 2, history.OWN)]

    chart = charts.of_history(points, VCPUS)

    assert (chart['mean'], chart['maximum']) == ([1.33], [2])
