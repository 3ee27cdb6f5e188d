"""What services do with new limits of a project."""

import pytest

from tests.e2e.contract import listings

#: Service, path, key of the body, a resource that the contract's own project
#: uses, and what refuses a limit below that.
SERVICES = {
    'compute': ('/os-quota-sets/{}', 'quota_set', 'instances'),
    'block-storage': ('/os-quota-sets/{}', 'quota_set', 'volumes'),
    'network': ('/v2.0/quotas/{}', 'quota', 'port'),
}


@pytest.fixture(params=SERVICES)
def quota(request, side):
    """Sets limits of the contract's project; at the end all are as before."""
    path, key, resource = SERVICES[request.param]
    path = path.format(side.project)
    before = side.bare.ask(request.param, path)[key][resource]

    def put(**limits):
        answer = side.bare.attempt('PUT', path, request.param, {key: limits})
        return answer.status_code, answer.json().get(key)

    yield request.param, resource, put
    if request.param == 'block-storage':
        # No value of its own, as before.
        side.bare.attempt('DELETE', path, request.param)
    else:
        put(**{resource: before})


def test_an_answer_tells_the_new_limits(quota):
    _service, resource, put = quota
    for _twice in range(2):
        status, limits = put(**{resource: 40})
        assert (status, limits[resource]) == (200, 40)
        assert len(limits) > 5
        assert 'id' not in limits
    assert put(**{resource: -1})[1][resource] == -1


def test_a_limit_below_the_use_is_refused_by_most(quota):
    service, resource, put = quota
    below = listings.COUNT - 1
    if service == 'block-storage':
        # Where the project has no value of its own it is not compared.
        assert put(**{resource: below})[0] == 200
    assert put(**{resource: below})[0] == 400


def test_what_is_no_quota_is_refused(quota):
    _service, resource, put = quota
    assert put(nonsense=1)[0] == 400
    assert put(**{resource: -2})[0] == 400


def test_nova_and_neutron_can_be_made_to_go_below_the_use(quota):
    service, resource, put = quota
    if service != 'block-storage':
        assert put(**{resource: 0, 'force': True})[0] == 200
