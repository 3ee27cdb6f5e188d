"""Which hosts and volume services are down, and what is full."""

import pytest

from rey_dashboard.checks import hosts
from rey_dashboard.checks import room
from rey_dashboard.checks import volume_services
from rey_dashboard.inventory import models
from tests import factory
from tests import factory_backups
from tests.checks_of_subjects import looks

pytestmark = pytest.mark.django_db


def test_a_host_is_the_worse_the_more_depend_on_it():
    looks.host('empty')
    looks.host('full')
    looks.host('maintained', status='disabled')
    looks.host('well', state='up')
    factory.server('s1', 'p', host='full')
    factory.server('s2', 'p', host='full')
    check = hosts.HostDown()
    one = looks.found(check)
    assert {key: row.severity for key, row in one.items()} == {
        'empty': looks.SEVERITY.ERROR,
        'full': looks.SEVERITY.CRITICAL,
        'maintained': looks.SEVERITY.NOTE,
    }
    assert looks.told(check, one['full']) == (
        'The host full is down, with 2 servers'
    )
    assert one['full'].evidence['projects'] == 1


def test_nova_may_name_the_host_of_a_server_by_its_short_name():
    looks.host('cmp-1.example.org')
    looks.host('twin.one.example.org')
    looks.host('twin.two.example.org')
    factory.server('s', 'p', host='cmp-1')
    factory.server('of one of two', 'p', host='twin')
    assert looks.found(hosts.HostDown())['cmp-1.example.org'].hits == 1
    assert looks.found(hosts.HostDown())['twin.one.example.org'].hits == 0
    (one,) = hosts.ServersOfDownHosts().find(looks.REGION)
    assert (one.subject, one.hits) == ('p', 1)


def test_a_volume_service_is_the_worse_the_more_is_behind_it():
    for name, columns in (
        ('h@lvm', {}),
        ('h@empty', {}),
        ('h@off', {'status': 'disabled'}),
        ('h@up', {'state': 'up'}),
    ):
        factory_backups.service(
            name, **{'binary': 'cinder-volume', 'state': 'down', **columns}
        )
    factory.volume('v', 'p', host='h@lvm#pool')
    factory.volume('w', 'p', host='h@lvm#other')
    one = looks.found(volume_services.VolumeServiceDown())
    assert {key: (row.severity, row.hits) for key, row in one.items()} == {
        'cinder-volume:h@lvm': (looks.SEVERITY.CRITICAL, 2),
        'cinder-volume:h@empty': (looks.SEVERITY.ERROR, 0),
        'cinder-volume:h@off': (looks.SEVERITY.NOTE, 0),
    }


def roomy(host_id, used, **columns):
    looks.host(host_id, **{'state': 'up', **columns})
    models.Inventory.objects.create(
        region=looks.REGION,
        provider_id=host_id,
        root_id=host_id,
        resource_class='MEMORY_MB',
        total=110,
        reserved=10,
        allocation_ratio=1,
        used=used,
        seen=1,
    )


def test_a_packed_host_says_nothing_while_others_have_room():
    for number, used in enumerate((94, 95, 20)):
        roomy(f'host-{number}', used)
    assert set(looks.found(room.HostFull())) == {'host-1'}
    assert not looks.found(room.CloudFull())


def test_the_room_of_hosts_that_take_no_servers_does_not_count():
    roomy('open', 90)
    roomy('closed', 0, status='disabled')
    roomy('gone', 100, state='down')
    (one,) = looks.found(room.CloudFull()).values()
    assert looks.told(room.CloudFull(), one) == (
        'All hosts together have used 90% of RAM'
    )
    assert one.severity == looks.SEVERITY.WARNING
    assert not looks.found(room.HostFull())


POOLS = {
    'half': ({'total_gib': 100, 'free_gib': 50}, None),
    'nearly full': (
        {'total_gib': 100, 'free_gib': 10},
        looks.SEVERITY.WARNING,
    ),
    'full': ({'total_gib': 100, 'free_gib': 0}, looks.SEVERITY.ERROR),
    'unknown': ({'total_gib': None, 'free_gib': None}, None),
    'of nothing': ({'total_gib': 0, 'free_gib': 0}, None),
    'thin': (
        {
            'total_gib': 100,
            'free_gib': 90,
            'provisioned_gib': 196,
            'thin': True,
            'over_subscription_ratio': 2,
        },
        looks.SEVERITY.ERROR,
    ),
}


@pytest.mark.parametrize('name', POOLS)
def test_a_pool_is_full_by_what_it_can_hold(name):
    columns, severity = POOLS[name]
    models.Pool.objects.create(
        region=looks.REGION, name='a@b#c', seen=1, **columns
    )
    told = [one.severity for one in looks.found(room.PoolFull()).values()]
    assert told == ([] if severity is None else [severity])
