"""The list of endpoints: what it shows, sorts and selects."""

import json

from django.utils import timezone
import pytest

from tests import factory
from tests import factory_catalog

pytestmark = pytest.mark.django_db
INDEX = '/rey/readiness/'
HOSTILE = '=cmd() <script>alert(1)</script> %(x)s 😀'


def streamed(answer):
    return b''.join(answer.streaming_content).decode()


@pytest.fixture(autouse=True)
def endpoints():
    factory.collected()
    good = factory_catalog.endpoint('compute', 'https://c.test/v2.1')
    factory_catalog.probe(
        good,
        version='v2.1',
        least_microversion='2.1',
        most_microversion='2.96',
        cert_subject='CN=c.test',
        cert_names=['c.test'],
        cert_not_after=timezone.now() + timezone.timedelta(days=9.5),
        cert_verifies=True,
    )
    down = factory_catalog.endpoint('image', in_region='Two')
    factory_catalog.probe(
        down, status=None, seconds=None, error=HOSTILE, good_at=None
    )
    factory_catalog.endpoint('dns', HOSTILE, interface='admin')
    factory_catalog.endpoint('network', enabled=False)


def listed(admin, **query):
    answer = admin.get(f'{INDEX}endpoints/', {**query, 'format': 'json'})
    return json.loads(streamed(answer))['rows']


def test_those_in_trouble_come_first(admin):
    states = [row['state'] for row in listed(admin)]
    assert states == ['silent', 'no_address', 'good', 'disabled']
    page = admin.get(f'{INDEX}endpoints/').content.decode()
    assert '1 to 4 of 4' in page
    assert '2.1 to 2.96' in page
    assert '<script>alert(1)' not in page


@pytest.mark.parametrize(
    'query, types',
    [
        ({'q': 'C.TEST'}, ['compute']),
        ({'in_region': 'Two'}, ['image']),
        ({'interface': 'admin'}, ['dns']),
        ({'state': 'disabled'}, ['network']),
        ({'days': '30'}, ['compute']),
        ({'days': '5'}, []),
    ],
)
def test_filters_select(admin, query, types):
    rows = listed(admin, **query)
    assert [row['service_type'] for row in rows] == types


def test_it_sorts_by_days_left_with_the_unknown_last(admin):
    rows = listed(admin, sort='certificate')
    assert rows[0]['certificate_days'] == 9
    assert rows[-1]['certificate_days'] is None


def test_it_costs_as_many_queries_for_many(
    admin, django_assert_max_num_queries
):
    for number in range(60):
        factory_catalog.endpoint(f'more-{number}')
    with django_assert_max_num_queries(25):
        admin.get(f'{INDEX}endpoints/')
