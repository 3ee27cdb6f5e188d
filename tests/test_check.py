import datetime
import json
import logging
import pathlib

from django.db import connection
from django.db.migrations import recorder
from django.utils import timezone
import pytest

from openstack_auth import policy as horizon_policy

from rey_dashboard import cli
from rey_dashboard import conf
from rey_dashboard.inventory import models
from rey_dashboard.setup import check
from rey_dashboard.setup import checks_data
from rey_dashboard.setup import checks_database
from rey_dashboard.setup import checks_horizon
from rey_dashboard.setup import checks_policy
from tests import factory
from tests import paper_check
from tests import paper_cloud

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
STATIC = pathlib.Path(conf.__file__).parent / 'static'


@pytest.fixture
def rights(cloud):
    """Projects in two domains, and a role in each."""
    cloud.add_domain('research')
    cloud.add_project('p')
    cloud.add_project('q', domain_id='research')
    rights = paper_check.PaperRights(cloud)
    rights.roles = {'p': ['member'], 'q': ['member']}
    return rights


@pytest.fixture
def horizon(settings, monkeypatch):
    """Horizon's own side of it, as well as it can be."""
    settings.STATIC_ROOT = str(STATIC)
    monkeypatch.setattr('socket.gethostname', lambda: 'ops-1')
    horizon_policy.reset()
    yield
    horizon_policy.reset()


def found(capsys, *arguments):
    """The exit status, and the verdicts by name."""
    status = cli.main(['check', '--json', *arguments])
    told = json.loads(capsys.readouterr().out)
    assert told['well'] == (status == 0)
    return status, {row['name']: row for row in told['checks']}


def bad(verdicts):
    return [
        name for name, row in verdicts.items() if row['state'] == 'not well'
    ]


def test_all_is_well(rights, horizon, capsys):
    factory.collected()
    status, verdicts = found(capsys)
    assert status == 0
    assert {
        name for name, row in verdicts.items() if row['state'] != 'well'
    } == {'Writing by web server'}
    assert set(verdicts) >= {
        'Dashboard',
        'Policy',
        'Tables',
        'Writing',
        'One host with SQLite',
        'Service versions',
        'Reading placement',
        'Tasks and backups',
        'Worker',
        'Data of RegionOne',
    }
    assert not models.Collector.objects.exclude(region='RegionOne').exists()


def test_people_get_the_remedy_on_the_last_lines(rights, horizon, capsys):
    factory.collected()
    assert cli.main(['check']) == 0
    assert 'All is well' in capsys.readouterr().out.splitlines()[-1]
    models.Worker.objects.all().delete()
    assert cli.main(['check']) == 1
    told = capsys.readouterr()
    assert told.out.splitlines()[-1].startswith('Worker: Start it')
    assert 's3cret' not in told.out + told.err


def test_wrong_use_is_2(capsys):
    assert check.AREAS == ('horizon', 'database', 'cloud')
    with pytest.raises(SystemExit) as ended:
        cli.main(['check', '--only', 'weather'])
    assert ended.value.code == 2


def test_only_the_database_asks_no_cloud(horizon, capsys):
    status, verdicts = found(capsys, '--only', 'database')
    assert status == 0
    assert verdicts['Writing']['state'] == 'well'
    assert 'Cloud' not in verdicts


# Horizon


def test_files_that_horizon_only_logs_are_told():
    def setup():
        log = logging.getLogger('settings')
        log.warning('No local_settings file found.')
        try:
            exec('password = "s3cret"\nint(password)')  # noqa: S102
        except ValueError:
            log.exception('Can not exec settings snippet %s', '_9_db.py')
        logging.warning('Error importing %s', 'enabled._9000_rey')
        logging.exception(ImportError('no x'), exc_info=ImportError('no x'))

    verdict = checks_horizon.load(setup)
    assert verdict.state == 'not well'
    assert '_9_db.py (ValueError in <string>, line 2)' in verdict.words
    assert 'enabled._9000_rey (ImportError: no x)' in verdict.words
    assert 'local_settings' not in verdict.words
    assert 's3cret' not in verdict.words
    assert 'Mend or remove' in verdict.remedy


def test_settings_that_do_not_load_are_told():
    verdict = checks_horizon.load(lambda: compile('x = (', 'snip.py', 'exec'))
    assert 'SyntaxError in snip.py, line 1' in verdict.words
    assert verdict.remedy


def test_a_wrong_setting_is_told_and_the_rest_not_tried(capsys, settings):
    settings.REY_DASHBOARD = {'CLOD': 'rey'}
    status, verdicts = found(capsys, '--only', 'database')
    assert status == 1
    assert "no key 'CLOD'" in verdicts['Horizon settings']['words']
    assert verdicts['The rest']['state'] == 'unknown'


def test_a_horizon_without_the_dashboard(capsys, monkeypatch):
    monkeypatch.setattr('django.conf.settings.INSTALLED_APPS', [])
    verdict = checks_horizon.dashboard()
    assert verdict.state == 'not well'
    assert '_9000_rey_dashboard.py' in verdict.remedy


def test_static_files_of_an_older_version(settings, tmp_path):
    settings.STATIC_ROOT = str(tmp_path)
    (tmp_path / 'rey_dashboard').mkdir()
    (tmp_path / 'rey_dashboard' / 'rey.scss').write_text('/* old */')
    verdict = checks_horizon.static_files()
    number = sum(path.is_file() for path in STATIC.rglob('*'))
    assert f'{number} of {number} are missing or old' in verdict.words
    assert 'collectstatic' in verdict.remedy


@pytest.mark.parametrize(
    ('horizon_version', 'state'),
    [
        ('25.5.0', 'not well'),
        ('26.1.0', 'well'),
        ('27.0.1.dev3', 'well'),
        ('28.0.0', 'unknown'),
    ],
)
def test_versions(monkeypatch, horizon_version, state):
    have = {'horizon': horizon_version, 'Django': '5.2.1'}
    monkeypatch.setattr('importlib.metadata.version', have.get)
    verdict = checks_horizon.versions()
    assert verdict.state == state
    assert bool(verdict.remedy) == (state != 'well')


def test_policy_rules_that_are_not_loaded(settings, horizon, tmp_path):
    settings.DEFAULT_POLICY_FILES = {'rey': str(tmp_path / 'none.yaml')}
    horizon_policy.reset()
    verdict = checks_policy.policy()
    assert verdict.state == 'not well'
    assert 'DEFAULT_POLICY_FILES' in verdict.remedy


def test_an_override_of_a_rule_that_does_not_exist(
    settings, horizon, tmp_path
):
    own = tmp_path / 'rey_policy.yaml'
    settings.POLICY_FILES = {'rey': str(own)}
    own.write_text('"rey:usage:raed": "role:x"\n"auditor": "role:y"\n')
    verdict = checks_policy.policy()
    assert verdict.state == 'not well'
    assert verdict.words.endswith('do not exist: rey:usage:raed.')

    own.write_text('"rey:usage:read": "role:y"\n')
    horizon_policy.reset()
    verdict = checks_policy.policy()
    assert verdict.state == 'well'
    assert 'rey:usage:read as rey_policy.yaml has it' in verdict.words


# Database


def test_a_missing_file_is_told_and_not_made(tmp_path, monkeypatch):
    name = tmp_path / 'none.sqlite3'
    monkeypatch.setitem(connection.settings_dict, 'NAME', str(name))
    (verdict,) = checks_database.verdicts()
    assert verdict.state == 'not well'
    assert 'django-admin migrate rey_dashboard' in verdict.remedy
    assert not name.exists()


def test_tables_behind_and_ahead_of_the_code():
    rows = recorder.MigrationRecorder(connection)
    last = rows.migration_qs.filter(app='rey_dashboard').latest('name').name
    rows.record_unapplied('rey_dashboard', last)
    verdict = checks_database.tables()
    assert verdict.words == f'They lack {last}.'
    assert 'django-admin migrate rey_dashboard' in verdict.remedy

    rows.record_applied('rey_dashboard', last)
    assert checks_database.tables().state == 'well'

    rows.record_applied('rey_dashboard', '9999_tomorrow')
    verdict = checks_database.tables()
    assert 'newer version (9999_tomorrow)' in verdict.words
    assert verdict.remedy


def test_a_database_that_cannot_be_written():
    with connection.cursor() as cursor:
        cursor.execute('PRAGMA query_only = 1')
    try:
        verdict = checks_database.writing()
    finally:
        with connection.cursor() as cursor:
            cursor.execute('PRAGMA query_only = 0')
    assert verdict.state == 'not well'
    assert 'readonly' in verdict.words
    assert 'its folder' in verdict.remedy


def test_the_web_server_is_not_known_but_how_to_try(horizon):
    verdict = checks_database.web_server()
    assert verdict.state == 'unknown'
    assert 'rw-' in verdict.words
    assert 'rey-dashboard check --only database' in verdict.remedy


def test_sqlite_used_from_several_hosts(horizon, tmp_path):
    now = timezone.now()
    models.Worker.objects.create(host='ops-0', seen_at=now - 2 * DAY)
    assert checks_database.one_host().state == 'well'

    models.Worker.objects.create(host='ops-2', seen_at=now)
    assert checks_database.one_host().state == 'unknown'

    models.Worker.objects.create(host='ops-1', seen_at=now)
    verdict = checks_database.one_host()
    assert verdict.words == 'Workers of ops-1, ops-2 used it within a day.'
    assert 'PostgreSQL' in verdict.remedy


def test_sqlite_on_a_network_file_system(horizon, tmp_path):
    folder = pathlib.Path(connection.settings_dict['NAME']).parent
    mounts = tmp_path / 'mounts'
    mounts.write_text(f'/dev/a / ext4 rw 0 0\nnas:/x {folder} nfs4 rw 0 0\n')
    verdict = checks_database.one_host(str(mounts))
    assert verdict.state == 'not well'
    assert 'lies on nfs4' in verdict.words
    mounts.write_text(f'/dev/a / ext4 rw 0 0\nnas:/x {folder}-b nfs4 rw 0 0\n')
    assert checks_database.one_host(str(mounts)).state == 'well'


# Worker and data


def test_a_worker_that_died_or_cannot_work():
    assert checks_data.worker().words == 'No worker was ever seen.'
    models.Worker.objects.create(
        host='ops-1', seen_at=timezone.now() - DAY, problem='', remedy=''
    )
    verdict = checks_data.worker()
    assert 'last was seen on ops-1' in verdict.words
    assert 'rey-dashboard worker' in verdict.remedy
    models.Worker.objects.update(
        seen_at=timezone.now(), problem='No such entry.', remedy='Write it.'
    )
    verdict = checks_data.worker()
    assert verdict.words.endswith('cannot work: No such entry.')
    assert verdict.remedy == 'Write it.'


def test_data_that_is_old_or_lacks_a_part():
    assert checks_data.data('RegionOne').words == 'Nothing was read yet.'
    factory.collected(ago=DAY)
    verdict = checks_data.data('RegionOne')
    assert verdict.words.startswith('It is old')
    assert 'rey-dashboard collect' in verdict.remedy

    part = models.PartState.objects.filter(name='volumes')
    part.update(
        failing_since=timezone.now(), error='Refused.', remedy='Allow it.'
    )
    verdict = checks_data.data('RegionOne')
    assert verdict.words == 'volumes: Refused.'
    assert verdict.remedy == 'Allow it.'

    part.delete()
    assert checks_data.data('RegionOne').words == 'Never read: volumes.'


# Cloud


def test_a_service_user_that_cannot_sign_in(cloud, capsys, requests_mock):
    requests_mock.post(f'{paper_cloud.KEYSTONE}/auth/tokens', status_code=401)
    status, verdicts = found(capsys, '--only', 'cloud')
    assert status == 1
    assert bad(verdicts) == ['Cloud']
    assert 'token issue' in verdicts['Cloud']['remedy']
    assert 's3cret' not in json.dumps(verdicts)


def test_a_right_to_read_that_is_missing(cloud, rights, capsys):
    cloud.fail['/os-simple-tenant-usage'] = 403
    cloud.fail['/scheduler-stats'] = 403
    status, verdicts = found(capsys, '--only', 'cloud')
    assert status == 1
    assert bad(verdicts) == ['Reading compute', 'Reading block-storage']
    told = verdicts['Reading compute']
    assert told['words'].startswith('/os-simple-tenant-usage: ')
    assert '/servers' not in told['words']
    assert '(req-' in told['words']
    assert 'role admin' in told['remedy']


def test_quotas_are_tried_on_another_project(cloud, rights, capsys):
    cloud.fail['/os-quota-sets/p'] = 403
    _status, verdicts = found(capsys, '--only', 'cloud')
    assert '/os-quota-sets' in verdicts['Reading compute']['words']


def test_a_service_that_is_too_old(cloud, rights, capsys):
    cloud.capacity.version = '1.10'
    _status, verdicts = found(capsys, '--only', 'cloud')
    assert bad(verdicts) == ['Service versions', 'Reading placement']
    assert '1.14 is needed' in verdicts['Service versions']['words']
    assert 'Upgrade' in verdicts['Service versions']['remedy']


def test_a_domain_that_passes_no_role_on(cloud, rights, capsys):
    cloud.add_domain('heat', name='heat_user_domain')
    cloud.add_project('machine', domain_id='heat')
    cloud.add_domain('empty')
    _status, verdicts = found(capsys, '--only', 'cloud')
    assert sorted(rights.asked) == ['p', 'q']
    assert verdicts['Tasks and backups']['words'] == (
        'A role in one project of each of 2 domains; 1 more have no project '
        'to try it on.'
    )

    del rights.roles['q']
    status, verdicts = found(capsys, '--only', 'cloud')
    assert status == 1
    assert bad(verdicts) == ['Tasks and backups']
    told = verdicts['Tasks and backups']
    assert '1 of 2 domains: research.' in told['words']
    assert '--inherited --user ' in told['remedy']
    assert told['remedy'].endswith(' --domain research member')


def test_a_role_that_only_reads_makes_no_backups(rights, capsys):
    rights.roles['p'] = ['reader']
    _status, verdicts = found(capsys, '--only', 'cloud')
    assert bad(verdicts) == ['Tasks and backups']
    assert 'default' in verdicts['Tasks and backups']['words']
