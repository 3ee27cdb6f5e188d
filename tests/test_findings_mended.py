"""How a finding's page helps to mend it: a task, and how long it takes."""

import datetime

from django.utils import timezone
import pytest

from rey_dashboard.checks import models
from rey_dashboard.inventory import models as inventory
from tests import factory
from tests import factory_checks
from tests import factory_services
from tests import troubled_rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def read(our_checks):
    factory.collected()
    factory.domain('default')


def page_of(browser, **wanted):
    factory_checks.look()
    finding = models.Finding.objects.open().get(**wanted)
    return browser.get(f'/rey/today/findings/{finding.pk}/').content.decode()


def restless(service):
    now = timezone.now()
    flips = [
        (now - datetime.timedelta(minutes=n)).isoformat() for n in (1, 2, 3)
    ]
    inventory.Service.objects.filter(pk=service.pk).update(flips=flips)


@pytest.mark.parametrize(
    ('check', 'order', 'columns'),
    [
        ('service_disabled', 'enable', {'status': 'disabled'}),
        ('service_restless', 'disable', {}),
    ],
)
def test_a_service_is_switched_where_it_is_told(
    read, admin, check, order, columns
):
    service = factory_services.service('nova-compute', 'cmp <1>', **columns)
    troubled_rows.host('cmp <1>')
    if check == 'service_restless':
        restless(service)
    address = f'/rey/services/{order}/?chosen=1&amp;id={service.id}'
    assert address in page_of(admin, check_name=check)
    told = admin.get(address.replace('&amp;', '&')).content.decode()
    assert 'nova-compute on cmp &lt;1&gt;' in told


def test_a_disabled_host_is_enabled_by_its_service(read, admin):
    troubled_rows.host('cmp-1.example.org', status='disabled')
    assert '/rey/services/enable/' not in page_of(
        admin, check_name='host_disabled'
    )
    factory.server('s', 'p', host='cmp-1')
    service = factory_services.service(
        'nova-compute', 'cmp-1', status='disabled', disabled_reason='fans'
    )
    address = f'/rey/services/enable/?chosen=1&amp;id={service.id}'
    assert address in page_of(admin, check_name='host_disabled')


def test_how_long_it_usually_takes_is_told_when_it_was_measured(paper, admin):
    now = timezone.now()
    paper.found = [factory_checks.found('now')]
    for number, minutes in enumerate((10, 20, 30, 40, 500)):
        assert 'Usually over' not in page_of(admin, subject='now')
        models.Finding.objects.create(
            region=factory.REGION,
            check_name=models.Finding.objects.first().check_name,
            subject=f'{number}',
            severity=1,
            first_seen_at=now,
            last_seen_at=now,
            opened_at=now - datetime.timedelta(minutes=minutes),
            resolved_at=now,
        )
    told = page_of(admin, subject='now')
    assert 'Usually over after <strong>30 min</strong>' in told
    assert 'the last 5' in told
