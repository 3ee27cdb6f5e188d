"""The page of pruning, and who may prune what."""

from django.urls import reverse
import pytest

from rey_dashboard.backups import prune_views
from rey_dashboard.tasks import models
from tests import backup_pages as pages
from tests import factory
from tests import factory_policies
from tests.pruning import backups

pytestmark = pytest.mark.django_db(transaction=True)
PRUNING, PRUNE = '/rey/backups/pruning/', '/rey/backups/prune/'


def test_the_page_tells_what_would_go_and_plans_it(site, volume, admin):
    nightly = backups.policy(keep_last=1)
    old = [backups.back_up(site, volume, policy=nightly) for _ in range(3)]
    backups.back_up(site, volume)
    page = admin.get(PRUNING)
    text = page.content.decode()
    assert backups.HOSTILE not in text
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
    assert rows[0]['policy_name'] == backups.HOSTILE
    assert not pages.found(admin, PRUNING, 'name', q='nothing')
    told = {'policy': nightly.pk, 'token': token}
    answer = admin.post(PRUNE, told)
    assert admin.post(PRUNE, told).url == answer.url
    task = models.Task.objects.get(kind='prune_backups')
    assert answer.url == reverse('horizon:rey:tasks:task', args=[task.pk])
    assert task.state == backups.STATES.PLANNED
    assert task.parameters == {'policy': nightly.pk}
    preview = pages.text(admin, answer.url)
    assert backups.HOSTILE not in preview
    assert 'size 3 GiB → <strong>0 GiB</strong>' in preview
    assert 'neither among the last nor young enough' in preview
    assert site.run(task).done == 2
    page = admin.get(PRUNING)
    run, _token = page.context['runs'][0]
    assert (run.going, run.untouched) == ([], 1)
    assert '1 volume has no more than that' in page.content.decode()
    answer = admin.post(PRUNE, {'policy': nightly.pk, 'token': 'b'})
    assert answer.url == PRUNING
    assert models.Task.objects.filter(kind='prune_backups').count() == 1


def test_of_many_policies_the_page_reckons_the_first(
    site, volume, admin, monkeypatch
):
    nightly = backups.policy(keep_last=1)
    for _ in range(2):
        backups.back_up(site, volume, policy=nightly)
    factory_policies.make(name='! first')
    monkeypatch.setattr(prune_views, 'POLICIES', 1)
    page = admin.get(PRUNING)
    ((run, _token),) = page.context['runs']
    assert run.policy.name == '! first'
    assert '1 more policy is enabled' in page.content.decode()
    assert len(pages.export(admin, PRUNING)['rows']) == 1
    page = admin.get(PRUNING, {'policy': nightly.pk})
    ((run, _token),) = page.context['runs']
    assert len(run.going) == 1
    assert 'more policy' not in page.content.decode()


def test_by_hand_a_person_says_how_many(site, volume, admin):
    old = backups.back_up(site, volume)
    backups.back_up(site, volume)
    told = {'policy': 'by_hand'}
    ((run, _token),) = admin.get(PRUNING, told).context['runs']
    assert not run.staying
    assert (run.words, run.untouched) == ('all', 1)
    told['keep_last'] = 1
    ((run, token),) = admin.get(PRUNING, told).context['runs']
    assert [one.backup.id for one in run.going] == [old]
    admin.post(PRUNE, {**told, 'token': token})
    task = models.Task.objects.get(kind='prune_backups')
    assert backups.targets(task) == [old]
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
    ours = [backups.back_up(site, mine) for _ in '12']
    for _ in '12':
        backups.back_up(site, theirs)
    whole, foreign = (
        backups.policy(keep_last=1),
        backups.policy(other, keep_last=1),
    )
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
    assert backups.targets(task) == ours[:1]
    # Of two domains one has to be chosen: a task has one.
    factory.domain_role(other)
    browser = sign_in('member')
    assert browser.post(PRUNE, {**told, 'token': 'b'}).url == PRUNING
    answer = browser.post(PRUNE, {**told, 'domain': other, 'token': 'c'})
    task = models.Task.objects.latest('pk')
    assert (task.domain_id, task.total) == (other, 1)
    assert browser.get(answer.url).status_code == 200


def test_pruning_is_for_who_may_act(site, sign_in):
    browser = sign_in('member')
    assert browser.get(PRUNING).status_code == 403
    assert browser.post(PRUNE).status_code == 403
