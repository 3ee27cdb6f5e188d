import json
import uuid

import pytest

from tests import paper_check
from tests import paper_cloud

# What excludes domains and names the entry is asked of the settings.
pytestmark = pytest.mark.django_db


def test_a_service_user_that_cannot_sign_in(cloud, capsys, requests_mock):
    requests_mock.post(f'{paper_cloud.KEYSTONE}/auth/tokens', status_code=401)
    status, verdicts = paper_check.found(capsys, '--only', 'cloud')
    assert status == 1
    assert paper_check.bad(verdicts) == ['Cloud']
    assert 'token issue' in verdicts['Cloud']['remedy']
    assert 's3cret' not in json.dumps(verdicts)


def test_a_right_to_read_that_is_missing(cloud, rights, capsys):
    cloud.fail['/os-simple-tenant-usage'] = 403
    cloud.fail['/servers'] = 403
    cloud.fail['/scheduler-stats'] = 403
    status, verdicts = paper_check.found(capsys, '--only', 'cloud')
    assert status == 1
    assert paper_check.bad(verdicts) == [
        'Reading compute',
        'Reading block-storage',
    ]
    told = verdicts['Reading compute']
    assert told['words'].startswith(
        '/servers/detail, /os-simple-tenant-usage: refused (HTTP 403) (req-'
    )
    assert 'openstack role add --user ' in told['remedy']
    assert told['remedy'].endswith(' admin')


def test_a_service_that_fails_lacks_no_role(cloud, rights, capsys):
    cloud.fail['/servers'] = 500
    _status, verdicts = paper_check.found(capsys, '--only', 'cloud')
    told = verdicts['Reading compute']
    assert 'HTTP 500' in told['words']
    assert 'role add' not in told['remedy']


def test_a_right_to_change_that_is_missing(rights, capsys):
    _status, verdicts = paper_check.found(capsys, '--only', 'cloud')
    assert verdicts['Tasks']['state'] == 'well'
    rights.refuse = {'/os-services/', '/v2.0/quotas/'}
    _status, verdicts = paper_check.found(capsys, '--only', 'cloud')
    assert paper_check.bad(verdicts) == ['Tasks']
    assert verdicts['Tasks']['words'].startswith(
        'compute /os-services, block-storage /os-services, '
        'network /v2.0/quotas: refused'
    )
    assert 'admin' in verdicts['Tasks']['remedy']


def test_what_is_tried_changes_nothing_that_exists(cloud, rights, capsys):
    paper_check.found(capsys, '--only', 'cloud')
    backups = [body for path, body in rights.sent if '/backups' in path]
    changes = [row for row in rights.sent if '/backups' not in row[0]]
    assert len(backups) == 2
    assert len(changes) == 5
    # Cinder's services have no id.
    (switch,) = [row for row in changes if row[0].endswith('/enable')]
    assert switch[1]['binary'] == 'rey-dashboard-check'
    changes.remove(switch)
    # All are of something that nobody has ever made.
    unknown = {path.rpartition('/')[2] for path, _body in changes}
    unknown |= {body['snapshot_id'] for body in backups}
    assert len(unknown) == 6
    for one in unknown:
        assert uuid.UUID(one).version == 4


def test_quotas_are_tried_on_another_project(cloud, rights, capsys):
    cloud.fail['/os-quota-sets/p'] = 403
    _status, verdicts = paper_check.found(capsys, '--only', 'cloud')
    assert '/os-quota-sets' in verdicts['Reading compute']['words']


def test_a_service_that_is_too_old(cloud, rights, capsys):
    cloud.capacity.version = '1.10'
    _status, verdicts = paper_check.found(capsys, '--only', 'cloud')
    assert paper_check.bad(verdicts) == [
        'Service versions',
        'Reading placement',
    ]
    assert '1.14 is needed' in verdicts['Service versions']['words']
    assert 'Upgrade' in verdicts['Service versions']['remedy']


def test_a_domain_that_passes_no_role_on(cloud, rights, capsys):
    cloud.add_domain('heat', name='heat_user_domain')
    cloud.add_project('machine', domain_id='heat')
    cloud.add_domain('empty')
    _status, verdicts = paper_check.found(capsys, '--only', 'cloud')
    assert sorted(rights.asked) == ['p', 'q']
    assert verdicts['Backups']['words'] == (
        'Allowed in one project of each of 2 domains; 1 more have no project '
        'to try it on.'
    )

    del rights.roles['q']
    status, verdicts = paper_check.found(capsys, '--only', 'cloud')
    assert status == 1
    assert paper_check.bad(verdicts) == ['Backups']
    told = verdicts['Backups']
    assert '1 of 2 domains: research.' in told['words']
    assert '--inherited --user ' in told['remedy']
    assert told['remedy'].endswith(' --domain research member')


def test_a_project_with_a_volume_is_looked_for(cloud, rights, capsys):
    cloud.add_project('r', domain_id='research')
    rights.roles['r'] = ['member']
    rights.volumes = {'p': 'v-p', 'r': 'v-r'}
    _status, verdicts = paper_check.found(capsys, '--only', 'cloud')
    assert sorted(rights.asked) == ['p', 'r']
    assert 'role alone' not in verdicts['Backups']['words']


def test_without_a_volume_the_role_alone_tells(rights, capsys):
    del rights.volumes['p']
    _status, verdicts = paper_check.found(capsys, '--only', 'cloud')
    assert verdicts['Backups']['state'] == 'well'
    assert 'in 1 of them by the role alone' in verdicts['Backups']['words']
    rights.roles['p'] = ['reader']
    _status, verdicts = paper_check.found(capsys, '--only', 'cloud')
    assert paper_check.bad(verdicts) == ['Backups']
    assert '1 of 2 domains: default.' in verdicts['Backups']['words']


def test_a_cloud_without_cinder_lacks_no_right(cloud, capsys):
    cloud.add_project('p')
    cloud.leave_out('block-storage')
    paper_check.PaperRights(cloud).roles = {'p': ['member']}
    _status, verdicts = paper_check.found(capsys, '--only', 'cloud')
    assert 'role alone' in verdicts['Backups']['words']
    assert 'openstack catalog list' in verdicts['Tasks']['remedy']


def test_a_role_that_cinder_refuses(rights, capsys):
    rights.no_backups = {'p'}
    rights.roles['p'] = ['reader']
    _status, verdicts = paper_check.found(capsys, '--only', 'cloud')
    assert verdicts['Backups']['remedy'].endswith('--domain default member')

    rights.roles['p'] = ['member']
    _status, verdicts = paper_check.found(capsys, '--only', 'cloud')
    assert '1 of 2 domains: default' in verdicts['Backups']['words']
    assert 'policy of Cinder' in verdicts['Backups']['remedy']


def test_an_application_credential_holds_for_one_project(
    cloud, rights, capsys, tmp_path
):
    entry = {
        'auth_type': 'v3applicationcredential',
        'auth': {
            'auth_url': paper_cloud.KEYSTONE,
            'application_credential_id': 'a',
            'application_credential_secret': 's3cret',
        },
    }
    clouds = tmp_path / 'clouds.yaml'
    clouds.write_text(json.dumps({'clouds': {'rey': entry}}))
    _status, verdicts = paper_check.found(capsys, '--only', 'cloud')
    assert paper_check.bad(verdicts) == ['Backups']
    assert 'application credential' in verdicts['Backups']['words']
    assert '--service-user' in verdicts['Backups']['remedy']


def test_an_entry_without_a_password(cloud, capsys, tmp_path):
    clouds = tmp_path / 'clouds.yaml'
    text = clouds.read_text()
    clouds.write_text(text.replace(' password: s3cret,', ''))
    _status, verdicts = paper_check.found(capsys, '--only', 'cloud')
    assert paper_check.bad(verdicts) == ['Cloud']
    assert 'no password' in verdicts['Cloud']['words']
