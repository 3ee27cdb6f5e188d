"""What a compute host lacks until it takes servers."""

import datetime
import json

from django.utils import timezone
import pytest

from rey_dashboard.inventory import models as inventory
from rey_dashboard.readiness import hosts
from rey_dashboard.tasks import models
from tests import factory
from tests import factory_services

pytestmark = pytest.mark.django_db
PAGE = '/rey/readiness/hosts/'
HOSTILE = '<b>=cmd() 😀</b>'


@pytest.fixture(autouse=True)
def collected():
    factory.collected()


def host(name, **columns):
    """Ready but for a test server."""
    factory_services.service(host=name, **columns)
    row = inventory.Host.objects.create(
        region=factory.REGION,
        id=f'id-{name}'[:64],
        name=f'{name}.example.org',
        service_host=name,
        state='up',
        status='enabled',
        seen=1,
    )
    inventory.Inventory.objects.create(
        region=factory.REGION,
        provider_id=row.id,
        root_id=row.id,
        resource_class='VCPU',
        total=4,
        reserved=0,
        allocation_ratio=1,
        used=0,
        seen=1,
    )


def aggregate(*names):
    inventory.Aggregate.objects.create(
        region=factory.REGION, id='1', name=HOSTILE, hosts=names, seen=1
    )


def smoke(name, state, ago_s=0):
    now = timezone.now() - datetime.timedelta(seconds=ago_s)
    return models.Task.objects.create(
        region=factory.REGION,
        kind='smoke_test',
        title='try',
        parameters={'zone': f'nova:{name}'},
        state=state,
        token=f'{name}{state}{ago_s}',
        planned_at=now,
        ended_at=now,
    )


def told():
    return {
        row.name: (str(row.state.value), [str(one.value) for one in row.lacks])
        for row in hosts.of(factory.REGION)
    }


def test_what_it_lacks_is_told_in_the_order_of_an_install():
    host('good')
    factory_services.service(host='new')
    host('off', state='down', status='disabled')
    host('small')
    inventory.Inventory.objects.filter(root_id='id-small').delete()
    assert told() == {
        'good': ('untried', []),
        'new': ('lacking', ['mapped']),
        'off': ('lacking', ['up', 'enabled']),
        'small': ('lacking', ['provider']),
    }


def test_an_aggregate_is_wanted_where_most_hosts_are_in_one():
    for name in ('a', 'b', 'c'):
        host(name)
    aggregate('a')
    assert told()['c'] == ('untried', [])
    inventory.Aggregate.objects.update(hosts=['a', 'b'])
    assert told() == {
        'a': ('untried', []),
        'b': ('untried', []),
        'c': ('lacking', ['aggregate']),
    }


def test_the_last_test_server_counts():
    for name in ('a', 'b'):
        host(name)
    smoke('a', 'failed', ago_s=60)
    smoke('a', 'succeeded')
    smoke('a', 'cancelled')
    smoke('b', 'succeeded', ago_s=60)
    smoke('b', 'failed')
    assert told() == {'a': ('ready', []), 'b': ('lacking', ['server'])}


def test_the_page_shows_the_worst_first_and_leads_to_a_test(admin):
    host('a')
    factory_services.service(host=HOSTILE, zone=HOSTILE)
    aggregate('a', HOSTILE)
    text = admin.get(PAGE).content.decode()
    assert HOSTILE not in text
    assert text.index('&lt;b&gt;=cmd()') < text.index('id-a'[3:] + '</td>')
    assert 'nova-manage cell_v2 discover_hosts' in text
    assert '?host=%3Cb%3E%3Dcmd%28%29' in text
    answer = admin.get(PAGE, {'format': 'json', 'lacks': 'mapped'})
    rows = json.loads(answer.getvalue())['rows']
    assert [(row['host'], row['lacks']) for row in rows] == [
        (HOSTILE, ['mapped'])
    ]
    assert b'rey-empty' in admin.get(PAGE, {'q': 'nowhere'}).content


def test_it_costs_the_same_for_many(admin, django_assert_max_num_queries):
    for number in range(60):
        host(f'h{number:02}')
    with django_assert_max_num_queries(60):
        text = admin.get(PAGE).content.decode()
    assert '1 to 50 of 60' in text
