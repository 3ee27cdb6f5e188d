"""The list of policies, the page of one, and its orders."""

import json

from django.utils import timezone
import pytest

from rey_dashboard.backups import models
from rey_dashboard.tasks import models as tasks
from tests import backup_pages
from tests import factory
from tests.backup_policy_pages import pages
from tests.factory_policies import make
from tests.factory_policies import scope
from tests.factory_policies import utc

pytestmark = pytest.mark.django_db


def test_without_a_policy_the_list_says_so_and_offers_one(admin, volumes):
    page = backup_pages.text(admin, pages.LIST)
    assert 'There are none. A policy backs up volumes at' in page
    assert f'href="{pages.NEW}"' in page
    pruning = backup_pages.text(admin, '/rey/backups/pruning/')
    assert f'under <a href="{pages.LIST}">Policies</a>' in pruning
    assert 'Nothing would be deleted now' in pruning
    assert 'press “Put the chosen on hold…”' in backup_pages.text(
        admin, '/rey/backups/holds/'
    )
    # What a filter hides is not the first one to make.
    assert 'A policy backs up' not in backup_pages.text(
        admin, pages.LIST, q='none'
    )


def test_the_list_tells_each_in_words(admin, volumes):
    make(scope=scope('project', 'q'), name=pages.HOSTILE, keep_days=30)
    make(enabled=False, domain_id='research', method='incremental')
    page = backup_pages.text(admin, pages.LIST)
    assert pages.HOSTILE not in page
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
    found = backup_pages.export(admin, pages.LIST, state='on')['rows']
    assert [row['name'] for row in found] == ['one']
    assert found[0]['cron'] == '0 2 * * *'
    assert (found[0]['volumes'], found[0]['size_gib']) == (3, 3)
    admin.post(pages.of(policy, 'remove'), {'name': 'one'})
    assert [
        r['name'] for r in backup_pages.export(admin, pages.LIST)['rows']
    ] == ['two']
    removed = backup_pages.export(admin, pages.LIST, state='removed')['rows']
    assert [row['name'] for row in removed] == ['one']
    csv = admin.get(pages.LIST, {'format': 'csv'})
    assert b'two' in b''.join(csv.streaming_content)


def test_it_is_enabled_disabled_and_removed(admin, volumes):
    policy = make(enabled=False)
    admin.post(pages.of(policy, 'enable'))
    assert pages.refreshed(policy).next_at
    admin.post(pages.of(policy, 'disable'))
    assert pages.refreshed(policy).next_at is None
    admin.post(pages.of(policy, 'remove'), {'name': 'nightl'})
    assert pages.refreshed(policy).removed_at is None
    admin.post(pages.of(policy, 'remove'), {'name': 'nightly'})
    assert pages.refreshed(policy).removed_at
    page = backup_pages.text(admin, pages.of(policy))
    assert 'removed' in page
    assert 'Run now' not in page
    for order in ('enable', 'run', 'remove', 'edit'):
        answer = admin.post(pages.of(policy, order))
        assert answer.status_code == 404, order


def test_who_removes_it_is_asked_by_the_page_alone(admin, volumes):
    page = admin.get(pages.of(make())).content.decode()
    form = page.partition('/remove/"')[2].partition('</form>')[0]
    assert 'Type its name' in form
    # At each such button Horizon's own script opens a dialog.
    assert 'btn-danger' not in form


def test_the_coming_week_folds_many_runs_and_tells_of_none(admin, volumes):
    page = backup_pages.text(admin, pages.of(make()))
    assert '<strong>7</strong> runs' in page
    assert 'Each of the' not in page
    assert 'there is no history yet' in page
    hourly = backup_pages.text(
        admin, pages.of(make(name='hourly', cron='0 * * * *'))
    )
    assert '<summary>Each of the 168 runs</summary>' in hourly
    by_days, _summary, by_runs = hourly.partition('<summary>Each of the 168')
    assert by_days.count('<tr><th scope="row">') in (7, 8)
    assert by_runs.count('<tr><th scope="row">') == 168
    later = (timezone.now().month + 5) % 12 + 1
    rare = make(name='rare', cron=f'0 0 1 {later} *', enabled=False)
    page = backup_pages.text(admin, pages.of(rare))
    assert 'No run is due in the coming week.' in page
    assert 'history yet' not in page
    bare = make(name='bare', scope=scope('project', 'nothing'))
    page = backup_pages.text(admin, pages.of(bare))
    assert '<strong>7</strong> runs' in page
    assert 'history yet' not in page


def test_a_run_by_hand_leads_to_its_task(admin, volumes):
    policy = make(enabled=False)
    answer = admin.post(pages.of(policy, 'run'))
    task = tasks.Task.objects.get()
    assert answer.url == f'/rey/tasks/{task.pk}/'
    admin.post(pages.of(policy, 'run'))
    assert tasks.Task.objects.count() == 1
    page = backup_pages.text(admin, pages.of(policy))
    assert f'href="/rey/tasks/{task.pk}/"' in page
    assert '0 of 3 volumes' in page


def test_runs_are_listed_filtered_and_exported(admin, volumes):
    policy = make(enabled=False)
    for day, state in ((1, 'missed'), (2, 'skipped'), (3, 'begun')):
        models.BackupPolicyRun.objects.create(
            policy=policy,
            version=1,
            due_at=utc(2026, 3, day, 1),
            seen_at=utc(2026, 3, day, 2),
            state=state,
            note=pages.HOSTILE,
        )
    page = backup_pages.text(admin, pages.of(policy))
    assert 'Tue 2026-03-03 02:00 CET' in page
    assert 'made up 60 min late' in page
    assert pages.HOSTILE not in page
    rows = backup_pages.export(admin, pages.of(policy), state='missed')['rows']
    assert [row['due_at'] for row in rows] == ['2026-03-01T01:00:00Z']


def test_the_volumes_that_it_reaches_are_listed(admin, volumes):
    policy = make(scope=scope('project', 'q'))
    rows = backup_pages.export(admin, pages.of(policy, 'volumes'))['rows']
    assert sorted(row['volume_id'] for row in rows) == ['b', 'c']
    assert 'Reached by the policy' in backup_pages.text(
        admin, pages.of(policy, 'volumes')
    )


def test_volumes_of_two_policies_are_told(admin, volumes):
    policy = make(scope=scope('project', 'q'))
    make(name='all of them')
    make(name='others', scope=scope('project', 'p'))
    page = backup_pages.text(admin, pages.of(policy))
    assert '2 of them are also reached by' in page
    assert 'all of them' in page
    assert 'others' not in page


def test_json_of_a_policy_tells_its_scope(admin, volumes):
    make(scope=scope('metadata', 'a=b', f'{pages.HOSTILE}=x'))
    answer = admin.get(pages.LIST, {'format': 'json'})
    row = json.loads(b''.join(answer.streaming_content))['rows'][0]
    assert row['scope'] == 'metadata'
    assert row['scope_values'] == ['a=b', f'{pages.HOSTILE}=x']


def test_what_a_run_leaves_out_is_told_with_it(admin, volumes):
    factory.quota('q', 'volume', 'backups', 10, 9)
    policy = make()
    admin.post(pages.of(policy, 'run'))
    page = backup_pages.text(admin, pages.of(policy))
    assert '0 of 2 volumes, 1 left out' in page
    (row,) = backup_pages.export(admin, pages.of(policy))['rows']
    assert row['volumes_left_out'] == 1


def test_a_zone_that_is_not_known_here_leaves_the_pages(admin, volumes):
    policy = make(enabled=False)
    admin.post(pages.of(policy, 'run'))
    version = policy.versions.get()
    version.told['time_zone'] = 'Mars/Olympus'
    version.save()
    for part in ((), ('edit',)):
        assert 'Mars/Olympus' in backup_pages.text(
            admin, pages.of(policy, *part)
        ), part
    answer = admin.post(pages.of(policy, 'enable'))
    assert answer.url == pages.of(policy)
    assert 'There is no time zone of this name' in backup_pages.text(
        admin, pages.of(policy)
    )
    assert not pages.refreshed(policy).enabled
