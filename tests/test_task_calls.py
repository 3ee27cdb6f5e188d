"""What a step's calls bear, and what their faults mean."""

from keystoneauth1 import exceptions as ks_exceptions
import pytest

from rey_dashboard import conf
from rey_dashboard.cloud import caller
from rey_dashboard.cloud import faults
from rey_dashboard.cloud import session
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import trouble
from tests import paper_cloud
from tests import paper_tasks


def test_calls_of_a_step_bear_its_request_id(cloud, requests_mock):
    signed_in = session.Cloud('rey').session()
    for request_id in ('req-1', 'req-2'):
        with caller.calling(request_id, lambda: None):
            signed_in.get(paper_cloud.KEYSTONE)
        sent = requests_mock.last_request.headers
        assert sent['X-OpenStack-Request-ID'] == request_id


def test_a_service_is_asked_once_and_tells_its_fault_at_once(
    cloud, requests_mock
):
    away = requests_mock.get(
        f'{paper_cloud.KEYSTONE}/users',
        status_code=503,
        headers={'Retry-After': '7'},
    )
    context = kinds.Context(conf.Settings())
    service = context.service('identity')
    assert service is context.service('identity')
    with pytest.raises(ks_exceptions.ServiceUnavailable) as met:
        service.get('/users')
    assert away.call_count == 1
    assert trouble.judge(met.value).pause_s == 7


@pytest.mark.parametrize(
    ('error', 'told'),
    [
        (paper_tasks.answer(429, retry_after=7), (True, True, True, 7)),
        (paper_tasks.answer(429, retry_after=9e9), (True, True, True, 300)),
        (paper_tasks.answer(503), (True, True, False, 0)),
        (paper_tasks.answer(500), (True, False, False, 0)),
        (paper_tasks.answer(400), (False, False, False, 0)),
        (ks_exceptions.ConnectTimeout('no'), (True, True, False, 0)),
        (ks_exceptions.DiscoveryFailure('no'), (True, True, False, 0)),
        (faults.Misconfigured('no'), (True, True, False, 0)),
        (TimeoutError('no'), (True, True, False, 0)),
        (ks_exceptions.Unauthorized('no'), (True, False, False, 0)),
        (kinds.Conflict('changed'), (False, False, False, 0)),
        (KeyError('a'), (False, False, False, 0)),
    ],
)
def test_what_a_fault_means(error, told):
    met = trouble.judge(error)
    assert (met.again, met.of_service, met.refused, met.pause_s) == told
