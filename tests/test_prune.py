"""Backups that nobody needs are deleted by a task, in the simulated cloud."""

import datetime

from django.urls import reverse
from django.utils import timezone
import pytest

from rey_dashboard.backups import back_up_kind
from rey_dashboard.backups import models as policies
from rey_dashboard.backups import prune_kind
from rey_dashboard.inventory import models as inventory
from rey_dashboard.tasks import models
from tests import backup_pages as pages
from tests import backup_site
from tests import factory
from tests import factory_backups

pytestmark = pytest.mark.django_db(transaction=True)
STATES = models.Task.State
STEPS = models.Step.State
HOSTILE = '<script>alert(1)</script>=cmd()'
REGION = backup_site.REGION


@pytest.fixture
def site(tmp_path, monkeypatch):
    told = {
        'back_up': back_up_kind.BackUp(),
        'prune_backups': prune_kind.PruneBackups(),
    }
    with backup_site.running(tmp_path, monkeypatch, told) as site:
        yield site


@pytest.fixture
def project(site):
    return site.cloud.add_project('shop')


@pytest.fixture
def volume(site, project):
    volume = site.cloud.add_volume(project, 3, name=HOSTILE)
    site.collect()
    return volume


def policy(domain_id='', **told):
    row = policies.BackupPolicy.objects.create(
        region=REGION,
        name=HOSTILE,
        version=2,
        enabled=True,
        domain_id=domain_id,
    )
    for version, keep in ((1, {'keep_last': 90}), (2, told)):
        policies.BackupPolicyVersion.objects.create(
            policy=row, version=version, told=keep, at=timezone.now()
        )
    return row


def back_up(site, volume, how='full', policy=None):
    """The id of one that is made; later ones have later data."""
    there = {row.id for row in site.backups(volume)}
    task = site.do(
        'back_up', volumes=[volume], method=how, policy=policy and policy.pk
    )
    assert task.state == STATES.SUCCEEDED
    site.cloud.clock.advance(60)
    (made,) = {row.id for row in site.backups(volume)} - there
    return made


def by_hand(site, volume, keep_last=1, **more):
    return site.plan(
        'prune_backups', volumes=[volume], keep_last=keep_last, **more
    )


def targets(task):
    steps = task.steps.order_by('number')
    return list(steps.values_list('target', flat=True))


def there(site, volume):
    return [row.id for row in site.backups(volume)]


def test_a_chain_is_deleted_from_its_end(site, volume):
    full = back_up(site, volume)
    first, second = (back_up(site, volume, 'incremental') for _ in '12')
    last = back_up(site, volume)
    task = by_hand(site, volume)
    assert targets(task) == [second, first, full]
    step = task.steps.first()
    assert (step.before['gib'], step.after['gib']) == (3, 0)
    assert step.flags == ['old']
    assert step.lane == f'volume {volume}'
    with site.cloud.calls_made() as calls:
        assert site.run(task).state == STATES.SUCCEEDED
    deleted = [
        path.rpartition('/')[2]
        for _service, method, path, _query in calls
        if method == 'DELETE'
    ]
    assert deleted == [second, first, full]
    assert there(site, volume) == [last]
    # Pages tell it at once, and the next collection the same.
    assert inventory.Backup.objects.get().id == last
    assert inventory.BackupChain.objects.get().backup_id == last
    told = list(inventory.VolumeCoverage.objects.values())
    assert told[0]['backups'] == 1
    site.collect()
    assert list(inventory.VolumeCoverage.objects.values()) == told


def test_only_what_this_dashboard_made_goes(site, project, volume):
    ours = back_up(site, volume)
    mark = site.backups(volume)[0]['metadata']
    theirs = site.cloud.add_backup(volume)
    # Anybody can write a mark; that of a step of another volume, too.
    forged = site.cloud.add_backup(volume, metadata=mark)
    other = site.cloud.add_volume(project, 1)
    elsewhere = site.cloud.add_backup(other, metadata=mark)
    invented = site.cloud.add_backup(volume, metadata={'rey_step': 'req-1'})
    site.cloud.clock.advance(60)
    last = back_up(site, volume)
    site.cloud.add_backup(other)
    site.collect()
    task = site.plan('prune_backups', volumes=[volume, other], keep_last=1)
    assert targets(task) == [ours]
    assert site.run(task).state == STATES.SUCCEEDED
    assert set(there(site, volume)) == {theirs, forged, invented, last}
    assert there(site, other)[0] == elsewhere


def test_a_policy_keeps_what_its_newest_version_says(site, volume):
    nightly = policy(keep_last=2, keep_days=0)
    by_policy = [back_up(site, volume, policy=nightly) for _ in range(4)]
    back_up(site, volume)
    task = site.plan('prune_backups', policy=nightly.pk)
    assert targets(task) == by_policy[1::-1]
    # By hand nothing of it goes.
    assert not by_hand(site, volume, keep_last=0, keep_days=1).total
    nightly.removed_at = timezone.now()
    nightly.save()
    assert not site.plan('prune_backups', policy=nightly.pk).total
    assert targets(by_hand(site, volume)) == by_policy[::-1]


def test_young_ones_stay(site, volume):
    old = back_up(site, volume)
    back_up(site, volume)
    rows = inventory.Backup.objects.filter(id=old)
    for days, goes in ((1, 0), (3, 1)):
        ago = timezone.now() - datetime.timedelta(days=days)
        rows.update(data_timestamp=ago)
        assert by_hand(site, volume, keep_days=2).total == goes


def test_a_failed_one_goes_when_a_later_good_one_is_there(site, volume):
    order = site.cloud.cinder_backup.fails('No space')
    site.do('back_up', volumes=[volume], method='full')
    order.clear()
    site.collect()
    failed = there(site, volume)
    assert not by_hand(site, volume, keep_last=9).total
    site.cloud.clock.advance(60)
    back_up(site, volume)
    task = by_hand(site, volume, keep_last=9)
    assert targets(task) == failed
    assert task.steps.get().flags == ['failed']
    assert site.run(task).state == STATES.SUCCEEDED


def test_one_on_hold_stays(site, project, volume):
    old = back_up(site, volume)
    back_up(site, volume)
    kept = factory_backups.hold(old, project)
    assert not by_hand(site, volume).total
    kept.until = timezone.now() - datetime.timedelta(seconds=1)
    kept.save()
    assert by_hand(site, volume).total == 1


def test_a_hold_of_after_the_plan_counts(site, project, volume):
    old = back_up(site, volume)
    back_up(site, volume)
    task = by_hand(site, volume)
    factory_backups.hold(old, project)
    assert site.run(task).state == STATES.FAILED
    assert task.steps.get().error == 'It is on hold: Court <order>'
    assert old in there(site, volume)


def test_the_last_good_one_stays_though_others_went_meanwhile(site, volume):
    old = back_up(site, volume)
    last = back_up(site, volume)
    task = by_hand(site, volume)
    site.cloud.delete('backups', last)
    assert site.run(task).state == STATES.FAILED
    assert 'No later good' in task.steps.get().error
    assert there(site, volume) == [old]


def test_a_later_one_that_broke_meanwhile_is_no_good_one(site, volume):
    old = back_up(site, volume)
    full = back_up(site, volume)
    back_up(site, volume, 'incremental')
    task = by_hand(site, volume)
    assert targets(task) == [old]
    site.cloud.delete('backups', full)
    assert site.run(task).state == STATES.FAILED
    assert old in there(site, volume)


def test_what_others_build_on_by_now_stays(site, volume):
    old = back_up(site, volume)
    back_up(site, volume)
    task = by_hand(site, volume)
    site.cloud.depend(old, 1)
    assert site.run(task).state == STATES.FAILED
    assert task.steps.get().error == 'Others build on it by now.'


def test_one_that_became_anothers_is_left_alone(site, volume):
    old = back_up(site, volume)
    back_up(site, volume)
    task = by_hand(site, volume)
    site.cloud.change('backups', old, metadata={})
    assert site.run(task).state == STATES.FAILED
    assert 'does not say any more' in task.steps.get().error


def test_one_that_is_gone_is_done(site, volume):
    old = back_up(site, volume)
    back_up(site, volume)
    task = by_hand(site, volume)
    site.cloud.delete('backups', old)
    assert site.run(task).state == STATES.SUCCEEDED


def test_what_cinder_cannot_delete_is_told_and_retried(site, volume):
    old = back_up(site, volume)
    back_up(site, volume)
    task = by_hand(site, volume)
    order = site.cloud.cinder_backup.fails('Swift is <away>', work='delete')
    with site.cloud.calls_made() as calls:
        assert site.run(task).state == STATES.FAILED
    assert [call[1] for call in calls].count('DELETE') == 1
    assert task.steps.get().error == 'Swift is <away>'
    order.clear()
    site.retry(task)
    assert site.run(task).state == STATES.SUCCEEDED
    assert old not in there(site, volume)


def test_what_nobody_owns_is_left_out(site, project, volume):
    for _ in range(2):
        back_up(site, volume)
    inventory.Project.objects.update(gone_at=timezone.now())
    (step,) = by_hand(site, volume).steps.all()
    assert step.state == STEPS.REFUSED
    assert 'project is gone' in step.error


PRUNING, PRUNE = '/rey/backups/pruning/', '/rey/backups/prune/'


def test_the_page_tells_what_would_go_and_plans_it(site, volume, admin):
    nightly = policy(keep_last=1)
    old = [back_up(site, volume, policy=nightly) for _ in range(3)]
    back_up(site, volume)
    page = admin.get(PRUNING)
    text = page.content.decode()
    assert HOSTILE not in text
    ((run, token),) = page.context['runs']
    assert [one.backup.id for one in run.going] == old[1::-1]
    assert run.staying == [
        ('of another policy, or made by hand', 1),
        ('among the last that are kept', 1),
    ]
    assert '6 GiB become free' in text
    assert page.context['page'].paginator.count == 2
    for sort in ('name', 'volume', 'project', 'policy', 'reason', '-size'):
        assert admin.get(PRUNING, {'sort': sort}).status_code == 200
    rows = pages.export(admin, PRUNING)['rows']
    assert {row['backup_id'] for row in rows} == set(old[:2])
    assert rows[0]['policy_name'] == HOSTILE
    assert not pages.found(admin, PRUNING, 'name', q='nothing')
    told = {'policy': nightly.pk, 'token': token}
    answer = admin.post(PRUNE, told)
    assert admin.post(PRUNE, told).url == answer.url
    task = models.Task.objects.get(kind='prune_backups')
    assert answer.url == reverse('horizon:rey:tasks:task', args=[task.pk])
    assert task.state == STATES.PLANNED
    assert task.parameters == {'policy': nightly.pk}
    preview = admin.get(answer.url).content.decode()
    assert HOSTILE not in preview
    assert 'neither among the last nor young enough' in preview
    assert site.run(task).done == 2
    page = admin.get(PRUNING)
    run, _token = page.context['runs'][0]
    assert (run.going, run.untouched) == ([], 1)
    assert '1 volume has no more than that' in page.content.decode()
    answer = admin.post(PRUNE, {'policy': nightly.pk, 'token': 'b'})
    assert answer.url == PRUNING
    assert models.Task.objects.filter(kind='prune_backups').count() == 1


def test_by_hand_a_person_says_how_many(site, volume, admin):
    old = back_up(site, volume)
    back_up(site, volume)
    told = {'policy': 'by_hand'}
    ((run, _token),) = admin.get(PRUNING, told).context['runs']
    assert not run.staying
    assert (run.words, run.untouched) == ('all', 1)
    told['keep_last'] = 1
    ((run, token),) = admin.get(PRUNING, told).context['runs']
    assert [one.backup.id for one in run.going] == [old]
    admin.post(PRUNE, {**told, 'token': token})
    task = models.Task.objects.get(kind='prune_backups')
    assert targets(task) == [old]
    assert task.parameters['volumes'] == [volume]
    assert task.domain_id == ''
    for told in ({}, {'policy': 'x'}, {'policy': 'by_hand', 'keep_last': -1}):
        assert admin.post(PRUNE, told).status_code == 400
    assert admin.get(PRUNING, {'keep_last': 'x'}).status_code == 200


def test_a_manager_prunes_in_his_domain_alone(site, sign_in):
    cloud = site.cloud
    research = cloud.add_domain('research')
    other = cloud.add_domain('other')
    mine, theirs = (
        cloud.add_volume(cloud.add_project(f'p-{domain}', domain), 3)
        for domain in (research, other)
    )
    site.collect()
    ours = [back_up(site, mine) for _ in '12']
    for _ in '12':
        back_up(site, theirs)
    whole, foreign = policy(keep_last=1), policy(other, keep_last=1)
    factory.domain_role(research)
    browser = sign_in('member')
    page = browser.get(PRUNING)
    assert page.context['runs'] == []
    told = {'policy': 'by_hand', 'keep_last': 1}
    assert theirs not in browser.get(PRUNING, told).content.decode()
    for one in (whole, foreign):
        assert browser.post(PRUNE, {'policy': one.pk}).status_code == 400
    browser.post(PRUNE, {**told, 'token': 'a'})
    task = models.Task.objects.get(kind='prune_backups')
    assert task.domain_id == research
    assert targets(task) == ours[:1]
    # Of two domains one has to be chosen: a task has one.
    factory.domain_role(other)
    browser = sign_in('member')
    assert browser.post(PRUNE, {**told, 'token': 'b'}).url == PRUNING
    answer = browser.post(PRUNE, {**told, 'domain': other, 'token': 'c'})
    task = models.Task.objects.latest('pk')
    assert (task.domain_id, task.total) == (other, 1)
    assert browser.get(answer.url).status_code == 200


def test_what_another_domain_owns_by_now_is_no_policys(site, volume):
    nightly = policy('default', keep_last=1)
    for _ in '12':
        back_up(site, volume, policy=nightly)
    assert site.plan('prune_backups', policy=nightly.pk).total == 1
    inventory.Project.objects.update(domain_id='elsewhere')
    assert not site.plan('prune_backups', policy=nightly.pk).total


def test_pruning_is_for_who_may_act(site, sign_in):
    browser = sign_in('member')
    assert browser.get(PRUNING).status_code == 403
    assert browser.post(PRUNE).status_code == 403
