"""Quotas set by tasks, in the simulated cloud."""

import datetime

from django.utils import timezone
import pytest

from rey_dashboard import worker
from rey_dashboard.inventory import models as inventory
from rey_dashboard.inventory import quotas
from rey_dashboard.projects import quota_kind
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models
from rey_dashboard.tasks import orders
from rey_dashboard.tasks import planning
from tests import paper_tasks
from tests import simcloud
from tests.paper_tasks import REY

pytestmark = pytest.mark.django_db(transaction=True)
REGION = 'RegionOne'
CINDER = 'block-storage'
STATES = models.Step.State


@pytest.fixture
def cloud(tmp_path, monkeypatch):
    """Two projects; the second has two servers of two vCPUs, and a volume."""
    monkeypatch.setenv('OS_CLIENT_CONFIG_FILE', str(tmp_path / 'clouds.yaml'))
    monkeypatch.setattr(
        kinds, 'installed', lambda: {'set_quotas': quota_kind.SetQuotas()}
    )
    with simcloud.running() as cloud:
        cloud.clouds_yaml(tmp_path / 'clouds.yaml')
        cloud.empty, cloud.busy = (
            cloud.add_project('empty'),
            cloud.add_project('busy'),
        )
        for _ in range(2):
            cloud.add_server(cloud.busy, vcpus=2)
        cloud.add_volume(cloud.busy)
        worker.collect_once()
        yield cloud


def change(service, resource, how, value):
    return {
        'service': service,
        'resource': resource,
        'how': how,
        'value': value,
    }


VCPUS = change('compute', 'cores', 'set', 40)


def planned(cloud, *changes):
    parameters = {
        'projects': [cloud.empty, cloud.busy],
        'changes': list(changes),
    }
    return planning.plan(
        'set_quotas', REGION, parameters, 'Quotas', 'form', REY
    )


def steps(task):
    return {
        (step.target_name, step.service): step
        for step in task.steps.order_by('number')
    }


def work(engine, task):
    orders.start(task, REY)
    paper_tasks.work_until_it_rests(engine)
    task.refresh_from_db()


def read_again(cloud):
    """As the page asks for it when it has planned."""
    quotas.ask_again(REGION, [cloud.empty, cloud.busy])
    worker.collect_once()


def looks_of(cloud, engine, task, state=models.Task.State.SUCCEEDED):
    """What the task asked for before it changed anything."""
    with cloud.calls_made() as made:
        work(engine, task)
    assert task.state == state
    return {
        (service, path.rpartition('/')[2])
        for service, method, path, _query in made
        if method == 'GET' and 'quota' in path
    }


def limit(cloud, service, project_id, resource):
    used = dict.fromkeys(cloud.limits[service], 0)
    return cloud.quota(service, project_id, used)[resource]['limit']


def test_the_preview_tells_old_and_new_and_what_to_mind(cloud):
    task = planned(
        cloud,
        change('compute', 'cores', 'set', 3),
        change('compute', 'ram', 'set', 51200),
        change('volume', 'volumes', 'add', 5),
        change('volume', 'gigabytes', 'multiply', 1.5),
        change('network', 'port', 'set', -1),
    )

    found = steps(task)
    assert len(found) == 6
    assert found['busy', 'compute'].before == {'cores': 20}
    assert found['busy', 'compute'].after == {'cores': 3}
    assert found['busy', 'compute'].flags == ['below_use:cores']
    assert found['empty', 'compute'].flags == []
    assert found['busy', 'volume'].after == {'volumes': 15, 'gigabytes': 1500}
    assert found['empty', 'network'].flags == ['unlimited:port']
    assert task.total == 6


def test_what_would_change_nothing_is_left_out(cloud):
    task = planned(cloud, change('compute', 'cores', 'set', 20))
    assert {step.state for step in steps(task).values()} == {STATES.REFUSED}
    assert task.total == 0


def test_limits_are_set_in_three_services_and_told_at_once(cloud, engine):
    task = planned(
        cloud,
        VCPUS,
        change('volume', 'gigabytes_fast', 'set', 50),
        change('network', 'port', 'add', 1),
    )
    work(engine, task)

    assert task.state == models.Task.State.SUCCEEDED
    for project_id in (cloud.empty, cloud.busy):
        assert limit(cloud, 'compute', project_id, 'cores') == 40
        assert limit(cloud, CINDER, project_id, 'gigabytes_fast') == 50
        assert limit(cloud, 'network', project_id, 'port') == 501
    row = inventory.Quota.objects.get(project_id=cloud.busy, resource='cores')
    assert (row.limit, row.percent) == (40, 10)


def test_a_limit_below_the_use_fails_even_where_cinder_takes_it(cloud, engine):
    task = planned(cloud, change('volume', 'volumes', 'set', 0))
    work(engine, task)
    found = steps(task)
    assert task.state == models.Task.State.PARTLY_FAILED
    assert found['busy', 'volume'].error.endswith('volumes: 1 are in use.')
    assert limit(cloud, CINDER, cloud.busy, 'volumes') == 10
    assert limit(cloud, CINDER, cloud.empty, 'volumes') == 0


def test_what_somebody_changed_since_is_left_alone(cloud, engine):
    task = planned(cloud, VCPUS)
    cloud.set_quota('compute', cloud.busy, cores=30)
    work(engine, task)
    assert steps(task)['busy', 'compute'].error == (
        'Somebody has changed it since: cores.'
    )
    assert limit(cloud, 'compute', cloud.busy, 'cores') == 30


def test_what_is_so_already_is_no_conflict(cloud, engine):
    task = planned(cloud, VCPUS)
    cloud.set_quota('compute', cloud.busy, cores=40)
    work(engine, task)
    assert task.state == models.Task.State.SUCCEEDED


def test_unified_limits_are_found_out_and_told(cloud, engine):
    cloud.unified.add('compute')
    task = planned(cloud, VCPUS)
    work(engine, task)
    step = steps(task)['busy', 'compute']
    assert step.error == 'The service said yes and left as it was: cores.'
    assert 'openstack limit create' in step.remedy
    assert 'class:VCPU' in step.remedy


def test_undo_brings_back_what_was_and_says_that_it_is_pinned(cloud, engine):
    task = planned(cloud, VCPUS)
    work(engine, task)
    cloud.set_quota('compute', cloud.empty, cores=99)
    worker.collect_once(full=True)

    undo = planning.plan_undo(task, 'Undo', 'another form', REY)

    found = steps(undo)
    assert found['busy', 'compute'].flags == ['pinned:cores']
    assert found['empty', 'compute'].state == STATES.REFUSED
    work(engine, undo)
    assert limit(cloud, 'compute', cloud.busy, 'cores') == 20
    assert limit(cloud, 'compute', cloud.empty, 'cores') == 99


def test_what_was_asked_before_and_stored_after_is_no_change(cloud, engine):
    task = planned(cloud, VCPUS)
    work(engine, task)
    # A collection that had asked before it all stores its answer.
    inventory.Quota.objects.filter(resource='cores').update(limit=20)
    undo = planning.plan_undo(task, 'Undo', 'another form', REY)
    assert steps(undo)['busy', 'compute'].state == STATES.PENDING
    work(engine, undo)
    assert undo.state == models.Task.State.SUCCEEDED
    assert limit(cloud, 'compute', cloud.busy, 'cores') == 20


def test_what_was_neutrons_default_follows_it_again(cloud, engine):
    cloud.set_quota('network', cloud.busy, router=3)
    task = planned(cloud, change('network', 'port', 'set', 700))
    work(engine, task)

    undo = planning.plan_undo(task, 'Undo', 'another form', REY)

    found = steps(undo)
    assert found['empty', 'network'].flags == ['default:port']
    assert found['busy', 'network'].flags == ['pinned:port']
    cloud.limits['network']['port'] = 555
    work(engine, undo)
    assert limit(cloud, 'network', cloud.empty, 'port') == 555
    assert steps(undo)['empty', 'network'].after == {'port': 555}
    assert limit(cloud, 'network', cloud.busy, 'port') == 500
    assert limit(cloud, 'network', cloud.busy, 'router') == 3


def test_a_default_comes_back_without_what_was_set_meanwhile(cloud, engine):
    task = planned(cloud, change('network', 'port', 'set', 700))
    work(engine, task)
    cloud.set_quota('network', cloud.empty, router=3)
    undo = planning.plan_undo(task, 'Undo', 'another form', REY)
    work(engine, undo)
    assert limit(cloud, 'network', cloud.empty, 'port') == 500
    assert limit(cloud, 'network', cloud.empty, 'router') == 3


def test_a_project_that_is_gone_fails_alone(cloud, engine):
    task = planned(cloud, VCPUS)
    cloud.delete('projects', cloud.empty)
    work(engine, task)
    assert task.state == models.Task.State.PARTLY_FAILED
    assert 'knows no quota' in steps(task)['empty', 'compute'].error


def test_commands_do_the_same_by_hand(cloud):
    task = planned(
        cloud,
        VCPUS,
        change('volume', 'volumes', 'set', 5),
        change('volume', 'gigabytes_fast', 'set', 50),
    )
    kind = quota_kind.SetQuotas()
    found = steps(task)
    assert kind.commands(found['busy', 'compute']) == [
        f'openstack quota set --cores=40 {cloud.busy}'
    ]
    assert kind.commands(found['busy', 'volume']) == [
        f'openstack quota set --volumes=5 {cloud.busy}',
        f'openstack quota set --volume-type=fast --gigabytes=50 {cloud.busy}',
    ]


def test_a_look_costs_less_than_the_change(cloud, engine):
    task = planned(cloud, VCPUS, change('network', 'port', 'set', 700))
    # Nova's without the use; Neutron's for all projects at once.
    assert looks_of(cloud, engine, task) == {
        ('compute', cloud.empty),
        ('compute', cloud.busy),
        ('network', 'default'),
        ('network', 'quotas'),
    }


def test_what_was_read_since_it_was_planned_is_not_asked_again(cloud, engine):
    task = planned(cloud, VCPUS, change('volume', 'volumes', 'set', 50))
    read_again(cloud)
    assert not looks_of(cloud, engine, task)
    assert limit(cloud, 'compute', cloud.busy, 'cores') == 40
    assert limit(cloud, CINDER, cloud.busy, 'volumes') == 50


def test_what_was_read_so_is_looked_at_like_an_answer(cloud, engine):
    volumes = change('volume', 'volumes', 'set', 0)
    task = planned(cloud, VCPUS, volumes)
    cloud.set_quota('compute', cloud.busy, cores=30)
    read_again(cloud)
    assert not looks_of(cloud, engine, task, models.Task.State.PARTLY_FAILED)
    found = steps(task)
    assert 'changed it since' in found['busy', 'compute'].error
    assert 'below the use' in found['busy', 'volume'].error
    assert limit(cloud, 'compute', cloud.busy, 'cores') == 30


@pytest.mark.parametrize('minutes', [0, 11])
def test_a_reading_counts_after_the_plan_and_for_ten_minutes(
    cloud, engine, minutes
):
    """Without the first it may be of before the plan, as here."""
    task = planned(cloud, VCPUS)
    if minutes:
        read_again(cloud)
        ago = timezone.now() - datetime.timedelta(minutes=minutes)
        models.Task.objects.update(
            planned_at=ago - datetime.timedelta(hours=1)
        )
        inventory.PartReading.objects.update(started_at=ago)
    cloud.set_quota('compute', cloud.busy, cores=30)
    assert looks_of(cloud, engine, task, models.Task.State.PARTLY_FAILED) == {
        ('compute', cloud.empty),
        ('compute', cloud.busy),
    }
    assert limit(cloud, 'compute', cloud.busy, 'cores') == 30


def test_a_second_try_looks_anew(cloud, engine):
    task = planned(cloud, VCPUS)
    cloud.set_quota('compute', cloud.busy, cores=30)
    read_again(cloud)
    work(engine, task)
    cloud.set_quota('compute', cloud.busy, cores=20)
    orders.retry(task, REY)
    paper_tasks.work_until_it_rests(engine)
    task.refresh_from_db()
    assert task.state == models.Task.State.SUCCEEDED
    assert limit(cloud, 'compute', cloud.busy, 'cores') == 40
