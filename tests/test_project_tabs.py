"""A project's tabs, and the lists of domains, users and quotas."""

import datetime
import json

from django.utils import timezone
import pytest

from openstack_auth import policy as horizon_policy

from rey_dashboard.inventory import domains
from rey_dashboard.inventory import models
from rey_dashboard.pages import periods
from tests import factory
from tests import factory_backups as make

pytestmark = pytest.mark.django_db
INDEX = '/rey/projects/'
EVIL = '<script>alert(1)</script>'
TABS = (
    '',
    'volumes/',
    'snapshots/',
    'backups/',
    'floating-ips/',
    'people/',
    'hours/',
    'history/',
)


@pytest.fixture(autouse=True)
def collected():
    factory.collected()


def text(browser, address, query=None):
    return ' '.join(browser.get(address, query).content.decode().split())


def rows(browser, address, **query):
    response = browser.get(address, {**query, 'format': 'json'})
    body = b''.join(response.streaming_content).decode()
    return json.loads(body)['rows']


def add(model, row_id, **columns):
    now = timezone.now()
    defaults = {
        'project_id': 'p',
        'user_id': 'u1',
        'seen': 1,
        'created_at': now,
        'status': 'available',
    }
    fields = {field.name for field in model._meta.concrete_fields}
    return model.objects.create(
        region=factory.REGION,
        id=row_id,
        **{k: v for k, v in {**defaults, **columns}.items() if k in fields},
    )


def user(user_id, name):
    return models.User.objects.create(
        region=factory.REGION,
        id=user_id,
        name=name,
        domain_id='default',
        enabled=True,
        email=f'{user_id}@example.org',
        seen=1,
    )


@pytest.mark.parametrize('tab', TABS)
def test_a_project_that_owns_nothing_has_every_tab(admin, tab):
    factory.summary('p')
    page = text(admin, f'{INDEX}p/{tab}')
    if tab != 'history/':
        assert 'There are none.' in page


@pytest.mark.parametrize('tab', TABS)
def test_each_tab_answers_machines_and_refuses_other_formats(admin, tab):
    factory.summary('p')
    response = admin.get(f'{INDEX}p/{tab}', {'format': 'json'})
    told = json.loads(b''.join(response.streaming_content))
    assert told['project_id'] == 'p'
    assert admin.get(f'{INDEX}p/{tab}?format=xml').status_code == 400


def test_who_made_a_server_is_told_by_name(admin):
    factory.summary('p')
    user('u1', EVIL)
    factory.server('s1', 'p', user_id='u1')
    factory.server('s2', 'p', user_id='nobody-lists-me')
    page = text(admin, f'{INDEX}p/')
    assert EVIL not in page
    assert '&lt;script&gt;alert(1)' in page
    assert 'nobody-lists-me' in page
    found = {row['server_id']: row for row in rows(admin, f'{INDEX}p/')}
    assert found['s1']['user_name'] == EVIL
    assert found['s2']['user_name'] is None


def test_volumes_name_their_servers(admin):
    factory.summary('p')
    factory.server('s1', 'p', name='web')
    factory.volume('v1', 'p', server_ids=['s1', 'gone'])
    page = text(admin, f'{INDEX}p/volumes/')
    assert '>web</a>, <a' in page
    assert '>gone</a>' in page


def test_snapshots_and_backups_name_their_volume_or_tell_it_is_gone(admin):
    factory.summary('p')
    factory.volume('v1', 'p', name='disk')
    for number, volume_id in enumerate(('v1', 'v-gone')):
        add(
            models.Snapshot,
            f'snap{number}',
            name=EVIL,
            volume_id=volume_id,
            size_gib=3,
        )
        add(
            models.Backup,
            f'back{number}',
            name='b',
            volume_id=volume_id,
            size_gib=3,
            is_incremental=bool(number),
            has_dependent_backups=False,
            status='error',
            fail_reason='No space <left>',
        )
    for tab in ('snapshots', 'backups'):
        page = text(admin, f'{INDEX}p/{tab}/')
        assert EVIL not in page
        assert '>disk</a>' in page
        assert 'v-gone</span><small>not in the listing: deleted?' in page
    assert 'No space &lt;left&gt;' in page
    assert 'incremental' in page


def test_a_floating_ip_that_leads_nowhere_is_told(admin):
    factory.summary('p')
    add(models.FloatingIp, 'f1', address='203.0.113.7', status='DOWN')
    page = text(admin, f'{INDEX}p/floating-ips/')
    assert '203.0.113.7' in page
    assert 'nowhere' in page


def test_people_are_told_with_role_and_way(admin):
    factory.domain('default', name='Default')
    factory.project('p')
    factory.summary('p')
    user('u1', 'ann')
    user('u2', 'bob')
    models.Group.objects.create(
        region=factory.REGION,
        id='g',
        name='team',
        domain_id='default',
        members=['u2'],
        seen=1,
    )
    for kind, actor, target, inherited in (
        ('user', 'u1', 'p', False),
        ('group', 'g', 'default', True),
    ):
        models.RoleAssignment.objects.create(
            region=factory.REGION,
            target_kind='project' if target == 'p' else 'domain',
            target_id=target,
            inherited=inherited,
            actor_kind=kind,
            actor_id=actor,
            role_id='r',
            role_name='member',
            seen=1,
        )
    page = text(admin, f'{INDEX}p/people/')
    assert 'directly' in page
    assert 'group team, inherited from Default' in page
    down = rows(admin, f'{INDEX}p/people/', sort='-name')
    assert [row['name'] for row in down] == ['bob', 'ann']
    assert down[0]['through'] == ['group team inherited from Default;']


def test_hours_are_told_by_day_and_user_and_added_up(admin):
    factory.summary('p')
    user('u1', 'ann')
    yesterday = periods.today() - datetime.timedelta(days=1)
    factory.hours('p', yesterday, 12, user_id='u1')
    factory.hours('p', yesterday, 30, user_id='')
    factory.hours('elsewhere', yesterday, 100)
    page = text(admin, f'{INDEX}p/hours/')
    assert 'vCPU hours <strong>42</strong>' in page
    assert 'not known any more' in page
    found = rows(admin, f'{INDEX}p/hours/', sort='vcpu_hours')
    assert [row['vcpu_hours'] for row in found] == [12, 30]
    assert rows(admin, f'{INDEX}p/hours/', period='today') == []


def test_today_is_marked_as_running(admin):
    factory.summary('p')
    today = periods.today()
    factory.hours('p', today, 12)
    models.UsageDayState.objects.update(
        is_over=False,
        read_until=datetime.datetime.combine(
            today, datetime.time(6, 30), datetime.UTC
        ),
    )
    for address in (f'{INDEX}p/hours/', INDEX):
        page = text(admin, address, {'period': 'today'})
        assert 'Today is still running: it counts up to 06:30' in page


def test_history_tells_least_mean_most_and_the_change(admin):
    factory.summary('p')
    today = periods.today()
    for day, reading in (
        (today, [2, 4, 12, 8]),
        (today - datetime.timedelta(days=7), [1, 1, 1, 1]),
    ):
        models.ProjectDay.objects.create(
            region=factory.REGION,
            project_id='p',
            day=day,
            readings={'compute': reading[0], 'compute.cores': reading},
        )
    page = text(admin, f'{INDEX}p/history/')
    assert 'Since a week ago: <strong>+5.0</strong>' in page
    found = rows(admin, f'{INDEX}p/history/', sort='-day')
    assert found[0] == {
        'project_id': 'p',
        'day': today.isoformat(),
        'resource': 'compute.cores',
        'unit': 'count',
        'minimum': 4,
        'mean': 6.0,
        'maximum': 8,
        'source': 'own',
    }
    assert len(found) == 30
    assert text(
        admin, f'{INDEX}p/history/', {'resource_name': 'routers'}
    ).count('not known')


def test_a_resource_that_is_none_is_told(admin):
    factory.summary('p')
    page = text(admin, f'{INDEX}p/history/', {'resource_name': EVIL})
    assert 'is not one of the available choices' in page
    assert EVIL not in page


def test_domains_add_up_their_projects(admin):
    factory.domain('d1', name='research')
    factory.domain('d2', name='empty')
    factory.summary(
        'a', {'servers': (3, 10), 'ram': (1024, -1)}, domain_id='d1'
    )
    factory.summary(
        'b',
        {'servers': (4, 4), 'ram': (1024, 2048)},
        domain_id='d1',
        fullest_percent=100,
        servers_in_error=1,
    )
    factory.summary('orphan', {'servers': (2, None)}, state='deleted')
    domains.rebuild(factory.REGION, models.ProjectSummary.objects.all())
    yesterday = periods.today() - datetime.timedelta(days=1)
    factory.hours('a', yesterday, 10)
    factory.hours('b', yesterday, 5)
    found = rows(admin, f'{INDEX}domains/', sort='-vcpu_hours')
    assert [row['name'] for row in found] == ['research', 'empty', '']
    research, empty, rest = found
    assert (research['servers_used'], research['servers_limit']) == (7, 14)
    assert (research['ram_used_mib'], research['ram_limit_mib']) == (2048, -1)
    assert research['projects_nearly_full'] == 1
    assert research['servers_in_error'] == 1
    assert research['vcpu_hours'] == 15
    assert (empty['projects'], empty['servers_limit']) == (0, None)
    assert (rest['servers_used'], rest['servers_limit']) == (2, None)
    page = text(admin, f'{INDEX}domains/')
    assert '?domain=d1&amp;over=90' in page
    assert 'no known domain' in page


def test_users_add_up_their_servers_hours(admin):
    user('u1', EVIL)
    day = periods.today() - datetime.timedelta(days=2)
    factory.hours('a', day, 10, user_id='u1')
    factory.hours('b', day, 5, user_id='u1')
    factory.hours('b', day, 40, user_id='u2')
    found = rows(admin, f'{INDEX}users/')
    assert [(row['user_id'], row['projects']) for row in found] == [
        ('u2', 1),
        ('u1', 2),
    ]
    assert found[1]['vcpu_hours'] == 15
    page = text(admin, f'{INDEX}users/', {'q': 'SCRIPT'})
    assert EVIL not in page
    assert '1 to 1 of 1' in page


def test_quotas_stand_with_the_fullest_first(admin):
    factory.summary('a', {'servers': (9, 10), 'ports': (0, 10)})
    factory.summary('b', {'routers': (3, 2), 'vcpus': (5, -1)}, name='=b')
    found = rows(admin, f'{INDEX}quotas/')
    assert [(row['project_id'], row['resource']) for row in found] == [
        ('b', 'router'),
        ('a', 'instances'),
    ]
    assert found[0]['project_name'] == '=b'
    assert len(rows(admin, f'{INDEX}quotas/', every='1')) == 4
    assert len(rows(admin, f'{INDEX}quotas/', over='100')) == 1
    assert len(rows(admin, f'{INDEX}quotas/', q='=B', every='1')) == 2


def test_backups_have_the_bar_of_the_projects_volumes(admin):
    factory.summary('p')
    make.volume('v1', 'p')
    make.volume('v2', 'p', 'never')
    make.volume('v3', 'another')
    page = text(admin, f'{INDEX}p/backups/')
    assert 'Of <strong>2</strong> volumes <strong>1</strong>' in page
    assert 'href="/rey/backups/volumes/?state=never&amp;project=p"' in page
    assert 'href="/rey/backups/volumes/?project=p"' in page
    assert 'rey-stack' not in text(admin, f'{INDEX}p/volumes/')


def test_who_may_not_open_backups_has_no_link_to_them(
    sign_in, settings, tmp_path
):
    (tmp_path / 'rey_policy.yaml').write_text(
        '"rey:usage:read": "role:auditor"\n'
    )
    settings.POLICY_FILES = {'rey': str(tmp_path / 'rey_policy.yaml')}
    horizon_policy.reset()
    factory.summary('p')
    make.volume('v1', 'p')
    page = text(sign_in('auditor'), f'{INDEX}p/backups/')
    assert 'Of <strong>1</strong> volume' in page
    assert '/rey/backups/' not in page
