import pytest

from openstack_auth import policy as horizon_policy

from rey_dashboard import cli
from rey_dashboard.inventory import models
from rey_dashboard.setup import check
from rey_dashboard.setup import checks_horizon
from tests import factory
from tests import paper_check

pytestmark = pytest.mark.django_db


@pytest.fixture
def horizon(settings, monkeypatch):
    """Horizon's own side of it, as well as it can be."""
    settings.STATIC_ROOT = str(checks_horizon.STATIC)
    monkeypatch.setattr('socket.gethostname', lambda: 'ops-1')
    horizon_policy.reset()
    yield
    horizon_policy.reset()


def test_all_is_well(rights, horizon, capsys):
    factory.collected()
    status, verdicts = paper_check.found(capsys)
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
        'Tasks',
        'Backups',
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


def test_a_remedy_of_many_is_told_once(cloud, rights, horizon, capsys):
    factory.collected()
    cloud.fail['/servers'] = cloud.fail['/volumes'] = 403
    assert cli.main(['check']) == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith('Reading compute, Reading block-storage: The ')


def test_wrong_use_is_2(capsys):
    assert check.AREAS == ('horizon', 'database', 'cloud')
    with pytest.raises(SystemExit) as ended:
        cli.main(['check', '--only', 'weather'])
    assert ended.value.code == 2


def test_only_the_database_asks_no_cloud(horizon, capsys):
    status, verdicts = paper_check.found(capsys, '--only', 'database')
    assert status == 0
    assert verdicts['Writing']['state'] == 'well'
    assert 'Cloud' not in verdicts
