"""Reading changes alone leaves what reading everything leaves."""

import hypothesis
import pytest

from rey_dashboard import worker
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import sync
from tests import contents
from tests import histories
from tests import simcloud

pytestmark = pytest.mark.django_db(transaction=True)

#: Parts that read everything each time, or hours: they would cost time here.
LEFT_OUT = {
    parts.DOMAIN_ROLES,
    parts.PEOPLE,
    parts.NETWORK,
    parts.POOLS,
    parts.VOLUME_SERVICES,
    parts.COMPUTE_SERVICES,
    parts.NETWORK_AGENTS,
    parts.HOURS,
    parts.READY,
}


@pytest.fixture
def cloud(tmp_path, monkeypatch):
    with simcloud.running() as cloud:
        cloud.clouds_yaml(tmp_path / 'clouds.yaml')
        monkeypatch.setenv(
            'OS_CLIENT_CONFIG_FILE', str(tmp_path / 'clouds.yaml')
        )
        yield cloud


@pytest.fixture
def fewer_parts(monkeypatch):
    for name in ('ORDER', 'ORDER_OF_CHANGES'):
        groups = [
            [part for part in group if part not in LEFT_OUT]
            for group in getattr(sync, name)
        ]
        monkeypatch.setattr(sync, name, [group for group in groups if group])


def collect(full=False):
    states = worker.collect_once(full=full)
    failed = {row.name: row.error for row in states if row.failing_since}
    assert not failed
    return {row.name: row for row in states}


def live(cloud, history):
    """One history, read by changes; then everything is read to compare."""
    contents.begin_anew()
    projects = [cloud.add_project(f'p{number}') for number in range(3)]
    for project_id in projects:
        cloud.add_server(project_id)
        volume_id = cloud.add_volume(project_id)
        cloud.add_snapshot(volume_id)
        cloud.add_backup(volume_id)
    collect(full=True)
    for chapter in history:
        cloud.advance(1000)
        for event in chapter:
            event.happen(cloud, projects)
        states = collect()
        kinds = {
            row.name: row.kind
            for row in models.PartReading.objects.order_by('id')
        }
        assert kinds[parts.SERVERS] == 'changes', states
        by_changes = contents.told()
        collect(full=True)
        assert by_changes == contents.told()


CHECKS = [hypothesis.HealthCheck.function_scoped_fixture]


def settings(**more):
    # Making a failing history smaller would take longer than all else.
    return hypothesis.settings(
        deadline=None,
        suppress_health_check=CHECKS,
        database=None,
        phases=[hypothesis.Phase.generate],
        **more,
    )


@settings(max_examples=8, derandomize=True)
@hypothesis.given(history=histories.histories)
def test_changes_tell_what_everything_tells(
    tmp_path, monkeypatch, fewer_parts, history
):
    with simcloud.running(page=5) as cloud:
        cloud.clouds_yaml(tmp_path / 'clouds.yaml')
        monkeypatch.setenv(
            'OS_CLIENT_CONFIG_FILE', str(tmp_path / 'clouds.yaml')
        )
        live(cloud, history)
