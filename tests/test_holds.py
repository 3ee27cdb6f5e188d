"""Backups that nobody may delete from here, and who said so."""

import datetime
import zoneinfo

from django.urls import reverse
from django.utils import timezone
import pytest

from openstack_auth import policy as horizon_policy

from rey_dashboard.backups import holds
from rey_dashboard.inventory import models
from tests import backup_pages as pages
from tests import factory
from tests import factory_backups
from tests import two_domains as two

pytestmark = pytest.mark.django_db
HOSTILE = '<script>alert(1)</script>=cmd()'
HOLDS, HOLD, RELEASE = (
    f'/rey/backups/{name}/' for name in ('holds', 'hold', 'release')
)


@pytest.fixture
def shop():
    factory.collected()
    factory.domain('default')
    factory.project('p')
    factory.summary('p', {}, name='shop')
    for name in ('old', 'new'):
        factory_backups.backup(name, 'p', name=HOSTILE)


def hold(backup_id='old', project_id='p', **more):
    told = {'reason': HOSTILE, **more}
    return factory_backups.hold(backup_id, project_id, **told)


def in_force():
    rows = models.BackupHold.objects.in_force(factory.REGION)
    return set(rows.values_list('backup_id', flat=True))


def tomorrow():
    return timezone.localdate() + datetime.timedelta(days=1)


def test_chosen_backups_are_put_on_hold_with_who_and_why(admin, shop):
    address = f'{HOLD}?chosen=1&id=old&id=new&id=nothing'
    page = admin.get(address).content.decode()
    assert HOSTILE not in page
    answer = admin.post(address, {'reason': f'  {HOSTILE} ', 'day': ''})
    assert answer.url == HOLDS
    old, new = models.BackupHold.objects.order_by('-backup_id')
    assert (old.backup_id, new.backup_id) == ('old', 'new')
    assert (old.reason, old.until, old.project_id) == (HOSTILE, None, 'p')
    assert old.who_name
    text = admin.get(HOLDS).content.decode()
    assert HOSTILE not in text
    assert '2 backups are on hold' in text
    # A double click.
    admin.post(address, {'reason': HOSTILE})
    assert models.BackupHold.objects.count() == 2


def test_it_may_end_by_itself_at_the_end_of_a_day_of_the_users(admin, shop):
    day = tomorrow()
    with timezone.override('Asia/Tokyo'):
        client_day = timezone.localdate() + datetime.timedelta(days=1)
    admin.cookies['django_timezone'] = 'Asia/Tokyo'
    admin.post(
        f'{HOLD}?id=old', {'reason': 'Audit', 'day': client_day.isoformat()}
    )
    (row,) = models.BackupHold.objects.all()
    told = row.until.astimezone(datetime.timezone(datetime.timedelta(hours=9)))
    after = client_day + datetime.timedelta(days=1)
    assert (told.date(), told.hour) == (after, 0)
    assert row.until.date() >= day
    # The day that was entered, not the midnight after it.
    dossier = reverse('horizon:rey:find:backup', args=['old'])
    for address in (pages.ALL, HOLDS, f'{RELEASE}?id={row.pk}', dossier):
        text = pages.text(admin, address)
        assert f'the end of {client_day}' in text, address
        assert f'{after}' not in text, address
    # Elsewhere the day is not over then.
    admin.cookies['django_timezone'] = 'Europe/Berlin'
    hour = row.until.astimezone(zoneinfo.ZoneInfo('Europe/Berlin')).hour
    assert f'{client_day} {hour:02}:00 CE' in pages.text(admin, HOLDS)


@pytest.mark.parametrize(
    ('told', 'words'),
    [
        ({'reason': ''}, 'This field is required'),
        ({'reason': ' \t'}, 'This field is required'),
        ({'reason': 'x' * 1001}, 'at most 1000'),
        ({'reason': 'x\0'}, 'Null characters are not allowed'),
        ({'reason': 'x', 'day': '2020-01-01'}, 'That day is over'),
        ({'reason': 'x', 'day': '9999-12-31'}, 'Leave it empty'),
        ({'reason': 'x', 'day': 'soon'}, 'valid date'),
    ],
)
def test_what_cannot_be_meant_is_told(admin, shop, told, words):
    answer = admin.post(f'{HOLD}?id=old', told)
    assert words in answer.content.decode()
    assert not models.BackupHold.objects.exists()


def test_nothing_chosen_is_told(admin, shop):
    for address in (HOLD, RELEASE):
        for answer in (admin.get(address), admin.post(address, {})):
            assert 'chosen' in answer.content.decode()
    assert 'No hold was chosen' in pages.text(
        admin, f'{RELEASE}?id=1&id=x&id=99999999999999999999&id=-1'
    )


def test_a_hold_is_released_and_kept_in_the_history(admin, shop):
    first, second = hold(), hold(reason='Audit')
    address = f'{RELEASE}?chosen=1&id={first.pk}'
    page = admin.get(address).content.decode()
    assert HOSTILE not in page
    assert in_force() == {'old'}
    assert admin.post(address).url == HOLDS
    first.refresh_from_db()
    assert first.ended_at
    assert first.ended_by_name
    # The other one still keeps it.
    assert holds.of(factory.REGION, ['old'])['old'] == second
    assert admin.post(address).status_code == 200
    assert models.BackupHold.objects.count() == 2


def test_the_list_has_those_in_force_and_others_on_request(admin, shop):
    hold('old')
    hold('new', ended_at=timezone.now(), ended_by_id='x')
    hold('gone', until=timezone.now() - datetime.timedelta(seconds=1))

    def found(**query):
        return pages.found(admin, HOLDS, 'backup_id', **query)

    assert found() == ['old']
    assert set(found(state='ended')) == {'new', 'gone'}
    assert set(found(state='all')) == {'old', 'new', 'gone'}
    assert found(q='alert') == ['old']
    assert found(q='nothing') == []
    assert found(project='q') == []
    for sort in ('backup', 'project', 'reason', 'until', 'who', 'at'):
        assert len(found(state='all', sort=f'-{sort}')) == 3
    rows = pages.export(admin, HOLDS, state='all')['rows']
    told = {row['backup_id']: row for row in rows}
    assert told['old']['backup_name'] == told['old']['reason'] == HOSTILE
    assert told['gone']['backup_name'] is None
    assert 'backup is gone' in pages.text(admin, HOLDS, state='all')


def test_a_hold_keeps_the_name_of_a_backup_that_goes(admin, shop):
    admin.post(f'{HOLD}?id=old', {'reason': 'Audit'})
    (row,) = models.BackupHold.objects.all()
    models.Backup.objects.filter(id='old').update(name='renamed')
    assert 'renamed' in pages.text(admin, HOLDS)
    models.Backup.objects.filter(id='old').delete()
    escaped = '&lt;script&gt;alert(1)&lt;/script&gt;=cmd()'
    for address in (HOLDS, f'{RELEASE}?id={row.pk}'):
        assert escaped in pages.text(admin, address), address
    assert pages.found(admin, HOLDS, 'backup_id', q='ALERT') == ['old']
    (told,) = pages.export(admin, HOLDS)['rows']
    assert told['backup_name'] == HOSTILE


def test_lists_and_the_dossier_tell_it(admin, shop):
    until = timezone.now() + datetime.timedelta(days=9)
    hold(reason='Court order', until=until)
    text = pages.text(admin, pages.ALL)
    assert 'on hold' in text
    assert f'until {until:%Y-%m-%d %H:%M} UTC: Court order' in text
    rows = pages.export(admin, pages.ALL)['rows']
    told = {row['backup_id']: row['hold_reason'] for row in rows}
    assert told == {'old': 'Court order', 'new': None}
    text = pages.text(admin, reverse('horizon:rey:find:backup', args=['old']))
    assert 'Court order' in text
    text = pages.text(admin, reverse('horizon:rey:find:backup', args=['new']))
    assert 'On hold' not in text


def test_a_manager_holds_in_his_domain_alone(sign_in, company):
    theirs = hold(f'{two.STRANGE}-backup', f'{two.FOREIGN}-project')
    factory.domain_role('research')
    browser = sign_in('member')
    ids = f'?id=webshop-backup&id={two.STRANGE}-backup'
    rows = browser.get(HOLD + ids).context['rows']
    assert [row.id for row in rows] == ['webshop-backup']
    browser.post(HOLD + ids, {'reason': 'Ours'})
    assert in_force() == {'webshop-backup', f'{two.STRANGE}-backup'}
    assert models.BackupHold.objects.count() == 2
    browser.post(f'{RELEASE}?id={theirs.pk}')
    theirs.refresh_from_db()
    assert not theirs.ended_at
    assert pages.found(browser, HOLDS, 'backup_id') == ['webshop-backup']
    assert pages.found(browser, HOLDS, 'backup_id', state='all') == [
        'webshop-backup'
    ]


def test_who_may_only_look_sees_no_button(sign_in, company, by_reading):
    hold('webshop-backup')
    browser = sign_in('watcher')
    assert 'Release' not in pages.text(browser, HOLDS)
    assert 'on hold…' not in pages.text(browser, pages.ALL)
    for address in (HOLD, RELEASE):
        assert browser.get(address).status_code == 403
        assert browser.post(address).status_code == 403


@pytest.fixture
def by_reading(settings, tmp_path, policy_in_force):
    (tmp_path / 'rey_policy.yaml').write_text(
        '"rey:operate:read": "role:watcher"\n'
    )
    settings.POLICY_FILES = {'rey': str(tmp_path / 'rey_policy.yaml')}
    horizon_policy.reset()
