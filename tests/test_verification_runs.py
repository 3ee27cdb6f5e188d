"""Baselines and comparisons of the simulated cloud, by the worker."""

import threading

import pytest

from rey_dashboard.verification import runs
from tests import simcloud

# Each part has a thread, so a connection, of its own: no test transaction.
pytestmark = pytest.mark.django_db(transaction=True)
REGION = 'RegionOne'


@pytest.fixture
def cloud(tmp_path, monkeypatch, our_checks):
    monkeypatch.setenv('OS_CLIENT_CONFIG_FILE', str(tmp_path / 'clouds.yaml'))
    with simcloud.running(images=True) as cloud:
        cloud.clouds_yaml(tmp_path / 'clouds.yaml')
        cloud.shop = cloud.add_project('shop <b>')
        cloud.server = cloud.add_server(cloud.shop, name='web')
        cloud.volume = cloud.add_volume(cloud.shop, name='data')
        cloud.add_server(cloud.shop, name='broken', status='ERROR')
        yield cloud


def work():
    runs.work(threading.Event(), lambda opened: None)


def baseline(name='before'):
    made = runs.ask_baseline(REGION, name, 'u', 'Rey')
    work()
    made.refresh_from_db()
    assert made.is_good, made.error
    return made


def compared(with_):
    made = runs.ask_comparison(with_, 'u', 'Rey')
    work()
    made.refresh_from_db()
    assert made.is_good, made.error
    return made


def failed(comparison):
    """Group and evidence of what failed."""
    return {
        row['group']: row['evidence']
        for row in comparison.report['rows']
        if row['result'] == 'fail'
    }


def test_a_cloud_that_nobody_touched_compares_clean_ten_times(cloud):
    before = baseline()
    for _again in range(10):
        comparison = compared(before)
        assert not failed(comparison)
        told = {row['change'] for row in comparison.report['rows']}
        # Nobody has made a smoke test.
        assert told == {'unchanged', 'unknown'}, comparison.report
        assert comparison.unknown == 1
