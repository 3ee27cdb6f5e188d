"""Baselines and comparisons of the simulated cloud, by the worker."""

import threading

import pytest

from rey_dashboard.cloud import faults
from rey_dashboard.inventory import lease
from rey_dashboard.inventory import sync
from rey_dashboard.runs import claims
from rey_dashboard.runs import models
from rey_dashboard.verification import runs
from tests import factory_checks
from tests import simcloud

# Each part has a thread, so a connection, of its own: no test transaction.
pytestmark = pytest.mark.django_db(transaction=True)
REGION = 'RegionOne'


@pytest.fixture
def cloud(tmp_path, monkeypatch, paper):
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


def test_a_cloud_that_nobody_touched_compares_clean_ten_times(cloud, quickly):
    before = baseline()
    for _again in range(10):
        comparison = compared(before)
        assert not failed(comparison)
        told = {row['change'] for row in comparison.report['rows']}
        # Nobody has made a smoke test, and some parts were not to be read.
        evidence = {
            row['subject']: row['evidence']
            for row in comparison.report['rows']
            if row['group'] == 'services'
        }
        line = 'nova-compute on compute-1: up, enabled'
        assert line in evidence['Compute services']
        assert told == {'unchanged', 'unknown'}, comparison.report['rows']
        assert comparison.unknown == 2


def test_each_fault_is_caught_and_what_users_do_is_none(cloud, paper):
    paper.found = [factory_checks.found('old')]
    cloud.add_server(cloud.shop, name='of before', status='ERROR')
    before = baseline()
    host = cloud.service_id('compute_services', 'nova-compute', 'compute-1')
    cloud.change('compute_services', host, state='down')
    agent = next(iter(cloud.tables['agents'].rows))
    cloud.delete('agents', agent)
    cloud.change('servers', cloud.server, status='ERROR')
    cloud.set_quota('block-storage', cloud.shop, volumes=99)
    cloud.missing.add('image')
    cloud.versions['compute'] = ('2.1', '2.105')
    paper.found.append(factory_checks.found('new'))
    # What users do meanwhile.
    cloud.add_server(cloud.shop, name='new')
    cloud.add_volume(cloud.shop, name='new')
    cloud.add_project('also new')
    comparison = compared(before)
    found = failed(comparison)
    assert found.pop('errors') == [f'web: ERROR ({cloud.server})']
    assert 'Paper new' in found.pop('findings')
    assert len(found.pop('endpoints')) == 3
    assert 'volumes: 99, was 10: shop <b>' in found.pop('quotas')[0]
    services = [
        row['evidence']
        for row in comparison.report['rows']
        if (row['group'], row['result']) == ('services', 'fail')
    ]
    assert ['nova-compute on compute-1: down, enabled, was up, enabled'] in (
        services
    )
    assert any('gone, was up' in line for (line,) in services)
    assert comparison.worse >= 7
    noted = [
        line
        for row in comparison.report['rows']
        if row['result'] == 'note'
        for line in row['evidence']
    ]
    assert any('2.105' in line for line in noted)
    assert 'available: 2, was 1' in noted


def test_what_was_bad_before_is_mended(cloud, quickly):
    host = cloud.service_id('compute_services', 'nova-compute', 'compute-1')
    cloud.change('compute_services', host, state='down')
    before = baseline()
    cloud.change('compute_services', host, state='up')
    comparison = compared(before)
    assert not failed(comparison)
    mended = [
        row['evidence']
        for row in comparison.report['rows']
        if row['change'] == 'mended'
    ]
    line = 'nova-compute on compute-1: up, enabled, was down, enabled'
    assert [line] in mended


def test_a_service_that_does_not_answer_any_more_fails_by_itself(
    cloud, quickly
):
    before = baseline()
    cloud.fault('block-storage', kind='refused')
    comparison = compared(before)
    found = failed(comparison)
    assert any('Volumes' in line for line in found['reading'])
    assert len(found['endpoints']) == 3
    # Nothing is concluded from what could not be read.
    assert 'quotas' not in found
    unknown = {
        row['subject']
        for row in comparison.report['rows']
        if row['result'] == 'unknown'
    }
    assert 'Volumes' in unknown


def test_somebody_elses_collection_is_waited_for(cloud, monkeypatch, quickly):
    monkeypatch.setattr(runs, 'AGAIN_S', 0)
    tried = []
    collect = sync.collect

    def held_once(*arguments, **more):
        tried.append(arguments)
        if len(tried) == 1:
            stage = models.Baseline.objects.get().stage
            assert stage == 'collecting'
            raise lease.Lost(REGION)
        return collect(*arguments, **more)

    monkeypatch.setattr(sync, 'collect', held_once)
    assert baseline().snapshot['services']
    assert len(tried) == 2


def test_a_worker_that_cannot_sign_in_is_the_result(cloud, monkeypatch):
    made = runs.ask_baseline(REGION, 'before', 'u', 'Rey')
    monkeypatch.setenv('OS_CLIENT_CONFIG_FILE', '/none/clouds.yaml')
    with pytest.raises(faults.ALL):
        work()
    made.refresh_from_db()
    assert 'clouds.yaml' in made.remedy
    assert not runs.good_baselines(REGION)


def test_a_worker_that_is_stopped_leaves_it_to_the_next(cloud):
    made = runs.ask_baseline(REGION, 'before', 'u', 'Rey')
    stop = threading.Event()
    stop.set()
    runs.work(stop, lambda opened: None)
    made.refresh_from_db()
    assert made.is_live
    assert runs.waiting(REGION) == [made]
    models.Baseline.objects.update(claimed_until=made.asked_at + claims.HOLDS)
    assert not runs.waiting(REGION)
