import pytest

from tests import factory
from tests import simcloud
from tests.now import live


@pytest.fixture(scope='module')
def shared():
    with simcloud.running(page=4) as cloud:
        yield cloud


@pytest.fixture
def cloud(shared):
    yield shared
    shared.clear_faults()
    shared.latency_s = 0
    shared.versions['compute'] = ('2.1', '2.104')
    shared.expire_tokens()
    shared.keystone.plain.clear()
    shared.missing.clear()


@pytest.fixture
def project(cloud):
    return cloud.add_project(f'p{len(cloud.tables["projects"].created.rows)}')


@pytest.fixture
def enter(sign_in, cloud, project, company, settings):
    """Signs in, with a token of the simulated cloud."""

    def enter(role='admin', project_id=project, plain=False):
        browser = sign_in(role)
        session = browser.session
        token = session['token']
        token.id = cloud.keystone.admit(live.TOKEN, project_id, plain)
        token.serviceCatalog = cloud.catalog()
        token.project = {**token.project, 'id': project_id}
        session['token'] = token
        session.save()
        browser.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
        return browser

    return enter


@pytest.fixture
def server(cloud, project, company):
    """In the cloud and, as it was some time ago, collected."""
    id_ = cloud.add_server(project, name='web', task_state='deleting')
    factory.server(id_, 'p', host='compute-9', status='BUILD')
    return id_
