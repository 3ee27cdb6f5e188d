"""Services disabled and enabled by tasks, in the simulated cloud."""

import pytest

from rey_dashboard import worker
from rey_dashboard.inventory import models as inventory
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import sync
from rey_dashboard.services import reasons
from rey_dashboard.services import switch_kinds
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models
from rey_dashboard.tasks import orders
from rey_dashboard.tasks import planning
from tests import factory
from tests import paper_tasks
from tests import simcloud
from tests.paper_tasks import REY

pytestmark = pytest.mark.django_db(transaction=True)
REGION = 'RegionOne'
STATES = models.Step.State
PARTS = (
    parts.COMPUTE_SERVICES,
    parts.NETWORK_AGENTS,
    parts.VOLUME_SERVICES,
    parts.HOSTS,
)
COMPUTE = ('nova-compute', 'compute-1')
VOLUME = ('cinder-volume', 'control@fast')
AGENT = ('DHCP agent', 'control')
REASON = '-x "Fans"; 2026'
KINDS = {
    'disable_services': switch_kinds.DisableServices(),
    'enable_services': switch_kinds.EnableServices(),
}


@pytest.fixture
def cloud(tmp_path, monkeypatch):
    monkeypatch.setenv('OS_CLIENT_CONFIG_FILE', str(tmp_path / 'clouds.yaml'))
    monkeypatch.setattr(kinds, 'installed', lambda: KINDS)
    monkeypatch.setattr(sync, 'ORDER', (PARTS,))
    monkeypatch.setattr(sync, 'ORDER_OF_CHANGES', (PARTS,))
    with simcloud.running() as cloud:
        cloud.clouds_yaml(tmp_path / 'clouds.yaml')
        worker.collect_once()
        yield cloud


def ours(key):
    return inventory.Service.objects.get(name=key[0], host=key[1])


def there(cloud, key):
    """Status and words, as the services tell them."""
    name, host = key
    for row in cloud.tables['agents']:
        if (row['agent_type'], row['host']) == key:
            return row['admin_state_up'], row['description']
    kind = 'compute_services' if name[0] == 'n' else 'volume_services'
    row = cloud.tables[kind].rows[cloud.service_id(kind, name, host)]
    return row['status'], row['disabled_reason']


def change(cloud, key, **columns):
    for row in list(cloud.tables['agents']):
        if (row['agent_type'], row['host']) == key:
            return cloud.change('agents', row.id, **columns)
    kind = 'compute_services' if key[0][0] == 'n' else 'volume_services'
    return cloud.change(kind, cloud.service_id(kind, *key), **columns)


def planned(verb, *keys, **more):
    ids = [ours(key).id for key in keys]
    if verb == 'disable':
        more.setdefault('reason', REASON)
    return planning.plan(
        f'{verb}_services', REGION, {'services': ids, **more}, verb, verb, REY
    )


def steps(task):
    return {step.target_name: step for step in task.steps.order_by('number')}


def step(task):
    return task.steps.get()


def work(engine, task):
    orders.start(task, REY)
    paper_tasks.work_until_it_rests(engine)
    task.refresh_from_db()


def undone(engine, task):
    undo = planning.plan_undo(task, 'Undo', f'undo-{task.pk}', REY)
    work(engine, undo)
    return undo


def test_three_services_are_disabled_and_told_at_once(cloud, engine):
    task = planned('disable', COMPUTE, VOLUME, AGENT)
    work(engine, task)
    assert task.state == models.Task.State.SUCCEEDED
    assert there(cloud, COMPUTE) == ('disabled', REASON)
    assert there(cloud, VOLUME) == ('disabled', REASON)
    assert there(cloud, AGENT) == (False, f'disabled: {REASON}')
    for key in (COMPUTE, VOLUME):
        assert ours(key).status == 'disabled'
        assert ours(key).disabled_reason == REASON
    volume = inventory.VolumeService.objects.get(host='control@fast')
    assert (volume.status, volume.disabled_reason) == ('disabled', REASON)
    assert inventory.Host.objects.get(name='compute-1').status == 'disabled'
    before = ours(AGENT)
    worker.collect_once()
    after = ours(AGENT)
    assert after.description == before.description
    assert after.status_since == before.status_since


def test_undo_brings_back_the_old_status_and_words(cloud, engine):
    change(cloud, COMPUTE, status='disabled', disabled_reason='old')
    change(cloud, VOLUME, status='disabled', disabled_reason='older')
    change(cloud, AGENT, admin_state_up=False, description='in <rack> 4')
    worker.collect_once()
    before = {key: there(cloud, key) for key in (COMPUTE, VOLUME, AGENT)}
    task = planned('enable', COMPUTE, VOLUME, AGENT)
    work(engine, task)
    assert there(cloud, COMPUTE) == ('enabled', None)
    assert there(cloud, VOLUME) == ('enabled', None)
    assert there(cloud, AGENT) == (True, 'in <rack> 4')

    undo = undone(engine, task)

    assert undo.state == models.Task.State.SUCCEEDED
    assert {key: there(cloud, key) for key in before} == before
    assert ours(COMPUTE).disabled_reason == 'old'


def test_enabling_takes_our_reason_out_of_a_description(cloud, engine):
    change(cloud, AGENT, description='rack 4')
    worker.collect_once()
    work(engine, planned('disable', AGENT))
    assert there(cloud, AGENT) == (False, f'rack 4; disabled: {REASON}')
    work(engine, planned('enable', AGENT))
    assert there(cloud, AGENT) == (True, 'rack 4')


def test_a_reason_that_has_no_room_is_left_out_and_told(cloud, engine):
    change(cloud, AGENT, description='x' * 250)
    worker.collect_once()
    task = planned('disable', AGENT)
    assert step(task).flags == [switch_kinds.NO_ROOM]
    work(engine, task)
    assert there(cloud, AGENT) == (False, 'x' * 250)
    assert reasons.added('', 'y' * 255) is None


@pytest.mark.parametrize(
    ('key', 'columns', 'verb', 'words'),
    [
        (COMPUTE, {}, 'enable', 'It is enabled already.'),
        (
            COMPUTE,
            {'status': 'disabled', 'disabled_reason': 'old'},
            'disable',
            'It is disabled already.',
        ),
        (
            AGENT,
            {'admin_state_up': False, 'description': 'x'},
            'disable',
            'It is disabled already.',
        ),
        (
            ('nova-scheduler', 'control'),
            {},
            'disable',
            'Nova lets nobody disable it: only nova-compute.',
        ),
    ],
)
def test_what_cannot_be_is_left_out_with_the_reason(
    cloud, key, columns, verb, words
):
    if columns:
        change(cloud, key, **columns)
        worker.collect_once()
    task = planned(verb, key)
    assert (step(task).state, step(task).error) == (STATES.REFUSED, words)
    old = columns.get('disabled_reason') or columns.get('description', '')
    assert step(task).remedy == old
    told = columns.get('disabled_reason') or columns.get('description', '')
    assert step(task).remedy == told
    assert task.total == 0
    assert KINDS[task.kind].commands(step(task)) == []


def test_agents_of_ovn_and_services_of_a_silent_cell_are_left_out(cloud):
    cloud.add_agent('OVN Controller agent', 'ovn-controller', 'compute-1')
    cloud.down_cells.add('cell1')
    worker.collect_once()
    task = planned('disable', ('OVN Controller agent', 'compute-1'), COMPUTE)
    assert {one.error for one in steps(task).values()} == {
        'Neutron lets nobody disable agents of OVN.',
        'Nova cannot reach its cell now.',
    }


def test_one_that_is_disabled_without_a_reason_gets_one(cloud, engine):
    for key in (COMPUTE, VOLUME):
        change(cloud, key, status='disabled')
    change(cloud, AGENT, admin_state_up=False)
    worker.collect_once()
    task = planned('disable', COMPUTE, VOLUME, AGENT)
    work(engine, task)
    assert there(cloud, AGENT) == (False, f'disabled: {REASON}')
    assert there(cloud, COMPUTE) == there(cloud, VOLUME)
    assert there(cloud, VOLUME) == ('disabled', REASON)


def test_what_somebody_changed_since_is_left_alone(cloud, engine):
    task = planned('disable', COMPUTE)
    change(cloud, COMPUTE, status='disabled', disabled_reason='other')
    work(engine, task)
    words = 'Somebody has changed it since: disabled_reason.'
    assert step(task).error == words
    assert there(cloud, COMPUTE) == ('disabled', 'other')


def test_what_is_so_already_costs_no_write(cloud, engine):
    task = planned('disable', COMPUTE)
    change(cloud, COMPUTE, status='disabled', disabled_reason=REASON)
    with cloud.calls_made() as made:
        work(engine, task)
    assert task.state == models.Task.State.SUCCEEDED
    assert not [call for call in made if call[1] == 'PUT']


def test_undo_leaves_what_somebody_changed_and_what_is_gone(cloud, engine):
    task = planned('disable', COMPUTE, AGENT)
    work(engine, task)
    change(cloud, COMPUTE, disabled_reason='mine')
    inventory.Service.objects.filter(name='DHCP agent').delete()
    worker.collect_once()
    inventory.Service.objects.filter(name='DHCP agent').delete()
    undo = planning.plan_undo(task, 'Undo', 'undo', REY)
    assert {one.error for one in undo.steps.all()} == {
        'Somebody has changed it since: disabled_reason.',
        'It is not there any more.',
    }


def test_one_that_is_gone_fails_alone(cloud, engine):
    task = planned('disable', COMPUTE, AGENT)
    key = cloud.service_id('compute_services', *COMPUTE)
    cloud.delete('compute_services', key)
    work(engine, task)
    assert task.state == models.Task.State.PARTLY_FAILED
    found = steps(task)['nova-compute on compute-1']
    assert found.error == 'The cloud does not know it any more.'


def test_a_cinder_that_could_not_enable_it_again_is_not_asked(cloud, engine):
    cloud.cinder_is_29 = True
    task = planned('disable', VOLUME)
    work(engine, task)
    assert 'cannot be enabled again by its API' in step(task).error
    assert 'cinder-manage service remove' in step(task).remedy
    assert there(cloud, VOLUME) == ('enabled', None)


def test_commands_do_the_same_by_hand(cloud):
    found = steps(planned('disable', COMPUTE, VOLUME, AGENT))
    kind = KINDS['disable_services']
    quoted = '\'--disable-reason=-x "Fans"; 2026\''
    assert [kind.commands(one) for one in found.values()] == [
        [
            f'openstack compute service set --disable {quoted}'
            ' -- compute-1 nova-compute'
        ],
        [
            f'openstack volume service set --disable {quoted}'
            ' -- control@fast cinder-volume'
        ],
        [
            'openstack network agent set --disable '
            '\'--description=disabled: -x "Fans"; 2026\' -- ' + ours(AGENT).id
        ],
    ]


def test_the_preview_tells_what_is_on_the_host(cloud):
    factory.server('s', 'p', host='compute-1')
    task = planned('disable', COMPUTE, AGENT)
    kind = KINDS['disable_services']
    found = steps(task)
    compute = found['nova-compute on compute-1']
    told = kind.remarks(REGION, found.values())
    assert told[compute.pk] == {'status': '1 server on it goes on'}
    inventory.Service.objects.update(status='disabled')
    told = kind.remarks(REGION, found.values())
    assert told[compute.pk]['status'].endswith('changed since: now disabled')
