from keystoneauth1 import exceptions as ks_exceptions
import pytest

from rey_dashboard.cloud import faults
from rey_dashboard.cloud import session


def test_a_refused_connection_is_told_without_the_librarys_inner_view():
    adapter = session.Session().session.get_adapter('http://c/')
    pool = adapter.poolmanager.connection_from_url('http://c/')
    error = ks_exceptions.ConnectFailure(
        f'Unable to establish connection to http://c/v3/: {pool}: Max '
        'retries exceeded with url: /v3/ (Caused by '
        "NewConnectionError(\"HTTPConnection(host='c', port=80): Failed to "
        'establish a new connection: [Errno 111] Connection refused"))'
    )
    assert faults.explain(error).words == (
        'Unable to establish connection to http://c/v3/ '
        '([Errno 111] Connection refused)'
    )


@pytest.mark.parametrize(
    ('error', 'remedy'),
    [
        (ks_exceptions.Unauthorized(), 'clouds.yaml'),
        (ks_exceptions.Forbidden(), 'role admin'),
        (ks_exceptions.EndpointNotFound(), 'catalog'),
        (ks_exceptions.ConnectTimeout(), 'in time'),
        (ks_exceptions.InternalServerError(), 'request id'),
    ],
)
def test_each_fault_has_a_way_out(error, remedy):
    assert remedy in faults.explain(error).remedy


@pytest.mark.parametrize(
    'body',
    [
        {'forbidden': {'message': 'Not you: no.', 'code': 403}},
        {'NeutronError': {'message': 'Not you: no.', 'type': 'NotYou'}},
        {'NeutronError': 'Not you: no.'},
        {'error': {'message': 'Not you: no.', 'code': 403}},
    ],
)
def test_the_services_own_words_are_told(body, requests_mock):
    requests_mock.post(
        'http://c/',
        status_code=403,
        json=body,
        headers={'X-OpenStack-Request-ID': 'req-7'},
    )
    with pytest.raises(ks_exceptions.Forbidden) as met:
        session.Session().request('http://c/', 'POST', authenticated=False)
    assert faults.explain(met.value).words == (
        'Not you: no. (HTTP 403) (Request-ID: req-7)'
    )


@pytest.mark.parametrize(
    'body', ['{"a": 1}', '{"a": {"message": {}}}', '[]', 'null', '{', '{}']
)
def test_an_answer_of_another_shape_is_told_too(body, requests_mock):
    requests_mock.post(
        'http://c/',
        status_code=403,
        text=body,
        headers={'Content-Type': 'application/json'},
    )
    with pytest.raises(ks_exceptions.Forbidden) as met:
        session.Session().request('http://c/', 'POST', authenticated=False)
    assert '(HTTP 403)' in faults.explain(met.value).words


def test_words_are_one_line_and_not_endless():
    words = faults.explain(faults.CloudFault('a\n  b' + 'x' * 5000)).words
    assert words.startswith('a b')
    assert len(words) == 600
