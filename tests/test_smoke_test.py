"""The smoke test, in the simulated cloud."""

import pytest

from rey_dashboard.readiness import smoke_kind
from rey_dashboard.readiness import smoke_stages
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models
from rey_dashboard.tasks import orders
from rey_dashboard.tasks import planning
from rey_dashboard.tasks import staged
from tests import dying_workers
from tests import paper_tasks
from tests import simcloud
from tests.paper_tasks import REY

pytestmark = pytest.mark.django_db(transaction=True)
REGION = 'RegionOne'
STATES = models.Task.State
MADE = ('networks', 'subnets', 'ports', 'servers', 'volumes', 'backups')
WRITES = ('/servers', '/volumes', '/backups', '/v2.0/networks')


@pytest.fixture
def cloud(tmp_path, monkeypatch):
    monkeypatch.setenv('OS_CLIENT_CONFIG_FILE', str(tmp_path / 'clouds.yaml'))
    told = {'smoke_test': smoke_kind.SmokeTest()}
    monkeypatch.setattr(kinds, 'installed', lambda: told)
    monkeypatch.setattr(staged, 'LOOK_S', 0)
    with simcloud.running(images=True) as cloud:
        cloud.clouds_yaml(tmp_path / 'clouds.yaml')
        cloud.scratch = cloud.add_project('scratch')
        cloud.add_image('cirros')
        cloud.add_image('large', size=2**35)
        cloud.add_flavor('m1.huge', ram=65536, disk=80)
        cloud.add_flavor('m1.tiny')
        cloud.add_flavor('m1.diskless', ram=32, disk=0)
        yield cloud


def planned(cloud, **parameters):
    told = {'project_id': cloud.scratch, 'project_name': 'scratch'}
    return planning.plan(
        'smoke_test', REGION, {**told, **parameters}, 'Smoke', 'form', REY
    )


def work(engine, task):
    orders.start(task, REY)
    paper_tasks.work_until_it_rests(engine, 60)
    task.refresh_from_db()
    return task.steps.get()


def left(cloud):
    return {
        kind: rows
        for kind in MADE
        if (
            rows := [
                row.name
                for row in cloud.tables[kind]
                if not row.get('deleted')
            ]
        )
    }


def posts(calls):
    return [
        path
        for _service, method, path, _query in calls
        if method == 'POST' and path in WRITES
    ]


def words(step):
    remarks = smoke_kind.SmokeTest().remarks(REGION, [step])
    return {
        name.partition(' ')[2]: word for name, word in remarks[step.pk].items()
    }


def impatient(monkeypatch, stage):
    monkeypatch.setattr(smoke_kind.SmokeTest, 'patience_of', {stage: 0.5})
    monkeypatch.setattr(staged, 'FORCE_AFTER_S', 0.2)


def test_all_is_made_in_the_project_timed_and_deleted(cloud, engine):
    with cloud.calls_made() as calls:
        step = work(engine, planned(cloud))
    assert step.task.state == STATES.SUCCEEDED, step.error
    assert left(cloud) == {}
    assert sorted(posts(calls)) == sorted([*WRITES, '/volumes'])
    server = next(iter(cloud.tables['servers']))
    assert (server.project_id, server['flavor']) == (cloud.scratch, 'm1.tiny')
    assert server.name == f'rey-smoke-{step.task_id}-{step.pk}-server'
    assert server['metadata'] == {'rey_smoke_test': step.request_id}
    assert list(step.work['seconds']) == list(smoke_stages.LABELS)
    assert step.after['05 server'] == f'{step.work["seconds"]["server"]} s'


def test_what_was_chosen_is_used_and_forced_onto_one_host(cloud, engine):
    step = work(
        engine,
        planned(cloud, image='large', flavor='m1.huge', zone='nova:compute-3'),
    )
    assert step.task.state == STATES.SUCCEEDED, step.error
    server = next(iter(cloud.tables['servers']))
    assert (server['flavor'], server['host']) == ('m1.huge', 'compute-3')
    assert step.work['image'] == 'large'


@pytest.mark.parametrize('is_done', [True, False])
def test_a_worker_that_dies_at_any_call_leaves_nothing(
    cloud, engine, monkeypatch, is_done
):
    died = dying_workers.at_each_call(monkeypatch, is_done)
    with cloud.calls_made() as calls:
        step = work(engine, planned(cloud))
    assert step.task.state == STATES.SUCCEEDED, step.error
    assert left(cloud) == {}
    assert sorted(posts(calls)) == sorted([*WRITES, '/volumes'])
    assert len(died) > 40


def test_a_server_that_goes_to_error_is_told_and_all_is_deleted(cloud, engine):
    cloud.broken.add('servers')
    step = work(engine, planned(cloud))
    assert step.task.state == STATES.FAILED
    assert step.error == (
        'Server: The server went to ERROR: No valid host was found. '
        'All that was made is deleted.'
    )
    assert left(cloud) == {}
    assert 'volume' not in step.work['seconds']
    assert words(step)['server'].endswith('No valid host was found.')


@pytest.mark.parametrize('kind', ['volumes', 'backups', 'servers'])
def test_what_is_stuck_is_deleted_by_force(cloud, engine, monkeypatch, kind):
    impatient(monkeypatch, kind[:-1])
    cloud.stuck.add(kind)
    step = work(engine, planned(cloud))
    assert step.task.state == STATES.FAILED
    label = kind[:-1].capitalize()
    assert f'{label}: It was not done after' in step.error
    assert left(cloud) == {}
    assert step.work['left'] == {}


def test_what_cannot_be_deleted_is_told_and_goes_with_the_retry(
    cloud, engine, monkeypatch
):
    impatient(monkeypatch, 'delete network')
    fault = cloud.fault(
        'network', '/v2.0/networks/', method='DELETE', status=409
    )
    step = work(engine, planned(cloud))
    assert step.task.state == STATES.FAILED
    assert step.error.startswith('Not done: Delete the network: ')
    assert list(left(cloud)) == ['networks']
    fault.clear()
    orders.retry(step.task, REY)
    paper_tasks.work_until_it_rests(engine, 60)
    step.refresh_from_db()
    assert step.state == models.Step.State.DONE, step.error
    assert left(cloud) == {}


@pytest.mark.parametrize('stage', ['sweep', 'server', 'backup', 'detach'])
def test_a_cancelled_one_deletes_what_it_made(
    cloud, engine, monkeypatch, stage
):
    take = smoke_stages.Stages.take
    task = planned(cloud)

    def taking(self, now):
        if now == stage and not task.order:
            task.refresh_from_db()
            orders.cancel(task, REY)
        return take(self, now)

    monkeypatch.setattr(smoke_stages.Stages, 'take', taking)
    # A volume that is detached while it is backed up stays in-use.
    monkeypatch.setattr(staged, 'FORCE_AFTER_S', 1)
    step = work(engine, task)
    assert left(cloud) == {}
    ended = STATES.SUCCEEDED if stage == 'detach' else STATES.CANCELLED
    assert step.task.state == ended
    assert step.error == ''


def test_without_a_backup_service_it_is_told_as_not_tried(cloud, engine):
    for row in list(cloud.tables['volume_services']):
        if row['binary'] == 'cinder-backup':
            cloud.change('volume_services', row.id, status='disabled')
    step = work(engine, planned(cloud))
    assert step.task.state == STATES.SUCCEEDED, step.error
    assert set(step.work['skipped']) == {'backup', 'restore'}
    assert step.after['08 backup'] == (
        'not tried: Cinder has no backup service that is enabled.'
    )
    assert left(cloud) == {}


def test_without_block_storage_the_rest_is_tried(cloud, engine):
    cloud.missing.add('block-storage')
    step = work(engine, planned(cloud))
    assert step.task.state == STATES.SUCCEEDED, step.error
    assert set(step.work['skipped']) == {
        'volume',
        'attach',
        'backup',
        'restore',
    }


@pytest.mark.parametrize(
    ('parameters', 'told'),
    [
        (
            {'image': 'none'},
            'Choose image and flavor: There is no active image none',
        ),
        (
            {'flavor': 'none'},
            'Choose image and flavor: There is no flavor none',
        ),
    ],
)
def test_what_cannot_be_chosen_makes_nothing(cloud, engine, parameters, told):
    with cloud.calls_made() as calls:
        step = work(engine, planned(cloud, **parameters))
    assert step.task.state == STATES.FAILED
    assert step.error.startswith(told)
    assert posts(calls) == []


def test_a_project_that_is_closed_to_the_service_user_is_told(cloud, engine):
    cloud.closed_projects.add(cloud.scratch)
    step = work(engine, planned(cloud))
    assert step.task.state == STATES.FAILED
    assert step.error.startswith('Delete what an earlier try left: ')
    assert 'lacks a role' in step.remedy


def test_things_of_others_with_the_same_name_stay(cloud, engine):
    task = planned(cloud)
    names = f'rey-smoke-{task.pk}-{task.steps.get().pk}'
    cloud.add_volume(cloud.scratch, name=f'{names}-volume')
    cloud.add_server(cloud.scratch, name=f'{names}-server')
    cloud.add('networks', 'other', name=f'{names}-network')
    step = work(engine, task)
    assert step.task.state == STATES.SUCCEEDED, step.error
    assert set(left(cloud)) == {'volumes', 'servers', 'networks'}


def test_the_same_by_hand_ends_with_deleting(cloud):
    lines = smoke_kind.SmokeTest().commands(planned(cloud).steps.get())
    assert lines[0] == f'export OS_PROJECT_ID={cloud.scratch}'
    assert 'network delete' in lines[-1]
