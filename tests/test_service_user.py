import pytest
import yaml

from rey_dashboard import cli
from tests import paper_cloud
from tests import paper_grants

EXPECTED = {
    '/projects/p-service/users/u-rey/roles/r-admin',
    '/os-inherit/domains/default/users/u-rey/roles/r-member/'
    'inherited_to_projects',
    '/os-inherit/domains/research/users/u-rey/roles/r-member/'
    'inherited_to_projects',
}


@pytest.fixture
def grants(cloud, requests_mock):
    cloud.add_domain('research')
    return paper_grants.PaperGrants(cloud, requests_mock)


@pytest.fixture
def clouds(tmp_path):
    return tmp_path / 'worker' / 'clouds.yaml'


def apply(clouds, *options):
    # The entry of the fixture stands for an administrator's.
    options = [*options, '--os-cloud', 'rey', '--clouds-yaml', str(clouds)]
    return cli.main(['setup', '--service-user', '--apply', *options])


def test_the_service_user_is_made_with_its_roles_and_entry(
    grants, clouds, capfd
):
    assert apply(clouds) == 0
    assert grants.given == EXPECTED
    assert clouds.stat().st_mode & 0o777 == 0o600
    entry = yaml.safe_load(clouds.read_text())['clouds']['rey']
    assert entry['region_name'] == 'RegionOne'
    auth = entry['auth']
    assert auth['auth_url'] == paper_cloud.KEYSTONE
    assert auth['project_name'] == 'service'
    password = grants.users['rey']['password']
    assert auth['password'] == password
    assert len(password) > 30
    assert password not in ''.join(capfd.readouterr())


def test_made_again_nothing_changes(grants, clouds, capsys):
    apply(clouds)
    before = clouds.read_text(), dict(grants.users)
    capsys.readouterr()
    assert apply(clouds) == 0
    assert 'nothing was changed' in capsys.readouterr().out
    assert (clouds.read_text(), grants.users) == before


def test_a_new_domain_gets_the_role(grants, clouds, cloud):
    apply(clouds)
    cloud.add_domain('later')
    assert apply(clouds) == 0
    assert any('/domains/later/' in path for path in grants.given)


def test_a_user_whose_password_is_lost_keeps_it(grants, clouds, capsys):
    grants.users['rey'] = {'password': 'lost'}
    assert apply(clouds) == 1
    assert grants.users['rey'] == {'password': 'lost'}
    assert not clouds.exists()
    assert '--new-password' in capsys.readouterr().err.splitlines()[-1]
    assert apply(clouds, '--new-password') == 0
    entry = yaml.safe_load(clouds.read_text())['clouds']['rey']
    assert grants.users['rey']['password'] == entry['auth']['password']


def test_a_file_with_other_entries_is_left(grants, clouds, capsys):
    clouds.parent.mkdir()
    clouds.write_text('clouds: {mine: {}}  # of the operator\n')
    assert apply(clouds) == 1
    assert clouds.read_text() == 'clouds: {mine: {}}  # of the operator\n'
    assert '--clouds-yaml' in capsys.readouterr().err.splitlines()[-1]
    assert not grants.users


def test_a_file_of_another_user_or_cloud_is_left(grants, clouds, capsys):
    apply(clouds)
    before = clouds.read_text()
    assert apply(clouds, '--user', 'other') == 1
    assert 'another user' in capsys.readouterr().err
    assert set(grants.users) == {'rey'}

    # The same names in another cloud, where the user is still to be made.
    clouds.write_text(before.replace('keystone.test', 'elsewhere.test'))
    grants.users.clear()
    assert apply(clouds) == 1
    assert 'elsewhere.test' in clouds.read_text()
    assert not grants.users

    clouds.write_text('clouds: [')
    assert apply(clouds) == 1
    assert 'is no clouds.yaml' in capsys.readouterr().err


def test_what_the_operator_added_to_the_entry_stays(grants, clouds):
    apply(clouds)
    entry = yaml.safe_load(clouds.read_text())['clouds']['rey']
    entry['cacert'] = '/etc/ssl/mine.pem'
    old = entry['auth']['password']
    clouds.write_text(yaml.safe_dump({'clouds': {'rey': entry}}))
    assert apply(clouds, '--new-password') == 0
    changed = yaml.safe_load(clouds.read_text())['clouds']['rey']
    assert changed['cacert'] == '/etc/ssl/mine.pem'
    assert changed['auth']['password'] != old
    assert clouds.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ('option', 'remedy'),
    [
        (('--project', 'nowhere'), 'openstack project list'),
        (('--domain', 'Default'), 'openstack domain list'),
    ],
)
def test_nothing_is_made_when_something_is_missing(
    grants, clouds, capsys, option, remedy
):
    assert apply(clouds, *option) == 1
    assert remedy in capsys.readouterr().err.splitlines()[-1]
    assert not grants.users
    assert not clouds.exists()


def test_a_refused_new_password_leaves_the_old_one(grants, clouds, capsys):
    apply(clouds)
    before = clouds.read_text()
    grants.refuse = True
    assert apply(clouds, '--new-password') == 1
    assert clouds.read_text() == before
    assert 'wrote' not in capsys.readouterr().out.splitlines()[-1]


def test_a_refusal_is_not_well(grants, clouds, capsys):
    grants.refuse = True
    assert apply(clouds) == 1
    assert not clouds.exists()
    told = capsys.readouterr().err
    assert '403' in told
    assert 'openstack token issue' in told.splitlines()[-1]


@pytest.fixture
def openrc(monkeypatch):
    """What an administrator's openrc file sets."""
    for name, value in {
        'OS_AUTH_URL': 'https://keystone.test/v3',
        'OS_USERNAME': 'admin',
        'OS_PASSWORD': 's3cret',
        'OS_PROJECT_NAME': 'admin',
        'OS_REGION_NAME': 'RegionTwo',
        'OS_CACERT': '/etc/ssl/ours.pem',
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv('OS_CLIENT_CONFIG_FILE', raising=False)


def told(capsys, clouds, *options):
    options = ['--service-user', '--clouds-yaml', str(clouds), *options]
    assert cli.main(['setup', *options]) == 0
    assert not clouds.exists()
    return capsys.readouterr().out


def test_without_apply_the_commands_are_told(clouds, capsys, openrc):
    commands = told(capsys, clouds)
    assert '--project service' in commands
    assert '--inherited member' in commands
    assert f'install -d {clouds.parent}' in commands
    assert 'auth_url: https://keystone.test/v3' in commands
    assert 'region_name: RegionTwo' in commands
    assert 'cacert: /etc/ssl/ours.pem' in commands
    assert 's3cret' not in commands


def test_the_question_for_the_password_is_the_last_line(clouds, capsys):
    """It would swallow the lines that were pasted after it."""
    last = told(capsys, clouds).strip().splitlines()[-1]
    assert last.endswith('--password-prompt rey')


def test_the_commands_are_told_without_credentials(
    clouds, capsys, monkeypatch
):
    monkeypatch.setenv('OS_AUTH_URL', 'https://keystone.test/v3')
    assert 'auth_url: https://KEYSTONE:5000/v3' in told(capsys, clouds)


def test_the_commands_are_of_the_cloud_that_was_named(cloud, clouds, capsys):
    commands = told(capsys, clouds, '--os-cloud', 'rey')
    assert f'auth_url: {paper_cloud.KEYSTONE}' in commands
    options = ['--clouds-yaml', str(clouds), '--os-cloud', 'none']
    assert cli.main(['setup', '--service-user', *options]) == 1


def test_without_credentials_the_way_to_them_is_told(
    clouds, capsys, monkeypatch
):
    options = ['--service-user', '--apply', '--clouds-yaml', str(clouds)]
    assert cli.main(['setup', *options]) == 1
    assert '--os-cloud' in capsys.readouterr().err.splitlines()[-1]
    # An openrc file that did not ask for the password.
    monkeypatch.setenv('OS_AUTH_URL', 'https://keystone.test/v3')
    monkeypatch.setenv('OS_USERNAME', 'admin')
    assert cli.main(['setup', *options]) == 1
    assert 'no password' in capsys.readouterr().err


def test_apply_alone_is_wrong_use(capsys):
    assert cli.main(['setup', '--apply']) == 2
