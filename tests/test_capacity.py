import pytest

from rey_dashboard import worker
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts

# Each part has a thread, so a connection, of its own: no test transaction.
pytestmark = pytest.mark.django_db(transaction=True)


def part(name):
    return models.PartState.objects.get(name=name)


def hosts():
    return set(models.Host.objects.values_list('id', flat=True))


def pool(name='ctl@b#p'):
    return models.Pool.objects.get(name=name)


def test_a_host_has_what_placement_says(cloud):
    cloud.capacity.add_host(
        'h', 'down', 'disabled', VCPU=(8, 2, 4.0, 5), DISK_GB=(99, 0, 1.0, 0)
    )

    worker.collect_once()

    host = models.Host.objects.get()
    assert (host.id, host.name) == ('h', 'name of h')
    assert (host.state, host.status) == ('down', 'disabled')
    vcpu = models.Inventory.objects.get(resource_class='VCPU')
    assert (vcpu.provider_id, vcpu.root_id) == ('h', 'h')
    assert (vcpu.total, vcpu.reserved, vcpu.used) == (8, 2, 5)
    assert vcpu.allocation_ratio == 4.0
    assert models.Inventory.objects.get(resource_class='DISK_GB').used == 0


def test_what_hangs_below_a_host_names_it(cloud):
    cloud.capacity.add_host('h')
    cloud.capacity.add_provider('gpu', 'h', VGPU=(4, 0, 1.0, 1))

    worker.collect_once()

    gpu = models.Inventory.objects.get()
    assert (gpu.provider_id, gpu.root_id, gpu.used) == ('gpu', 'h', 1)
    assert part(parts.HOSTS).rows == 3


def test_hosts_behind_one_without_a_service_are_read(cloud):
    cloud.page = 2
    for number in range(5):
        cloud.capacity.add_host(f'h{number}')
    cloud.capacity.orphans.add('h1')

    worker.collect_once()

    assert hosts() == {'h0', 'h2', 'h3', 'h4'}


def test_a_host_that_is_gone_leaves_with_its_inventory(cloud):
    cloud.capacity.add_host('stays', VCPU=(8, 0, 1.0, 0))
    cloud.capacity.add_host('goes', VCPU=(8, 0, 1.0, 0))
    worker.collect_once()
    cloud.capacity.hosts.pop()
    cloud.capacity.vanished.add('goes')
    cloud.fail['/resource_providers'] = 503

    worker.collect_once()
    assert hosts() == {'stays', 'goes'}
    assert models.Inventory.objects.count() == 2

    cloud.fail.clear()
    worker.collect_once()
    assert hosts() == {'stays'}
    assert models.Inventory.objects.get().provider_id == 'stays'
    assert part(parts.HOSTS).failing_since is None


def test_placement_is_asked_in_a_version_that_it_knows(cloud, requests_mock):
    cloud.capacity.add_host('h', VCPU=(8, 0, 1.0, 0))

    worker.collect_once()

    asked = {
        call.headers.get('OpenStack-API-Version')
        for call in requests_mock.request_history
        if '/resource_providers' in call.url
    }
    assert asked == {'placement 1.14'}

    cloud.capacity.version = '1.10'
    worker.collect_once()

    assert '1.10' in part(parts.HOSTS).error
    assert hosts() == {'h'}


def test_a_pool_tells_its_sizes(cloud):
    cloud.capacity.add_pool(
        'ctl@b#p',
        total_capacity_gb=1000,
        free_capacity_gb=600.5,
        allocated_capacity_gb=300,
        provisioned_capacity_gb=500,
        reserved_percentage=10,
        max_over_subscription_ratio='20.0',
        thin_provisioning_support=True,
    )

    worker.collect_once()

    row = pool()
    assert (row.total_gib, row.free_gib) == (1000, 600.5)
    assert (row.allocated_gib, row.provisioned_gib) == (300, 500)
    assert (row.reserved_percent, row.over_subscription_ratio) == (10, 20)
    assert row.thin


@pytest.mark.parametrize('size', ['infinite', 'unknown', '12', None, True])
def test_a_size_that_is_no_number_is_not_known(cloud, size):
    cloud.capacity.add_pool(
        'ctl@b#p', total_capacity_gb=size, free_capacity_gb=size
    )

    worker.collect_once()

    row = pool()
    assert (row.total_gib, row.free_gib) == (None, None)
    assert (row.allocated_gib, row.provisioned_gib) == (None, None)
    assert (row.thin, row.over_subscription_ratio) == (False, 1)


@pytest.mark.parametrize(
    ('told', 'provisioned', 'ratio'),
    [
        # 1 + provisioned / (used + 1), as the scheduler reckons it.
        ('auto', 202, 3.0),
        ('auto', 0, 20.0),
        (None, 202, 1.0),
        (1.5, 202, 1.5),
    ],
)
def test_a_ratio_is_what_cinders_scheduler_makes_of_it(
    cloud, told, provisioned, ratio
):
    cloud.capacity.add_pool(
        'ctl@b#p',
        total_capacity_gb=1000,
        free_capacity_gb=900,
        provisioned_capacity_gb=provisioned,
        max_over_subscription_ratio=told,
        thin_provisioning_support=True,
    )

    worker.collect_once()

    assert pool().over_subscription_ratio == pytest.approx(ratio)


def test_a_pool_is_gone_with_its_service_only(cloud):
    cloud.capacity.add_pool('ctl@b#p', total_capacity_gb=10)
    worker.collect_once()
    # As when the back end is down, or the scheduler has just begun.
    cloud.capacity.pools.clear()

    worker.collect_once()
    assert pool().total_gib == 10

    cloud.capacity.services.clear()
    worker.collect_once()
    assert not models.Pool.objects.exists()


def test_a_cloud_without_placement_is_told_as_such(cloud):
    cloud.leave_out('placement')

    worker.collect_once()

    assert 'openstack catalog list' in part(parts.HOSTS).remedy
    assert part(parts.POOLS).last_good_at


def test_a_host_has_its_hypervisor_and_no_host_is_asked_for_it(
    cloud, requests_mock
):
    cloud.capacity.add_host('h')
    cloud.capacity.add_host('other')
    cloud.capacity.hosts[1].update(
        hypervisor_type=None, hypervisor_version=None
    )

    worker.collect_once()

    columns = 'type', 'version', 'service_host'
    told = models.Host.objects.order_by('id').values_list(*columns)
    assert list(told) == [
        ('QEMU', 6002000, 'host of h'),
        ('', None, 'host of other'),
    ]
    (asked,) = {
        call.headers['X-OpenStack-Nova-API-Version']
        for call in requests_mock.request_history
        if '/os-hypervisors/detail' in call.url
    }
    # With 2.88 and later each host would be asked by RPC.
    assert asked == '2.87'
