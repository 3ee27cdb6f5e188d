"""A service user of a real Keystone: made, tried, and short of a right."""

import contextlib
import json
import os
import subprocess
import uuid

import openstack
import pytest
import yaml

from rey_dashboard.setup import service_user

pytestmark = pytest.mark.browser
USER = 'rey-trial'


@pytest.fixture(scope='module')
def admin(demo):
    config = openstack.config.OpenStackConfig(
        config_files=[str(demo.clouds_yaml)], load_envvars=False
    )
    admin = openstack.connection.Connection(
        config=config.get_one('demo-admin')
    )
    yield admin.identity
    admin.close()


@pytest.fixture(scope='module')
def run(demo):
    """Runs ``rey-dashboard`` of the demo's Horizon with a clouds.yaml."""

    def run(clouds, *arguments, **variables):
        command = demo.home / 'horizon-venv' / 'bin' / 'rey-dashboard'
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(('OS_', 'DJANGO_'))
        }
        done = subprocess.run(
            [str(command), *arguments],
            env={**kept, 'OS_CLIENT_CONFIG_FILE': str(clouds), **variables},
            capture_output=True,
            text=True,
        )
        assert done.returncode in (0, 1), done.stderr
        return done

    return run


@pytest.fixture(scope='module')
def clouds(tmp_path_factory):
    return tmp_path_factory.mktemp('worker') / 'made' / 'clouds.yaml'


@pytest.fixture(scope='module')
def apply(demo, run, clouds):
    """Makes the user with an entry of the administrator's own file."""

    def apply(*options):
        done = run(
            demo.clouds_yaml,
            *('setup', '--service-user', '--apply', '--user', USER),
            *('--clouds-yaml', str(clouds), *options),
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return apply


@pytest.fixture(scope='module')
def user(demo, admin, run, clouds):
    """Made with variables, as an openrc file sets them; then deleted."""
    entry = yaml.safe_load(demo.clouds_yaml.read_text())['clouds']
    auth = entry['demo-admin']['auth']
    variables = {f'OS_{name.upper()}': auth[name] for name in auth}
    _delete(admin)
    try:
        done = run(
            '/dev/null',
            *('setup', '--service-user', '--apply', '--user', USER),
            *('--clouds-yaml', str(clouds)),
            **variables,
            OS_REGION_NAME='RegionOne',
        )
        assert done.returncode == 0, done.stderr
        yield admin.find_user(USER, ignore_missing=False)
    finally:
        _delete(admin)


@pytest.fixture
def new_domain(admin):
    domain = admin.create_domain(name=f'trial-{uuid.uuid4().hex[:8]}')
    yield domain
    admin.update_domain(domain, is_enabled=False)
    admin.delete_domain(domain)


@pytest.fixture
def check(run, clouds):
    """What is not well, by name, with the service user's rights."""

    def check(file=clouds):
        done = run(file, 'check', '--only', 'cloud', '--json')
        told = json.loads(done.stdout)
        assert told['well'] == (done.returncode == 0)
        rows = {row['name']: row for row in told['checks']}
        return {
            name: row for name, row in rows.items() if row['state'] != 'well'
        }

    return check


def _delete(admin):
    user = admin.find_user(USER)
    if user:
        admin.delete_user(user)


@contextlib.contextmanager
def without(admin, user, role, **target):
    """The role is given back, whatever happens."""
    role = admin.find_role(role, ignore_missing=False)
    path = '/OS-INHERIT' if 'domain' in target else ''
    ((kind, where),) = target.items()
    path += f'/{kind}s/{where}/users/{user.id}/roles/{role.id}'
    if 'domain' in target:
        path += '/inherited_to_projects'
    assert admin.delete(path).status_code == 204
    try:
        yield
    finally:
        admin.put(path)


def test_it_may_do_all_that_is_asked_of_it(user, clouds, check):
    assert clouds.stat().st_mode & 0o777 == 0o600
    assert check() == {}


def test_again_it_changes_nothing_but_for_a_new_domain(
    user, admin, clouds, apply, request
):
    before = clouds.read_text()
    again = ('--os-cloud', 'demo-admin')
    assert 'nothing was changed' in apply(*again)
    domain = request.getfixturevalue('new_domain')
    first, *others = apply(*again).splitlines()
    assert f'member on the domain {domain.name}' in first
    assert len(others) == 1
    assert clouds.read_text() == before
    role = admin.find_role(service_user.ACTS)
    (given,) = admin.role_assignments(
        user_id=user.id, scope_domain_id=domain.id
    )
    assert given.role['id'] == role.id
    assert given.scope['OS-INHERIT:inherited_to'] == 'projects'


def test_a_new_password_ends_the_old_one(user, clouds, apply, check, tmp_path):
    old = tmp_path / 'old.yaml'
    old.write_text(clouds.read_text())
    apply('--os-cloud', 'demo-admin', '--new-password')
    assert clouds.stat().st_mode & 0o777 == 0o600
    assert check() == {}
    found = check(old)
    assert set(found) == {'Cloud'}
    assert 'HTTP 401' in found['Cloud']['words']


def test_a_missing_right_is_named_with_its_remedy(user, admin, check):
    project = admin.find_project('service', domain_id='default')
    with without(admin, user, service_user.READS, project=project.id):
        found = check()
    assert set(found) == {
        *('Reading identity', 'Reading compute', 'Reading block-storage'),
        *('Reading network', 'Reading placement', 'Tasks', 'Backups'),
    }
    command = f'role add --user {user.id} --project {project.id} admin'
    assert all(command in row['remedy'] for row in found.values())

    domain = admin.find_domain('customers')
    with without(admin, user, service_user.ACTS, domain=domain.id):
        found = check()
    assert set(found) == {'Backups'}
    assert found['Backups']['words'].endswith('of 3 domains: customers.')
    assert (
        f'role add --inherited --user {user.id} --domain {domain.id} member'
        in found['Backups']['remedy']
    )


@pytest.fixture
def credential(user, clouds):
    config = openstack.config.OpenStackConfig(
        config_files=[str(clouds)], load_envvars=False
    )
    with openstack.connection.Connection(config=config.get_one('rey')) as own:
        made = own.identity.create_application_credential(user.id, name='t')
        yield made
        # Deleted with its user, it would leave rows of its roles in SQLite.
        own.identity.delete_application_credential(user.id, made)


def test_an_application_credential_reads_and_no_more(
    clouds, credential, check, tmp_path
):
    entry = yaml.safe_load(clouds.read_text())['clouds']['rey']
    entry['auth_type'] = 'v3applicationcredential'
    entry['auth'] = {
        'auth_url': entry['auth']['auth_url'],
        'application_credential_id': credential.id,
        'application_credential_secret': credential.secret,
    }
    file = tmp_path / 'clouds.yaml'
    file.write_text(yaml.safe_dump({'clouds': {'rey': entry}}))
    found = check(file)
    assert set(found) == {'Backups'}
    assert 'application credential' in found['Backups']['words']
    assert '--service-user' in found['Backups']['remedy']
