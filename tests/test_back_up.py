"""Volumes backed up by a task, in the simulated cloud."""

import datetime

from django.urls import reverse
from django.utils import timezone
import pytest

from rey_dashboard.backups import back_up_kind
from rey_dashboard.backups import owners
from rey_dashboard.inventory import models as inventory
from rey_dashboard.inventory import store
from rey_dashboard.tasks import gates
from rey_dashboard.tasks import models
from rey_dashboard.tasks import orders
from rey_dashboard.tasks import planning
from tests import backup_pages as pages
from tests import backup_site
from tests import factory
from tests import factory_backups

pytestmark = pytest.mark.django_db(transaction=True)
STATES = models.Task.State
STEPS = models.Step.State
COVERED = inventory.VolumeCoverage.State
HOSTILE = '<script>alert(1)</script>=cmd()'


@pytest.fixture
def site(tmp_path, monkeypatch):
    told = {'back_up': back_up_kind.BackUp()}
    with backup_site.running(tmp_path, monkeypatch, told) as site:
        yield site


@pytest.fixture
def project(site):
    return site.cloud.add_project('shop')


def back_up(site, *volumes, **more):
    return site.do('back_up', volumes=list(volumes), method='full', **more)


def filled(page):
    """The form of the page as it came, sent back."""
    form = page.context['form']
    return {name: str(form[name].value() or '') for name in form.fields}


def test_a_backup_belongs_to_the_project_of_its_volume(site, project):
    volume = site.cloud.add_volume(project, 3, name=HOSTILE)
    site.collect()
    assert site.covered(volume).state == COVERED.NEW
    task = back_up(site, volume)
    assert task.state == STATES.SUCCEEDED
    (made,) = site.backups(volume)
    assert made.project_id == project
    step = task.steps.get()
    assert made['metadata'] == {'rey_step': step.request_id}
    # Pages tell it at once, before any collection.
    assert site.covered(volume).state == COVERED.PROTECTED
    row = inventory.Backup.objects.get()
    assert (row.id, row.mark) == (made.id, step.request_id)
    assert inventory.ProjectCoverage.objects.get().protected == 1
    by_state = dict(
        inventory.DomainCoverage.objects.values_list('state', 'volumes')
    )
    assert by_state == {'protected': 1, 'new': 0}
    told = list(inventory.VolumeCoverage.objects.values())
    site.collect()
    assert list(inventory.VolumeCoverage.objects.values()) == told


def test_it_is_incremental_where_there_is_a_good_one_of_that_project(
    site, project
):
    volume = site.cloud.add_volume(project, 3)
    # Somebody else's backup of it is no use.
    other = site.cloud.add_project('other')
    site.cloud.add_backup(volume, project_id=other)
    site.collect()
    methods = []
    for _ in range(4):
        task = site.do(
            'back_up', volumes=[volume], method='incremental', full_every=3
        )
        assert task.state == STATES.SUCCEEDED
        methods.append(task.steps.get().after['backup'])
        site.cloud.clock.advance(5)
    assert methods == ['full', 'incremental', 'incremental', 'full']
    rows = [row for row in site.backups(volume) if row.project_id == project]
    assert [row['parent_id'] for row in rows] == [
        None,
        rows[0].id,
        rows[1].id,
        None,
    ]


def test_what_an_incremental_one_needs_may_be_gone_since(site, project):
    volume = site.cloud.add_volume(project, 3)
    site.cloud.add_backup(volume, project_id=project)
    site.collect()
    task = site.plan('back_up', volumes=[volume], method='incremental')
    assert task.steps.get().after['backup'] == 'incremental'
    site.cloud.delete('backups', site.backups(volume)[0].id)
    assert site.run(task).state == STATES.SUCCEEDED
    assert task.steps.get().after['backup'] == 'full'


def test_an_attached_volume_is_backed_up_too(site, project):
    volume = site.cloud.add_volume(project, 3)
    site.cloud.attach(volume, site.cloud.add_server(project))
    site.collect()
    task = site.plan('back_up', volumes=[volume])
    assert 'attached' in task.steps.get().flags
    assert site.run(task).state == STATES.SUCCEEDED
    assert site.backups(volume)[0]['status'] == 'available'


def test_what_cannot_be_backed_up_is_left_out_with_the_reason(site, project):
    cloud = site.cloud
    cloud.set_quota('block-storage', project, backups=1)
    ill = cloud.add_volume(project, 1, status='error')
    first, second = (cloud.add_volume(project, 1) for _ in range(2))
    site.collect()
    task = site.plan('back_up', volumes=[ill, 'nothing', first, second])
    told = [(step.state, step.error) for step in task.steps.order_by('number')]
    assert [state for state, _error in told] == [
        STEPS.REFUSED,
        STEPS.REFUSED,
        STEPS.PENDING,
        STEPS.REFUSED,
    ]
    assert told[0][1] == 'The volume is error.'
    assert 'not there' in told[1][1]
    assert 'backups would be 2 of 1' in told[3][1]
    assert site.run(task).done == 1


def test_a_quota_is_counted_over_all_of_a_large_plan(
    site, project, monkeypatch
):
    monkeypatch.setattr(store, 'BATCH', 1)
    site.cloud.set_quota('block-storage', project, backups=1)
    volumes = [site.cloud.add_volume(project, 1) for _ in range(3)]
    site.collect()
    task = site.plan('back_up', volumes=volumes)
    assert task.total == 1


def test_a_lost_answer_makes_no_second_backup(site, project):
    volume = site.cloud.add_volume(project, 3)
    site.collect()
    site.cloud.fault(
        'block-storage', '/backups', 'lost', method='POST', times=1
    )
    task = back_up(site, volume)
    assert task.state == STATES.SUCCEEDED
    assert len(site.backups(volume)) == 1


@pytest.mark.parametrize(
    'method, path',
    [
        ('GET', '/backups/detail'),
        ('GET', '/volumes/'),
        ('POST', '/backups'),
    ],
)
@pytest.mark.parametrize(
    'page', [{'kind': 'html'}, {'status': 200, 'body': '{"error": "busy"}'}]
)
def test_a_page_of_a_proxy_is_no_answer_and_it_is_tried_again(
    site, project, monkeypatch, method, path, page
):
    monkeypatch.setattr(gates, 'LONGEST_PAUSE_S', 0.05)
    volume = site.cloud.add_volume(project, 3)
    site.collect()
    fault = site.cloud.fault(
        'block-storage', path, method=method, times=2, **page
    )
    task = site.plan('back_up', volumes=[volume], method='full')
    site.start(task)
    for turn, _ in enumerate(site.passing(task, 0)):
        if turn == 0 and path != '/backups':
            assert 'answers in its place' in task.steps.get().remedy
    assert fault.happened
    assert task.state == STATES.SUCCEEDED
    assert len(site.backups(volume)) == 1


def test_a_failed_one_tells_cinders_words(site, project):
    volume = site.cloud.add_volume(project, 3)
    site.collect()
    site.cloud.cinder_backup.fails('Swift is <b>full</b>')
    task = back_up(site, volume)
    assert task.state == STATES.FAILED
    assert task.steps.get().error == 'Swift is <b>full</b>'
    # Trying again leaves no failed one behind.
    site.cloud.cinder_backup.clear()
    orders.retry(task, backup_site.REY)
    assert site.run(task).state == STATES.SUCCEEDED
    assert [row['status'] for row in site.backups(volume)] == ['available']


def test_so_many_of_a_back_end_are_under_way_at_once(site, project):
    cloud = site.cloud
    volumes = [cloud.add_volume(project, 1) for _ in range(6)]
    cloud.cinder_backup.takes(10)
    site.collect()
    task = site.plan('back_up', volumes=volumes, method='full', at_once=2)
    site.start(task)
    most = 0
    for _ in site.passing(task, 4):
        rows = cloud.tables['backups']
        most = max(most, sum(row['status'] == 'creating' for row in rows))
    assert (task.state, task.done, most) == (STATES.SUCCEEDED, 6, 2)


def test_a_volume_that_is_busy_is_waited_for(site, project, monkeypatch):
    volume = site.cloud.add_volume(project, 3, status='extending')
    site.collect()
    task = site.plan('back_up', volumes=[volume], method='full')
    site.start(task)
    for turn, _ in enumerate(site.passing(task, 0)):
        if turn == 2:
            assert not site.backups(volume)
            site.cloud.change('volumes', volume, status='available')
    assert task.state == STATES.SUCCEEDED
    # But not for ever.
    site.cloud.change('volumes', volume, status='extending')
    monkeypatch.setattr(back_up_kind, 'PATIENCE_S', 0)
    late = site.plan('back_up', volumes=[volume], method='full')
    site.start(late)
    site.pass_time(late, 0)
    assert late.state == STATES.FAILED


def test_a_retry_waits_anew_for_a_volume_that_is_busy(site, project):
    volume = site.cloud.add_volume(project, 3, status='extending')
    site.collect()
    task = site.plan('back_up', volumes=[volume], method='full')
    site.start(task)
    site.engine.tick()
    step = task.steps.get()
    step.work['waits_since'] -= back_up_kind.PATIENCE_S
    step.save()
    site.pass_time(task, 0)
    assert task.steps.get().error == 'The volume stays extending.'
    site.retry(task)
    site.engine.tick()
    assert task.steps.get().state == STEPS.RUNNING


def test_one_of_a_shelved_server_is_not_waited_for_as_long(
    site, project, monkeypatch
):
    volume = site.cloud.add_volume(project, 3, status='reserved')
    site.collect()
    monkeypatch.setattr(back_up_kind, 'RESERVED_PATIENCE_S', 0)
    task = site.plan('back_up', volumes=[volume], method='full')
    site.start(task)
    site.pass_time(task, 0)
    assert task.steps.get().error == 'The volume stays reserved.'


def test_by_hand_it_is_made_in_the_project_of_the_volume(site, project):
    volume = site.cloud.add_volume(project, 3)
    site.collect()
    step = site.plan('back_up', volumes=[volume], method='full').steps.get()
    assert back_up_kind.BackUp().commands(step) == [
        f'export OS_PROJECT_ID={project}',
        'openstack volume backup create --force '
        f'--name {owners.name_of(step)} {volume}',
    ]


def test_a_volume_that_was_given_away_is_left_alone(site, project):
    volume = site.cloud.add_volume(project, 3)
    site.collect()
    task = site.plan('back_up', volumes=[volume], method='full')
    site.cloud.tables['volumes'].get(volume).project_id = 'other'
    assert site.run(task).state == STATES.FAILED
    assert 'another project' in task.steps.get().error
    assert not site.backups(volume)


def test_nothing_begins_after_the_window(site, project):
    volume = site.cloud.add_volume(project, 3)
    site.collect()
    over = timezone.now() - datetime.timedelta(seconds=1)
    task = back_up(site, volume, until=over.isoformat())
    assert 'window' in task.steps.get().error
    assert not site.backups(volume)


def test_undoing_deletes_what_was_made(site, project):
    volume = site.cloud.add_volume(project, 3)
    site.collect()
    task = back_up(site, volume)
    undone = site.undo(task)
    assert undone.state == STATES.SUCCEEDED
    assert not site.backups(volume)
    assert not inventory.Backup.objects.exists()
    assert site.covered(volume).state == COVERED.NEW
    # What is deleted nobody brings back.
    with pytest.raises(planning.CannotUndo):
        site.plan_undo(undone)


def test_undoing_leaves_what_is_on_hold_or_built_upon(site, project):
    held, base = (site.cloud.add_volume(project, 3) for _ in range(2))
    site.collect()
    task = back_up(site, held, base)
    factory_backups.hold(site.backups(held)[0].id, project)
    site.cloud.clock.advance(5)
    site.do('back_up', volumes=[base], method='incremental')
    site.collect()
    undone = site.plan_undo(task)
    told = dict(undone.steps.values_list('target', 'error'))
    assert undone.total == 0
    assert told == {
        held: 'It is on hold: Court <order>',
        base: 'Others build on it by now.',
    }


def test_the_page_asks_and_plans(site, project, admin):
    volume = site.cloud.add_volume(project, 3, name=HOSTILE)
    site.collect()
    address = reverse('horizon:rey:backups:back_up')
    page = admin.get(f'{address}?chosen=1&id={volume}')
    text = page.content.decode()
    assert HOSTILE not in text
    assert 'no history yet' in text
    answer = admin.post(f'{address}?chosen=1&id={volume}', filled(page))
    task = models.Task.objects.get()
    assert answer.url == reverse('horizon:rey:tasks:task', args=[task.pk])
    preview = pages.text(admin, answer.url)
    assert HOSTILE not in preview
    assert 'backup none that is good → <strong>full</strong>' in preview
    assert 'size <strong>3 GiB</strong>' in preview
    site.cloud.cinder_backup.takes(2)
    site.start(task)
    site.pass_time(task, 4)
    assert task.state == STATES.SUCCEEDED
    again = admin.get(f'{address}?chosen=1&id={volume}').content.decode()
    assert 'GiB/s' in again
    site.collect()
    later = site.plan('back_up', volumes=[volume])
    at = later.steps.get().before['backup'].replace('T', ' ')[:16]
    assert f'backup the last good one of {at} UTC →' in pages.text(
        admin, reverse('horizon:rey:tasks:task', args=[later.pk])
    )


def test_the_filter_leaves_out_what_needs_none(site, project, admin):
    site.cloud.add_volume(project, 3, metadata={'backup': 'none'})
    site.cloud.add_volume(project, 3)
    site.collect()
    address = reverse('horizon:rey:backups:back_up')
    assert admin.get(address).context['count'] == 1


def test_a_task_is_for_who_may_act(site, project, sign_in):
    address = reverse('horizon:rey:backups:back_up')
    assert sign_in('member').get(address).status_code == 403


def test_a_manager_backs_up_what_his_domain_owns_alone(site, sign_in):
    own = site.cloud.add_domain('research')
    volume = site.cloud.add_volume(site.cloud.add_project('lab', own), 3)
    other = site.cloud.add_volume(site.cloud.add_project('shop'), 3)
    site.collect()
    factory.domain_role(own)
    manager = sign_in('member')
    address = reverse('horizon:rey:backups:back_up')
    address = f'{address}?chosen=1&id={volume}&id={other}'
    page = manager.get(address)
    assert page.context['count'] == 1
    assert b'control@fast' not in page.content
    answer = manager.post(address, filled(page))
    task = models.Task.objects.get()
    assert (task.domain_id, task.total) == (own, 1)
    assert task.steps.get().target == volume
    order = reverse('horizon:rey:tasks:order', args=[task.pk, 'start'])
    assert manager.post(order).status_code == 302
    task.refresh_from_db()
    assert site.run(task).state == STATES.SUCCEEDED
    assert manager.get(answer.url).status_code == 200


def test_how_long_one_took_stays_when_others_build_on_it_and_go(site, project):
    volume = site.cloud.add_volume(project, 3)
    site.collect()
    back_up(site, volume)
    before = inventory.Backup.objects.values_list('took', flat=True).get()
    assert before is not None
    site.cloud.advance(3600)
    later = site.do('back_up', volumes=[volume], method='incremental')
    site.cloud.advance(3600)
    site.undo(later)
    assert [row['status'] for row in site.backups(volume)] == ['available']
    row = inventory.Backup.objects.get()
    assert (row.took, row.has_dependent_backups) == (before, False)
