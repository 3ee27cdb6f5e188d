"""The pages of policies: list, one, its form, and what can be asked."""

import json
import re

from django.utils import timezone
import pytest

from openstack_auth import policy as horizon_policy

from rey_dashboard.backups import models
from rey_dashboard.backups import policies
from rey_dashboard.backups import policy_history
from rey_dashboard.inventory import models as inventory
from rey_dashboard.tasks import models as tasks
from tests import backup_pages
from tests import factory
from tests import factory_policies
from tests.factory_policies import make
from tests.factory_policies import scope
from tests.factory_policies import utc

pytestmark = pytest.mark.django_db

LIST = '/rey/backups/policies/'
NEW = f'{LIST}new/'
HOSTILE = '<script>alert(1)</script>'
FORM = {
    'name': 'nightly',
    'domain': '',
    'reach': 'all',
    'values': '',
    'cron': '0 2 * * *',
    'time_zone': 'Europe/Berlin',
    'window_min': 60,
    'method': 'incremental',
    'full_every': 7,
    'keep_last': 7,
    'keep_days': 0,
    'target_h': '',
    'at_once': 2,
    'container': '',
}


@pytest.fixture
def volumes():
    factory.collected()
    factory.domain('default')
    factory.domain('research')
    factory_policies.project('p', 'default', 'a')
    factory_policies.project('q', 'research', 'b', 'c')


@pytest.fixture
def manager(sign_in, volumes):
    factory.domain_role('research')
    return sign_in('member')


def page_of(policy, *parts):
    return f'{LIST}{policy.pk}/' + ''.join(f'{part}/' for part in parts)


def text(browser, address, **query):
    return backup_pages.text(browser, address, **query)


def preview(browser, address=NEW, **changed):
    return browser.post(address, {**FORM, **changed})


def shown_of(answer):
    found = re.search(r'name="shown" value="(\w+)"', answer.content.decode())
    return found[1] if found else ''


def keep(browser, address=NEW, **changed):
    """Previews it, and keeps what was shown."""
    answer = preview(browser, address, **changed)
    return browser.post(
        address, {**FORM, **changed, 'shown': shown_of(answer)}
    )


def test_without_a_policy_the_list_says_so_and_offers_one(admin, volumes):
    page = text(admin, LIST)
    assert 'There are none. A policy backs up volumes at' in page
    assert f'href="{NEW}"' in page
    pruning = text(admin, '/rey/backups/pruning/')
    assert f'under <a href="{LIST}">Policies</a>' in pruning
    assert 'Nothing would be deleted now' in pruning
    assert 'press “Put the chosen on hold…”' in text(
        admin, '/rey/backups/holds/'
    )
    # What a filter hides is not the first one to make.
    assert 'A policy backs up' not in text(admin, LIST, q='none')


def test_the_list_tells_each_in_words(admin, volumes):
    make(scope=scope('project', 'q'), name=HOSTILE, keep_days=30)
    make(enabled=False, domain_id='research', method='incremental')
    page = text(admin, LIST)
    assert HOSTILE not in page
    assert '&lt;script&gt;' in page
    for words in (
        'projects: q',
        'the last 7, and those of the last 30 days',
        'domain research',
        'incremental, full after 7 in a chain',
        'Europe/Berlin',
        'not enabled',
    ):
        assert words in page, words


def test_the_list_filters_and_exports(admin, volumes):
    policy = make(utc(2026, 3, 2, 1), name='one')
    make(name='two', enabled=False)
    found = backup_pages.export(admin, LIST, state='on')['rows']
    assert [row['name'] for row in found] == ['one']
    assert found[0]['cron'] == '0 2 * * *'
    assert (found[0]['volumes'], found[0]['size_gib']) == (3, 3)
    admin.post(page_of(policy, 'remove'), {'name': 'one'})
    assert [r['name'] for r in backup_pages.export(admin, LIST)['rows']] == [
        'two'
    ]
    removed = backup_pages.export(admin, LIST, state='removed')['rows']
    assert [row['name'] for row in removed] == ['one']
    csv = admin.get(LIST, {'format': 'csv'})
    assert b'two' in b''.join(csv.streaming_content)


def test_nothing_is_kept_before_its_preview_was_shown(admin, volumes):
    page = preview(admin).content.decode()
    assert 'It reaches <strong>3</strong> volumes' in page
    assert page.count('CE') >= 5
    assert not models.BackupPolicy.objects.exists()
    admin.post(NEW, {**FORM, 'shown': 'x' * 32})
    assert not models.BackupPolicy.objects.exists()
    # What was changed after the preview is shown first.
    shown = shown_of(preview(admin))
    again = admin.post(NEW, {**FORM, 'keep_last': 3, 'shown': shown})
    assert 'What that does' in again.content.decode()
    assert not models.BackupPolicy.objects.exists()


def test_a_policy_is_made_and_opens(admin, volumes):
    answer = keep(admin, enabled='on', target_h=36)
    policy = models.BackupPolicy.objects.get()
    assert answer.url == page_of(policy)
    told = policies.current(policy)
    assert (told.name, told.enabled, told.target_h) == ('nightly', True, 36)
    assert policy.next_at > timezone.now()
    page = text(admin, page_of(policy))
    for words in ('Policy nightly', 'The coming week', '36 hours', '60 min'):
        assert words in page, words


@pytest.mark.parametrize(
    'field, value, words',
    [
        ('cron', '61 * * * *', 'The minute is none'),
        ('cron', '* * * * *', 'five minutes'),
        ('time_zone', 'Mars/Olympus', 'Select a valid choice'),
        ('name', '', 'required'),
        ('window_min', '-1', 'greater than or equal'),
        ('at_once', 'x', 'whole number'),
        ('reach', 'moon', 'Select a valid choice'),
        ('domain', 'nowhere', 'Select a valid choice'),
    ],
)
def test_what_cannot_be_used_is_told_at_its_field(
    admin, volumes, field, value, words
):
    page = preview(admin, **{field: value}).content.decode()
    assert words in page
    assert 'What that does' not in page


def test_projects_are_named_or_told_by_id(admin, volumes):
    factory.project('r', name='shop')
    factory.project('s', name='twice')
    factory.project('t', name='twice')
    keep(admin, reach='project', values=' q \n\nshop\nq\n')
    told = policies.current(models.BackupPolicy.objects.get())
    assert told.scope == scope('project', 'q', 'r')
    page = preview(admin, reach='project', values=f'twice\n{HOSTILE}')
    page = page.content.decode()
    assert 'More than one has the name twice' in page
    assert 'There is no &lt;script&gt;' in page


def test_a_change_tells_old_and_new_and_can_be_taken_back(admin, volumes):
    policy = make()
    assert text(admin, page_of(policy, 'edit')).count('nightly') > 1
    keep(
        admin,
        page_of(policy, 'edit'),
        keep_last=3,
        enabled='on',
        method='full',
        window_min=240,
        version=1,
    )
    policy.refresh_from_db()
    assert policy.version == 2
    page = text(admin, page_of(policy))
    assert 'Kept: <del>the last 7</del> → <ins>the last 3</ins>' in page
    admin.post(page_of(policy, 'take-back'), {'version': '1'})
    assert policies.current(refreshed(policy)).keep_last == 7
    for version in ('', 'x', '99', '9' * 50):
        answer = admin.post(page_of(policy, 'take-back'), {'version': version})
        assert answer.status_code in (400, 404)


def refreshed(policy):
    policy.refresh_from_db()
    return policy


def test_a_second_press_makes_no_second_policy(admin, volumes):
    shown = shown_of(preview(admin, enabled='on'))
    told = {**FORM, 'enabled': 'on', 'shown': shown}
    first, second = (admin.post(NEW, told) for _ in range(2))
    policy = models.BackupPolicy.objects.get()
    assert first.url == second.url == page_of(policy)


def test_another_one_of_that_name_is_not_made(admin, volumes):
    keep(admin)
    other = keep(admin, keep_last=3)
    assert 'another one of this name' in other.content.decode()
    # For another domain it is another one, and so it is after a removal.
    keep(admin, domain='research')
    admin.post(page_of(whole_cloud(), 'remove'), {'name': 'nightly'})
    keep(admin, keep_last=3)
    assert models.BackupPolicy.objects.count() == 3
    keep(admin, page_of(whole_cloud(), 'edit'), keep_last=5, version=1)
    assert policies.current(whole_cloud()).keep_last == 5


def whole_cloud():
    return models.BackupPolicy.objects.get(domain_id='', removed_at=None)


def test_who_edits_what_is_removed_meanwhile_is_told(
    admin, volumes, monkeypatch
):
    policy = make()
    address = page_of(policy, 'edit')
    told = {**FORM, 'keep_last': 3, 'version': 1}
    shown = shown_of(admin.post(address, told))
    remove = policy_history.remove

    def too_late(row, *told):
        remove(row, factory_policies.REY)
        return kept(row, *told)

    kept = policy_history.keep
    monkeypatch.setattr(policy_history, 'keep', too_late)
    page = admin.post(address, {**told, 'shown': shown}).content.decode()
    assert 'Somebody else has changed it' in page


def test_who_was_slower_is_told_and_changes_nothing(admin, volumes):
    policy = make()
    answer = keep(
        admin, page_of(policy, 'edit'), keep_last=3, version=0, enabled='on'
    )
    assert 'Somebody else has changed it' in answer.content.decode()
    assert refreshed(policy).version == 1


def test_it_is_enabled_disabled_and_removed(admin, volumes):
    policy = make(enabled=False)
    admin.post(page_of(policy, 'enable'))
    assert refreshed(policy).next_at
    admin.post(page_of(policy, 'disable'))
    assert refreshed(policy).next_at is None
    admin.post(page_of(policy, 'remove'), {'name': 'nightl'})
    assert refreshed(policy).removed_at is None
    admin.post(page_of(policy, 'remove'), {'name': 'nightly'})
    assert refreshed(policy).removed_at
    page = text(admin, page_of(policy))
    assert 'removed' in page
    assert 'Run now' not in page
    for order in ('enable', 'run', 'remove', 'edit'):
        answer = admin.post(page_of(policy, order))
        assert answer.status_code == 404, order


def test_a_run_by_hand_leads_to_its_task(admin, volumes):
    policy = make(enabled=False)
    answer = admin.post(page_of(policy, 'run'))
    task = tasks.Task.objects.get()
    assert answer.url == f'/rey/tasks/{task.pk}/'
    admin.post(page_of(policy, 'run'))
    assert tasks.Task.objects.count() == 1
    page = text(admin, page_of(policy))
    assert f'href="/rey/tasks/{task.pk}/"' in page
    assert '0 of 3 volumes' in page


def test_projects_without_room_are_told_before_it_runs(admin, volumes):
    factory.quota('q', 'volume', 'backups', 10, 9)
    page = preview(admin).content.decode()
    assert 'The quota of 1 project has no room' in page
    assert 'q: The project’s quota has no room: backups would be 11 of 10' in (
        page
    )
    assert 'has no room' not in text(
        admin, page_of(make(scope=scope('project', 'p')))
    )
    assert 'has no room' in text(admin, page_of(make()))


def test_what_a_run_leaves_out_is_told_with_it(admin, volumes):
    factory.quota('q', 'volume', 'backups', 10, 9)
    policy = make()
    admin.post(page_of(policy, 'run'))
    page = text(admin, page_of(policy))
    assert '0 of 2 volumes, 1 left out' in page
    (row,) = backup_pages.export(admin, page_of(policy))['rows']
    assert row['volumes_left_out'] == 1


def test_a_zone_that_is_not_known_here_leaves_the_pages(admin, volumes):
    policy = make(enabled=False)
    admin.post(page_of(policy, 'run'))
    version = policy.versions.get()
    version.told['time_zone'] = 'Mars/Olympus'
    version.save()
    for part in ((), ('edit',)):
        assert 'Mars/Olympus' in text(admin, page_of(policy, *part)), part
    answer = admin.post(page_of(policy, 'enable'))
    assert answer.url == page_of(policy)
    assert 'There is no time zone of this name' in text(admin, page_of(policy))
    assert not refreshed(policy).enabled


def test_runs_are_listed_filtered_and_exported(admin, volumes):
    policy = make(enabled=False)
    for day, state in ((1, 'missed'), (2, 'skipped'), (3, 'begun')):
        models.BackupPolicyRun.objects.create(
            policy=policy,
            version=1,
            due_at=utc(2026, 3, day, 1),
            seen_at=utc(2026, 3, day, 2),
            state=state,
            note=HOSTILE,
        )
    page = text(admin, page_of(policy))
    assert 'Tue 2026-03-03 02:00 CET' in page
    assert 'made up 60 min late' in page
    assert HOSTILE not in page
    rows = backup_pages.export(admin, page_of(policy), state='missed')['rows']
    assert [row['due_at'] for row in rows] == ['2026-03-01T01:00:00Z']


def test_the_volumes_that_it_reaches_are_listed(admin, volumes):
    policy = make(scope=scope('project', 'q'))
    rows = backup_pages.export(admin, page_of(policy, 'volumes'))['rows']
    assert sorted(row['volume_id'] for row in rows) == ['b', 'c']
    assert 'Reached by the policy' in text(admin, page_of(policy, 'volumes'))


def test_volumes_of_two_policies_are_told(admin, volumes):
    policy = make(scope=scope('project', 'q'))
    make(name='all of them')
    make(name='others', scope=scope('project', 'p'))
    page = text(admin, page_of(policy))
    assert '2 of them are also reached by' in page
    assert 'all of them' in page
    assert 'others' not in page


def test_a_manager_makes_one_for_his_domain_alone(manager):
    page = text(manager, NEW)
    assert 'the whole cloud' not in page
    assert '<option value="default"' not in page
    assert '<option value="domain"' not in page
    answer = preview(manager, domain='')
    assert 'This field is required' in answer.content.decode()
    for changed in (
        {'domain': 'default'},
        {'domain': 'research', 'reach': 'domain', 'values': 'default'},
        {'domain': 'research', 'reach': 'project', 'values': 'p'},
    ):
        answer = keep(manager, **changed)
        assert answer.status_code == 200, changed
    assert not models.BackupPolicy.objects.exists()
    keep(manager, domain='research', reach='list', values='a\nb')
    policy = models.BackupPolicy.objects.get()
    assert (policy.domain_id, policy.volumes) == ('research', 1)
    rows = backup_pages.export(manager, page_of(policy, 'volumes'))['rows']
    assert [row['volume_id'] for row in rows] == ['b']


def test_a_manager_learns_no_name_of_what_is_not_his(manager):
    inventory.Volume.objects.filter(id='a').update(name='board minutes')
    inventory.Volume.objects.filter(id='b').update(name='lab results')
    policy = make(domain_id='research', scope=scope('list', 'a', 'b'))
    for page in (LIST, page_of(policy)):
        told = text(manager, page)
        assert 'lab results' in told
        assert 'board minutes' not in told


def test_a_manager_sees_no_policy_of_another_domain_or_the_cloud(manager):
    own = make(domain_id='research', name='own')
    foreign = [
        make(name='wholecloud'),
        make(domain_id='default', name='foreign'),
    ]
    page = text(manager, LIST)
    assert 'own' in page
    assert 'wholecloud' not in page
    assert 'foreign' not in page
    assert 'wholecloud' not in text(manager, page_of(own))
    for policy in foreign:
        for part in ((), ('volumes',), ('edit',)):
            answer = manager.get(page_of(policy, *part))
            assert answer.status_code == 404, part
        for order in ('enable', 'disable', 'run', 'take-back', 'remove'):
            answer = manager.post(
                page_of(policy, order), {'name': policy.name, 'version': 1}
            )
            assert answer.status_code == 404, order
        assert refreshed(policy).version == 1
    manager.post(page_of(own, 'disable'))
    assert not refreshed(own).enabled
    assert manager.get(f'{LIST}{"9" * 30}/').status_code == 404


def test_who_only_reads_changes_nothing(sign_in, volumes, settings, tmp_path):
    (tmp_path / 'rey_policy.yaml').write_text(
        '"rey:operate:read": "role:reader"\n'
    )
    settings.POLICY_FILES = {'rey': str(tmp_path / 'rey_policy.yaml')}
    horizon_policy.reset()
    policy = make()
    browser = sign_in('reader')
    assert 'New policy' not in text(browser, LIST)
    page = text(browser, page_of(policy))
    assert f'action="{page_of(policy)[:-1]}/' not in page.replace(
        f'action="{page_of(policy)}"', ''
    )
    assert f'href="{page_of(policy, "edit")}"' not in page
    assert browser.get(NEW).status_code == 403
    assert browser.post(NEW, FORM).status_code == 403
    for order in ('edit', 'enable', 'run', 'remove', 'take-back', 'nothing'):
        address = page_of(policy, order)
        assert browser.post(address).status_code == 403, order
    assert refreshed(policy).version == 1


def test_json_of_a_policy_tells_its_scope(admin, volumes):
    make(scope=scope('metadata', 'a=b', f'{HOSTILE}=x'))
    answer = admin.get(LIST, {'format': 'json'})
    row = json.loads(b''.join(answer.streaming_content))['rows'][0]
    assert row['scope'] == 'metadata'
    assert row['scope_values'] == ['a=b', f'{HOSTILE}=x']
