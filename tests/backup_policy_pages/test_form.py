"""What the form of a policy shows before it keeps anything."""

import zoneinfo

from django.utils import timezone
import pytest

from rey_dashboard.backups import models
from rey_dashboard.backups import policies
from rey_dashboard.backups import policy_history
from tests import backup_pages
from tests import factory
from tests import factory_policies
from tests.backup_policy_pages import pages
from tests.factory_policies import make
from tests.factory_policies import scope

pytestmark = pytest.mark.django_db


def test_nothing_is_kept_before_its_preview_was_shown(admin, volumes):
    page = pages.preview(admin).content.decode()
    assert 'It reaches <strong>3</strong> volumes' in page
    assert page.count('CE') >= 5
    assert not models.BackupPolicy.objects.exists()
    admin.post(pages.NEW, {**pages.FORM, 'shown': 'x' * 32})
    assert not models.BackupPolicy.objects.exists()
    # What was changed after the preview is shown first.
    shown = pages.shown_of(pages.preview(admin))
    again = admin.post(
        pages.NEW, {**pages.FORM, 'keep_last': 3, 'shown': shown}
    )
    assert 'What that does' in again.content.decode()
    assert not models.BackupPolicy.objects.exists()


def test_a_policy_is_made_and_opens(admin, volumes):
    answer = pages.keep(admin, enabled='on', target_h=36)
    policy = models.BackupPolicy.objects.get()
    assert answer.url == pages.of(policy)
    told = policies.current(policy)
    assert (told.name, told.enabled, told.target_h) == ('nightly', True, 36)
    assert policy.next_at > timezone.now()
    page = backup_pages.text(admin, pages.of(policy))
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
    page = pages.preview(admin, **{field: value}).content.decode()
    assert words in page
    assert 'What that does' not in page


def test_projects_are_named_or_told_by_id(admin, volumes):
    factory.project('r', name='shop')
    factory.project('s', name='twice')
    factory.project('t', name='twice')
    pages.keep(admin, reach='project', values=' q \n\nshop\nq\n')
    told = policies.current(models.BackupPolicy.objects.get())
    assert told.scope == scope('project', 'q', 'r')
    page = pages.preview(
        admin, reach='project', values=f'twice\n{pages.HOSTILE}'
    )
    page = page.content.decode()
    assert 'More than one has the name twice' in page
    assert 'There is no &lt;script&gt;' in page


def test_ids_of_no_known_volume_are_told_and_can_be_kept(admin, volumes):
    def told(*ids, **changed):
        answer = pages.preview(
            admin, reach='list', values='\n'.join(ids), **changed
        )
        return ' '.join(answer.content.decode().split())

    assert 'known here' not in told('a', 'b')
    assert '1 of the ids is that of no volume known here: A.' in told('a', 'A')
    page = told('a', pages.HOSTILE, 'x' * 99, *'12345')
    cut = f'{"x" * 63}…'
    words = f'&lt;script&gt;alert(1)&lt;/script&gt;, {cut}, 1, 2, 3 and 2 more'
    assert f'7 of the ids are those of no volumes known here: {words}.' in page
    # That of another domain the policy cannot reach.
    page = told('a', 'b', domain='research')
    assert 'is that of no volume known here: a.' in page
    pages.keep(admin, reach='list', values='a\nnothing')
    policy = models.BackupPolicy.objects.get()
    assert policies.current(policy).scope == scope('list', 'a', 'nothing')


def test_the_time_zones_are_those_that_people_go_by(
    admin, volumes, monkeypatch
):
    there = zoneinfo.available_timezones()
    names = {'Factory', 'localtime', 'posix/UTC', 'right/Asia/Tokyo'}
    monkeypatch.setattr(zoneinfo, 'available_timezones', lambda: there | names)
    page = backup_pages.text(admin, pages.NEW)
    for name in (*names, 'Etc/GMT+5'):
        assert f'value="{name}"' not in page, name
    for name in ('Asia/Tokyo', 'Europe/Berlin', 'UTC'):
        assert f'value="{name}"' in page, name
    # A policy may have such a one from before.
    policy = make(time_zone='Etc/GMT+5')
    assert 'value="Etc/GMT+5" selected' in backup_pages.text(
        admin, pages.of(policy, 'edit')
    )


def test_a_change_tells_old_and_new_and_can_be_taken_back(admin, volumes):
    policy = make()
    assert (
        backup_pages.text(admin, pages.of(policy, 'edit')).count('nightly') > 1
    )
    pages.keep(
        admin,
        pages.of(policy, 'edit'),
        keep_last=3,
        enabled='on',
        method='full',
        window_min=240,
        version=1,
    )
    policy.refresh_from_db()
    assert policy.version == 2
    page = backup_pages.text(admin, pages.of(policy))
    assert 'Kept: <del>the last 7</del> → <ins>the last 3</ins>' in page
    admin.post(pages.of(policy, 'take-back'), {'version': '1'})
    assert policies.current(pages.refreshed(policy)).keep_last == 7
    for version in ('', 'x', '99', '9' * 50):
        answer = admin.post(
            pages.of(policy, 'take-back'), {'version': version}
        )
        assert answer.status_code in (400, 404)


def test_who_was_slower_is_told_and_changes_nothing(admin, volumes):
    policy = make()
    answer = pages.keep(
        admin, pages.of(policy, 'edit'), keep_last=3, version=0, enabled='on'
    )
    assert 'Somebody else has changed it' in answer.content.decode()
    assert pages.refreshed(policy).version == 1


def test_projects_without_room_are_told_before_it_runs(admin, volumes):
    factory.quota('q', 'volume', 'backups', 10, 9)
    page = pages.preview(admin).content.decode()
    assert 'The quota of 1 project has no room' in page
    assert 'q: The project’s quota has no room: backups would be 11 of 10' in (
        page
    )
    assert 'has no room' not in backup_pages.text(
        admin, pages.of(make(scope=scope('project', 'p')))
    )
    assert 'has no room' in backup_pages.text(admin, pages.of(make()))


def test_a_second_press_makes_no_second_policy(admin, volumes):
    shown = pages.shown_of(pages.preview(admin, enabled='on'))
    told = {**pages.FORM, 'enabled': 'on', 'shown': shown}
    first, second = (admin.post(pages.NEW, told) for _ in range(2))
    policy = models.BackupPolicy.objects.get()
    assert first.url == second.url == pages.of(policy)


def test_another_one_of_that_name_is_not_made(admin, volumes):
    pages.keep(admin)
    other = pages.keep(admin, keep_last=3)
    assert 'another one of this name' in other.content.decode()
    # For another domain it is another one, and so it is after a removal.
    pages.keep(admin, domain='research')
    admin.post(pages.of(whole_cloud(), 'remove'), {'name': 'nightly'})
    pages.keep(admin, keep_last=3)
    assert models.BackupPolicy.objects.count() == 3
    pages.keep(admin, pages.of(whole_cloud(), 'edit'), keep_last=5, version=1)
    assert policies.current(whole_cloud()).keep_last == 5


def whole_cloud():
    return models.BackupPolicy.objects.get(domain_id='', removed_at=None)


def test_who_edits_what_is_removed_meanwhile_is_told(
    admin, volumes, monkeypatch
):
    policy = make()
    address = pages.of(policy, 'edit')
    told = {**pages.FORM, 'keep_last': 3, 'version': 1}
    shown = pages.shown_of(admin.post(address, told))
    remove = policy_history.remove

    def too_late(row, *told):
        remove(row, factory_policies.REY)
        return kept(row, *told)

    kept = policy_history.keep
    monkeypatch.setattr(policy_history, 'keep', too_late)
    page = admin.post(address, {**told, 'shown': shown}).content.decode()
    assert 'Somebody else has changed it' in page
