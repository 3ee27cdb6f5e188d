"""Where the checks of services and agents draw the line."""

import datetime

from django.utils import timezone
import pytest

from rey_dashboard.checks import hosts
from rey_dashboard.inventory import models
from rey_dashboard.services import checks
from tests import factory
from tests.factory_services import service

pytestmark = pytest.mark.django_db


def ago(**span):
    return timezone.now() - datetime.timedelta(**span)


def found(check):
    return {
        (one.evidence['service'], one.subject_name): one
        for one in check.find(factory.REGION)
    }


def host(name, **columns):
    return models.Host.objects.create(
        region=factory.REGION,
        id=f'id-{name}',
        name=name,
        seen=1,
        **{'state': 'up', 'status': 'enabled', **columns},
    )


def test_the_last_one_that_is_down_is_worse_and_a_disabled_one_a_note():
    service('nova-conductor', 'a', state='down')
    service('nova-conductor', 'b')
    service('nova-scheduler', 'a', state='down')
    service('nova-scheduler', 'b', state='down', status='disabled')
    service('nova-compute', 'a', state='down')
    service('cinder-volume', 'a', state='down')
    one = found(checks.ComputeServiceDown())
    assert {
        key: (row.severity.label, row.word) for key, row in one.items()
    } == {
        ('nova-conductor', 'a'): ('error', ''),
        ('nova-scheduler', 'a'): ('critical', 'last'),
        ('nova-scheduler', 'b'): ('note', 'last'),
    }


def test_an_agent_of_a_host_that_is_down_is_no_fault_of_its_own():
    for name in ('cmp-1', 'cmp-2'):
        service('L2 agent', name, state='down')
        factory.server(f's-{name}', 'p', host=name)
    service('nova-compute', 'cmp-1', state='down')
    service('nova-compute', 'cmp-2')
    one = found(checks.NetworkAgentDown())
    assert set(one) == {('L2 agent', 'cmp-2')}
    assert one['L2 agent', 'cmp-2'].hits == 1


def test_a_disabled_one_is_told_after_a_week_or_without_a_reason():
    off = {'status': 'disabled'}
    service('nova-compute', 'new', disabled_reason='x', **off)
    service('nova-compute', 'silent', **off)
    service(
        'nova-compute',
        'old',
        disabled_reason='x',
        status_since=ago(days=8),
        **off,
    )
    service('DHCP agent', 'told', description='x', **off)
    service('cinder-volume', 'down', state='down', **off)
    one = found(checks.ServiceDisabled())
    assert {key[1]: row.word for key, row in one.items()} == {
        'silent': 'no_reason',
        'old': 'long',
    }
    for name in ('new', 'silent', 'old'):
        host(name, **off)
    told = {one.subject_name for one in hosts.HostDisabled().find('RegionOne')}
    assert told == {'new'}


def test_three_changes_within_an_hour_are_restless():
    def flips(*minutes):
        return [ago(minutes=one).isoformat() for one in minutes]

    service('nova-compute', 'a', flips=flips(50, 30, 5))
    service('nova-compute', 'b', flips=flips(90, 30, 5))
    service('nova-compute', 'c', flips=flips(5))
    one = found(checks.ServiceRestless())
    assert set(one) == {('nova-compute', 'a')}
    assert one['nova-compute', 'a'].evidence['times'] == 3


def test_a_compute_service_without_a_hypervisor_is_found_by_name():
    service('nova-compute', 'cmp-1')
    service('nova-compute', 'cmp-2')
    service('nova-compute', 'left', state='down')
    host('cmp-1')
    host('cmp-2.example.org')
    one = found(checks.ComputeWithoutHypervisor())
    assert {key[1]: row.severity.label for key, row in one.items()} == {
        'left': 'warning'
    }


def test_where_a_hypervisor_has_no_service_of_its_name_nobody_knows():
    """As the nodes of Ironic, behind one service."""
    service('nova-compute', 'ironic')
    host('0c6b0ad5-7b0e-4c3f-8b59-2a5a4f5c3d11')
    assert not found(checks.ComputeWithoutHypervisor())
