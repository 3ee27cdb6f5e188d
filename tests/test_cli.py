import datetime
import json
import re

import pytest

from rey_dashboard import cli
from rey_dashboard.checks import models as findings
from rey_dashboard.inventory import lease
from rey_dashboard.inventory import models
from rey_dashboard.inventory import rhythm
from rey_dashboard.inventory import usage

pytestmark = pytest.mark.django_db(transaction=True)
YEAR = datetime.timedelta(days=365)


def test_collect_tells_each_part(cloud, capsys):
    cloud.add_project('p')
    assert cli.main(['collect']) == 0
    told = capsys.readouterr().out
    assert 'identity' in told
    assert 'volume_quotas' in told


def test_the_checks_look_at_what_was_collected(cloud):
    cloud.add_project('p')
    assert cli.main(['collect']) == 0
    looked = findings.CheckRun.objects.exclude(last_good_at=None)
    assert looked.filter(check_name='host_down').exists()


def test_collect_for_machines(cloud, capsys):
    assert cli.main(['collect', '--json']) == 0
    told = json.loads(capsys.readouterr().out)
    assert told['peak_memory_mib'] > 0
    parts = {row['part']: row for row in told['parts']}
    assert parts['servers']['error'] == ''
    assert parts['servers']['calls'] >= 1


def test_a_failed_part_is_not_well_and_ends_with_the_remedy(cloud, capsys):
    cloud.fail['/servers'] = 403
    assert cli.main(['collect']) == 1
    assert 'role admin' in capsys.readouterr().out


def test_no_service_user_is_not_well(cloud, capsys, settings):
    settings.REY_DASHBOARD = {'CLOUD': 'nowhere'}
    assert cli.main(['collect']) == 1
    assert 'clouds.yaml' in capsys.readouterr().err


def test_another_collector_is_not_well(cloud, capsys):
    with lease.Lease('RegionOne'):
        assert cli.main(['collect']) == 1
    assert 'Try again later' in capsys.readouterr().err


def test_wrong_use_is_2(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(['colect'])
    assert ended.value.code == 2


def test_the_hours_of_days_that_were_read_are_read_again(cloud, capsys):
    cli.main(['collect'])
    before = models.UsageDayState.objects.order_by('day').first()
    models.UsageDayState.objects.update(read_until=before.read_until - YEAR)

    assert cli.main(['collect', '--hours-again', '2']) == 0

    states = list(models.UsageDayState.objects.order_by('-day'))
    assert len(states) == cli.MOST_HOURS_AGAIN + 1 == usage.FIRST_DAYS + 1
    again = [state for state in states if state.read_until > before.read_until]
    assert len(again) == 3


def test_hours_are_not_read_again_without_end(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(['collect', '--hours-again', '31'])
    assert ended.value.code == 2


def test_a_part_that_is_read_once_an_hour_is_not_due(
    cloud, capsys, monkeypatch
):
    assert cli.main(['collect']) == 0
    monkeypatch.setattr(rhythm, 'EVERY_S', {'people': 3600})
    capsys.readouterr()
    assert cli.main(['collect']) == 0
    told = capsys.readouterr().out
    assert re.search('people +not due', told)
    assert cli.main(['collect', '--full', '--json']) == 0
    parts = json.loads(capsys.readouterr().out)['parts']
    assert all(part['read_now'] for part in parts)
