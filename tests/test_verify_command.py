"""``rey-dashboard verify``, as it is used while updating."""

import json
import os
import signal

import pytest

from rey_dashboard import cli
from rey_dashboard.inventory import sync
from rey_dashboard.runs import claims
from rey_dashboard.runs import models
from rey_dashboard.verification import runs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def ready(cloud, our_checks, quickly):
    cloud.add_project('p')
    return cloud


def verify(capsys, *arguments):
    """Exit status, what it prints, and its progress."""
    status = cli.main(['verify', *arguments])
    told = capsys.readouterr()
    return status, told.out, told.err


def test_a_baseline_a_comparison_and_a_copy_of_its_report(
    capsys, tmp_path, cloud
):
    _status, told, progress = verify(capsys, '--baseline', 'before <b>')
    assert 'before <b>' in told
    assert 'the worker reads the whole cloud' in progress
    assert 'the checks look' in progress
    status, told, _progress = verify(capsys, '--compare', '--json')
    assert status == 0
    report = json.loads(told)
    assert report['baseline_name'] == 'before <b>'
    assert report['sha256'] == models.Comparison.objects.get().sha256
    copy = tmp_path / 'report.json'
    copy.write_text(told)
    assert verify(capsys, '--check', str(copy))[0] == 0
    copy.write_text(told.replace('"pass"', '"fail"', 1))
    status, told, _progress = verify(capsys, '--check', str(copy))
    assert (status, told.partition(',')[0]) == (1, 'Changed')
    assert verify(capsys, '--check', str(tmp_path / 'none'))[0] == 2


def test_what_is_worse_is_not_well(capsys, cloud):
    verify(capsys, '--baseline', 'before')
    cloud.fail['/servers'] = 503
    status, told, _progress = verify(capsys, '--compare', 'before')
    assert status == 1
    assert 'FAIL' in told
    assert 'Servers: ' in told
    assert 'SHA-256 of the report' in told


def test_without_a_baseline_or_a_choice_it_is_wrong_use(capsys):
    status, _told, words = verify(capsys, '--compare', 'nothing')
    assert status == 2
    assert 'verify --baseline NAME' in words
    with pytest.raises(SystemExit) as ended:
        cli.main(['verify'])
    assert ended.value.code == 2
    with pytest.raises(SystemExit) as ended:
        cli.main(['verify', '--baseline', '--compare'])
    assert ended.value.code == 2


def test_a_baseline_that_lacks_something_is_not_well(capsys, cloud):
    cloud.fail['/servers'] = 503
    status, told, _progress = verify(capsys, '--baseline', '--json')
    assert status == 1
    assert 'servers' in json.loads(told)['unread']


def test_a_cloud_that_does_not_let_it_in_is_not_well(capsys, settings):
    settings.REY_DASHBOARD = {'CLOUD': 'nowhere'}
    status, _told, words = verify(capsys, '--baseline')
    assert status == 1
    assert 'clouds.yaml' in words


def test_ctrl_c_ends_it_for_good(capsys, monkeypatch):
    def interrupted(*_arguments, **_more):
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(sync, 'collect', interrupted)
    status, _told, words = verify(capsys, '--baseline', 'before')
    assert status == 1
    assert 'It was interrupted.' in words
    assert not runs.waiting('RegionOne')


def test_what_a_worker_is_at_already_is_followed(capsys, monkeypatch):
    made = runs.ask_baseline('RegionOne', 'of the page', 'u', 'Rey')
    assert claims.take(claims.free(models.Baseline, 'RegionOne'))

    def end(seconds):
        models.Baseline.objects.filter(pk=made.pk).update(
            ended_at=made.asked_at, snapshot={'unread': {}}
        )

    monkeypatch.setattr('time.sleep', end)
    status, told, progress = verify(capsys, '--baseline', 'mine')
    assert status == 0
    assert 'of the page' in told
    assert 'it waits for a worker' in progress
