import contextlib
import copy
import functools
import time
import types
from unittest import mock

from django.contrib import auth
import pytest
from requests import adapters
import yaml

import horizon
from horizon.templatetags import horizon as horizon_tags
from openstack_auth import policy as horizon_policy
from openstack_dashboard.test.test_data import keystone_data
from openstack_dashboard.test.test_data import utils as test_data

from rey_dashboard import conf
from rey_dashboard.checks import registry
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import rhythm
from rey_dashboard.inventory import sync
from rey_dashboard.policy import session_roles
from rey_dashboard.tasks import engine as engines
from rey_dashboard.tasks import gates
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import verdict
from tests import factory
from tests import factory_checks
from tests import paper_capacity
from tests import paper_catalog
from tests import paper_check
from tests import paper_cloud
from tests import paper_copies
from tests import paper_network
from tests import paper_people
from tests import paper_tasks
from tests import paper_usage
from tests import simcloud
from tests import two_domains


@pytest.fixture(autouse=True)
def no_network(request, monkeypatch):
    """Fails a test that reaches for a cloud: pages never ask one.

    A simulated one that the test itself runs may be asked.
    """
    if request.node.get_closest_marker('browser'):
        return
    send = adapters.HTTPAdapter.send

    def refuse(adapter, call, **kwargs):
        if simcloud.is_ours(call.url):
            return send(adapter, call, **kwargs)
        raise AssertionError(f'a call to the cloud: {call.method} {call.url}')

    monkeypatch.setattr('requests.adapters.HTTPAdapter.send', refuse)


@pytest.fixture
def horizon_frame(monkeypatch):
    """Leaves Horizon's own dashboards out of the menu.

    Some ask the cloud before they show, and all take longer than our pages.
    """
    of_menu = types.SimpleNamespace(
        get_dashboards=lambda: [horizon.get_dashboard('rey')]
    )
    monkeypatch.setattr(horizon_tags, 'Horizon', of_menu)


@pytest.fixture(scope='session', autouse=True)
def policies_read_once():
    """Each test with a policy makes it anew; parsing it takes a second."""
    parse = functools.cache(yaml.safe_load)
    read_once = types.SimpleNamespace(
        safe_load=lambda file: parse(file.read()), YAMLError=yaml.YAMLError
    )
    with mock.patch.object(horizon_policy, 'yaml', read_once):
        yield


@pytest.fixture
def policy_in_force(settings):
    """Horizon's test settings switch the policy off; a deployment has it."""
    settings.POLICY_CHECK_FUNCTION = 'openstack_auth.policy.check'
    horizon_policy.reset()
    yield
    horizon_policy.reset()


@pytest.fixture(scope='session')
def canned():
    """Horizon's canned Keystone objects.

    Not all of its test data: that would spoil the clients' exceptions.
    """
    return test_data.TestData(keystone_data.data)


@pytest.fixture
def sign_in(client, canned, settings, horizon_frame, policy_in_force):
    """Signs a browser in with the named roles, as Keystone would do it."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(
            mock.patch(
                'openstack_auth.utils.get_project_list',
                lambda *_arguments, **_more: canned.tenants.list(),
            )
        )

        def sign_in(*roles):
            token = copy.copy(canned.token)
            token.serviceCatalog = canned.service_catalog
            token.roles = [{'id': name, 'name': name} for name in roles]
            session = client.session
            session[auth.SESSION_KEY] = token.user['id']
            session['user_id'] = token.user['id']
            session[auth.BACKEND_SESSION_KEY] = (
                settings.AUTHENTICATION_BACKENDS[0]
            )
            session['token'] = token
            session['region_endpoint'] = settings.OPENSTACK_KEYSTONE_URL
            session['services_region'] = 'RegionOne'
            # Keystone was asked just now whether the token is good.
            session[session_roles.DUE] = time.time() + 3600
            session.save()
            client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
            return client

        yield sign_in


@pytest.fixture
def company():
    """See the module that makes it."""
    two_domains.make()


@pytest.fixture
def admin(sign_in):
    return sign_in('admin')


@pytest.fixture
def member(sign_in):
    return sign_in('member')


@pytest.fixture
def cloud(requests_mock, tmp_path, monkeypatch):
    """A cloud on paper, and the clouds.yaml that leads to it."""
    clouds = tmp_path / 'clouds.yaml'
    clouds.write_text(
        'clouds: {rey: {region_name: RegionOne, auth: {'
        f'auth_url: "{paper_cloud.KEYSTONE}", username: rey, password: s3cret,'
        'project_name: service, user_domain_id: default,'
        'project_domain_id: default}}}'
    )
    monkeypatch.setenv('OS_CLIENT_CONFIG_FILE', str(clouds))
    monkeypatch.setattr('time.sleep', lambda seconds: None)
    # It does not tell changes: everything is read each time.
    monkeypatch.setattr(rhythm, 'UNTOLD', {})
    monkeypatch.setattr(rhythm, 'EVERY_S', {})
    cloud = paper_cloud.PaperCloud(requests_mock)
    cloud.add_domain('default')
    cloud.neutron = paper_network.PaperNeutron(cloud)
    cloud.capacity = paper_capacity.PaperCapacity(cloud)
    cloud.people = paper_people.PaperPeople(cloud)
    cloud.copies = paper_copies.PaperCopies(cloud)
    cloud.usage = paper_usage.PaperUsage(cloud)
    cloud.catalog = paper_catalog.PaperCatalog(cloud)
    return cloud


@pytest.fixture
def task_kind(monkeypatch):
    """Of tasks, on paper; nobody waits long for another try."""
    kind = paper_tasks.PaperKind()
    monkeypatch.setattr(kinds, 'installed', lambda: {'paper': kind})
    monkeypatch.setattr(gates, 'LONGEST_PAUSE_S', 0.05)
    monkeypatch.setattr(verdict, 'LONGEST_WAIT_S', 0.05)
    return kind


@pytest.fixture
def task_engine(task_kind):
    engine = paper_tasks.make_engine(task_kind)
    yield engine
    engine.close()


@pytest.fixture
def engine(cloud):
    """Of a worker, for the kinds and the cloud of the test's own file."""
    engine = engines.Engine(factory.REGION, conf.current())
    yield engine
    engine.close()


@pytest.fixture
def our_checks(monkeypatch):
    """Those of setup.cfg, whatever is installed here."""
    checks = factory_checks.ours()
    monkeypatch.setattr(registry, 'installed', lambda: checks)
    return checks


@pytest.fixture
def paper(our_checks):
    """One more of them, which finds what a test says."""
    check = factory_checks.PaperCheck()
    our_checks._checks['paper'] = check
    return check


@pytest.fixture
def rights(cloud):
    """Projects of two domains, with a role and a volume in each."""
    cloud.add_domain('research')
    cloud.add_project('p')
    cloud.add_project('q', domain_id='research')
    rights = paper_check.PaperRights(cloud)
    rights.roles = {'p': ['member'], 'q': ['member']}
    rights.volumes = {'p': 'v-p', 'q': 'v-q'}
    return rights


@pytest.fixture
def quickly(monkeypatch):
    """Without what no comparison looks at."""
    left_out = {parts.PEOPLE, parts.DOMAIN_ROLES, parts.HOURS, parts.RIGHTS}
    order = [
        tuple(part for part in group if part not in left_out)
        for group in sync.ORDER
    ]
    monkeypatch.setattr(sync, 'ORDER', order)
