import pytest

from rey_dashboard import worker
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts

# Each part has a thread, so a connection, of its own: no test transaction.
pytestmark = pytest.mark.django_db(transaction=True)


def part():
    return models.PartState.objects.get(name=parts.NETWORK)


def quotas(project_id):
    """Resource -> limit, use and percent."""
    return {
        row.resource: (row.limit, row.in_use, row.percent)
        for row in models.Quota.objects.filter(
            service='network', project_id=project_id
        )
    }


def test_limits_are_a_projects_own_or_the_defaults(cloud):
    cloud.add_project('own')
    cloud.add_project('plain')
    cloud.neutron.own['own'] = {'port': 40, 'router': -1, 'floatingip': 0}
    cloud.neutron.add('ports', *['own'] * 10, 'plain')
    cloud.neutron.add('routers', 'own')
    cloud.neutron.add_floating_ip('ip', 'own')

    worker.collect_once()

    own, plain = quotas('own'), quotas('plain')
    assert own['port'] == (40, 10, 25.0)
    assert own['router'] == (-1, 1, None)
    assert own['floatingip'] == (0, 1, 100.0)
    assert own['network'] == (100, 0, 0.0)
    assert plain['port'] == (500, 1, pytest.approx(0.2))
    assert plain['floatingip'] == (50, 0, 0.0)
    reserved = models.Quota.objects.filter(service='network')
    assert set(reserved.values_list('reserved', 'counted')) == {(None, False)}


def test_use_is_counted_past_the_first_page(cloud):
    cloud.page = 2
    cloud.add_project('p')
    cloud.neutron.add('security_groups', *['p'] * 5)
    for number in range(3):
        cloud.neutron.add_floating_ip(f'ip{number}', 'p')

    worker.collect_once()

    assert quotas('p')['security_group'][1] == 5
    assert quotas('p')['floatingip'][1] == 3
    assert models.FloatingIp.objects.count() == 3
    assert part().rows == 8


def test_what_has_a_limit_but_no_listing_has_no_known_use(cloud):
    cloud.add_project('p')

    worker.collect_once()

    assert quotas('p')['rbac_policy'] == (10, None, None)


def test_use_of_others_than_living_projects_is_counted(cloud):
    cloud.add_domain('heat', name='heat_user_domain')
    cloud.add_project('stack', domain_id='heat')
    cloud.neutron.add('ports', 'gone', 'gone', 'stack', '')
    cloud.neutron.add('networks', 'gone')

    worker.collect_once()

    assert quotas('gone') == {
        'port': (None, 2, None),
        'network': (None, 1, None),
    }
    assert all(models.Quota.objects.values_list('counted', flat=True))
    assert quotas('stack') == {}
    assert quotas('') == {}

    cloud.neutron.rows['networks'].clear()
    worker.collect_once()

    assert quotas('gone') == {'port': (None, 2, None)}


def test_a_floating_ip_tells_the_server_behind_it(cloud):
    for ip_id, owner, device in (
        ('of-server', 'compute:nova', 's'),
        ('of-balancer', 'Octavia', 'lb'),
    ):
        cloud.neutron.add_floating_ip(
            ip_id,
            'p',
            fixed_ip_address='10.0.0.3',
            port_id='port',
            router_id='router',
            port_details={'device_owner': owner, 'device_id': device},
            status='ACTIVE',
        )
    cloud.neutron.add_floating_ip('idle', 'p')

    worker.collect_once()

    ips = {ip.id: ip for ip in models.FloatingIp.objects.all()}
    assert ips['of-server'].server_id == 's'
    assert ips['of-server'].fixed_address == '10.0.0.3'
    assert ips['of-server'].router_id == 'router'
    assert ips['of-balancer'].server_id == ''
    assert (ips['idle'].port_id, ips['idle'].fixed_address) == ('', '')
    assert ips['idle'].created_at.isoformat() == '2026-01-01T00:00:00+00:00'


def test_a_floating_ip_is_gone_after_a_whole_listing_only(cloud):
    cloud.page = 1
    cloud.neutron.add_floating_ip('stays', 'p')
    cloud.neutron.add_floating_ip('goes', 'p')
    worker.collect_once()
    cloud.neutron.rows['floatingips'].pop()
    cloud.fail['/v2.0/floatingips'] = 503

    worker.collect_once()
    assert models.FloatingIp.objects.count() == 2
    assert part().failing_since

    cloud.fail.clear()
    worker.collect_once()
    assert models.FloatingIp.objects.get().id == 'stays'


def test_a_neutron_without_routers_is_read_all_the_same(cloud):
    cloud.add_project('p')
    for name, resource in (
        ('routers', 'router'),
        ('floatingips', 'floatingip'),
    ):
        del cloud.neutron.rows[name]
        del cloud.neutron.default[resource]
    cloud.neutron.add('ports', 'p')

    worker.collect_once()

    assert part().failing_since is None
    assert quotas('p')['port'] == (500, 1, 0.2)
    assert 'router' not in quotas('p')


def test_a_cloud_without_neutron_is_told_as_such(cloud):
    cloud.leave_out('network')

    worker.collect_once()

    assert 'openstack catalog list' in part().remedy


def test_a_page_of_a_proxy_is_no_answer_of_neutron(cloud, requests_mock):
    requests_mock.get(
        'http://neutron.test/v2.0/quotas', text='<html>Sign in</html>'
    )

    worker.collect_once()

    assert 'quotas is no JSON' in part().error
    assert 'proxy' in part().remedy
