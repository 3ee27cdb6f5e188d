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


def test_a_refusal_is_not_well(grants, clouds, capsys):
    grants.refuse = True
    assert apply(clouds) == 1
    told = capsys.readouterr().err
    assert '403' in told
    assert 'openstack token issue' in told.splitlines()[-1]


def test_without_apply_the_commands_are_told(clouds, capsys, monkeypatch):
    monkeypatch.setenv('OS_AUTH_URL', 'https://keystone.test/v3')
    options = ['--service-user', '--clouds-yaml', str(clouds)]
    assert cli.main(['setup', *options]) == 0
    told = capsys.readouterr().out
    assert '--project service' in told
    assert '--inherited member' in told
    assert 'install -D -m 0600' in told
    assert 'auth_url: https://keystone.test/v3' in told
    assert not clouds.exists()


def test_apply_alone_is_wrong_use(capsys):
    assert cli.main(['setup', '--apply']) == 2
