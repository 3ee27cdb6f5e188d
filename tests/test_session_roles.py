"""The roles of a session follow Keystone's."""

from django.conf import settings
import pytest

from rey_dashboard.policy import session_roles
from tests import factory

pytestmark = pytest.mark.django_db
PROJECTS = '/rey/projects/'


@pytest.fixture(autouse=True)
def collected():
    factory.collected()


@pytest.fixture
def keystone(requests_mock):
    """Answers who validates a token."""

    def answer(**given):
        return requests_mock.get(
            f'{settings.OPENSTACK_KEYSTONE_URL}/auth/tokens', **given
        )

    return answer


def due(browser):
    """A session that is asked for with the next page."""
    session = browser.session
    del session[session_roles.DUE]
    session.save()
    browser.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return browser


def token(*roles):
    return {'json': {'token': {'roles': [{'name': name} for name in roles]}}}


def test_it_is_asked_once_in_some_minutes(sign_in, keystone):
    asked = keystone(**token('admin'))
    browser = due(sign_in('admin'))
    for _time in range(3):
        assert browser.get(PROJECTS).status_code == 200
    assert asked.call_count == 1
    sent = asked.last_request.headers
    assert sent['X-Auth-Token'] == sent['X-Subject-Token']


def test_a_role_taken_away_closes(sign_in, keystone):
    keystone(**token('member'))
    browser = due(sign_in('admin', 'member'))
    assert browser.get(PROJECTS).status_code == 403
    names = [role['name'] for role in browser.session['token'].roles]
    assert names == ['member']


def test_a_role_given_since_does_not_open(sign_in, keystone):
    keystone(**token('admin', 'member'))
    assert due(sign_in('member')).get(PROJECTS).status_code == 403


@pytest.mark.parametrize('status', [401, 404])
def test_a_void_token_closes(sign_in, keystone, status):
    keystone(status_code=status)
    browser = due(sign_in('admin'))
    assert browser.get(PROJECTS).status_code == 403
    assert browser.get(PROJECTS).status_code == 403


def test_a_void_token_closes_a_managers_domain_too(sign_in, keystone):
    factory.domain_role('research')
    keystone(status_code=401)
    assert due(sign_in('member')).get(PROJECTS).status_code == 403


@pytest.mark.parametrize(
    'answer',
    [
        {'status_code': 503},
        {'text': '<html>'},
        {'json': []},
        {'json': {'token': {'roles': None}}},
    ],
)
def test_no_answer_leaves_it_open(sign_in, keystone, answer, caplog):
    asked = keystone(**answer)
    browser = due(sign_in('admin'))
    for _time in range(2):
        assert browser.get(PROJECTS).status_code == 200
    # Asked again after a minute, and not with each page.
    assert asked.call_count == 1
    assert browser.session['token'].id not in caplog.text
